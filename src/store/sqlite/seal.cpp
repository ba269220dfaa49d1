#include "store/sqlite/seal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/check.h"

namespace darkroom::store::sqlite {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kKeyDigits = Seal::kKeyBytes * 2;
static_assert(Seal::kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

constexpr std::string_view kProof = "darkroom";  // what is sealed to know a key again

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string key_path_of(const std::string& path) { return path + ".key"; }

Error file_error(const std::string& path, std::string_view doing) {
  return make_error(Code::store_failed, fmt::format("cannot {} {}: {}", doing, path, std::strerror(errno)));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

Result<std::unique_ptr<const Seal>> read_key(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return fail(file_error(path, "read"));
  if ((status.st_mode & S_IROTH) != 0) {
    return fail(Code::store_failed,
                fmt::format("{} holds a secret and everyone may read it: chmod 600 {}", path, path));
  }
  std::array<char, kKeyDigits + 2> text{};  // and the end of the line
  const ssize_t length = ::read(file.get(), text.data(), text.size());
  if (length < 0) return fail(file_error(path, "read"));
  std::string_view digits(text.data(), static_cast<std::size_t>(length));
  if (digits.ends_with('\n')) digits.remove_suffix(1);
  const std::optional<Seal> seal = Seal::parse(digits);
  sodium_memzero(text.data(), text.size());
  if (!seal) return fail(Code::store_failed, fmt::format("{} is not a key of {} hex digits", path, kKeyDigits));
  return std::make_unique<const Seal>(*seal);
}

Status sync_folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor opened(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || ::fsync(opened.get()) != 0) return fail(file_error(path, "sync the folder of"));
  return {};
}

// Whole or not there at all: what is sealed with it must never outlive it.
Status make_key(const std::string& path) {
  std::array<unsigned char, Seal::kKeyBytes> key{};
  randombytes_buf(key.data(), key.size());
  std::array<char, kKeyDigits + 1> digits{};
  sodium_bin2hex(digits.data(), digits.size(), key.data(), key.size());
  digits.back() = '\n';
  sodium_memzero(key.data(), key.size());
  const std::string draft = path + ".new";
  const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  const bool written = file.get() >= 0 && ::fchmod(file.get(), 0600) == 0 &&
                       ::write(file.get(), digits.data(), digits.size()) == static_cast<ssize_t>(digits.size()) &&
                       ::fsync(file.get()) == 0 && ::rename(draft.c_str(), path.c_str()) == 0;
  sodium_memzero(digits.data(), digits.size());
  if (!written) return fail(file_error(path, "write"));
  return sync_folder(path);
}

Result<bool> is_sealed(Database& database) {
  const Result<std::int64_t> table =
      database.get_integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'seal'");
  if (!table) return fail(table.error());
  if (*table == 0) return false;
  const Result<std::int64_t> proofs = database.get_integer("SELECT count(*) FROM seal");
  if (!proofs) return fail(proofs.error());
  return *proofs > 0;
}

std::string_view blob_of(sqlite3_value* value) {
  const void* data = sqlite3_value_blob(value);
  return {static_cast<const char*>(data), data == nullptr ? 0 : static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void seal_value(sqlite3_context* context, int, sqlite3_value** values) {
  const auto* seal = static_cast<const Seal*>(sqlite3_user_data(context));
  const std::string_view text = blob_of(values[1]);
  const std::string sealed = text.empty() ? std::string() : seal->close(blob_of(values[0]), text);
  sqlite3_result_blob64(context, sealed.data(), sealed.size(), SQLITE_TRANSIENT);
}

void unseal_value(sqlite3_context* context, int, sqlite3_value** values) {
  const auto* seal = static_cast<const Seal*>(sqlite3_user_data(context));
  const std::string_view sealed = blob_of(values[1]);
  const std::optional<Secret> text = sealed.empty() ? Secret() : seal->open(blob_of(values[0]), sealed);
  if (!text) return sqlite3_result_error_code(context, SQLITE_CORRUPT);
  sqlite3_result_text64(context, text->reveal().data(), text->reveal().size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

}  // namespace

std::optional<Seal> Seal::parse(std::string_view key) {
  std::array<std::uint8_t, kKeyBytes> bytes{};
  std::size_t length = 0;
  const char* end = nullptr;
  if (key.size() != kKeyDigits ||
      sodium_hex2bin(bytes.data(), bytes.size(), key.data(), key.size(), nullptr, &length, &end) != 0 ||
      length != kKeyBytes) {
    return std::nullopt;
  }
  std::optional<Seal> seal(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return seal;
}

Seal::~Seal() { sodium_memzero(key_.data(), key_.size()); }

std::string Seal::close(std::string_view owner, std::string_view text) const {
  DR_CHECK(sodium_init() >= 0);  // once; later calls do nothing
  std::string sealed(kNonceBytes + text.size() + kTagBytes, '\0');
  unsigned char* const nonce = bytes_of(sealed);
  randombytes_buf(nonce, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceBytes, nullptr, bytes_of(text), text.size(), bytes_of(owner),
                                             owner.size(), nullptr, nonce, key_.data());
  return sealed;
}

std::optional<Secret> Seal::open(std::string_view owner, std::string_view sealed) const {
  DR_CHECK(sodium_init() >= 0);
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::string_view rest = sealed.substr(kNonceBytes);
  std::string text(rest.size() - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(text), nullptr, nullptr, bytes_of(rest), rest.size(),
                                                 bytes_of(owner), owner.size(), bytes_of(sealed), key_.data()) != 0) {
    return std::nullopt;
  }
  return Secret(std::move(text));
}

Result<std::unique_ptr<const Seal>> find_seal(Database& database, const std::string& path, const Secret& given) {
  DR_CHECK(sodium_init() >= 0);
  if (!given.empty()) {
    const std::optional<Seal> seal = Seal::parse(given.reveal());
    if (!seal) return fail(Code::store_failed, fmt::format("store.seal_key must be {} hex digits", kKeyDigits));
    return std::make_unique<const Seal>(*seal);
  }
  const std::string key_path = key_path_of(path);
  if (::access(key_path.c_str(), F_OK) != 0 && errno == ENOENT) {
    const Result<bool> sealed = is_sealed(database);
    if (!sealed) return fail(sealed.error());
    if (*sealed) {
      return fail(Code::store_failed,
                  fmt::format("{} is missing, the key that the webhook secrets are sealed with: put it back, or set "
                              "store.seal_key",
                              key_path));
    }
    DR_TRY(make_key(key_path));
  }
  return read_key(key_path);
}

Status use_seal(Database& database, const Seal& seal) {
  auto* const shared = const_cast<Seal*>(&seal);  // SQLite hands it back as it is
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DIRECTONLY;
  for (const auto& [name, function] : {std::pair("seal", &seal_value), std::pair("unseal", &unseal_value)}) {
    const int code =
        sqlite3_create_function_v2(database.handle(), name, 2, kFlags, shared, function, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(database.error(code));
  }
  return {};
}

Status check_seal(Database& database, const std::string& path, const Secret& given) {
  const std::string note =
      fmt::format("INSERT INTO seal SELECT seal(x'', '{}') WHERE NOT EXISTS (SELECT 1 FROM seal)", kProof);
  DR_TRY(database.execute(note.c_str()));
  const std::string known = fmt::format("SELECT count(*) FROM seal WHERE unseal(x'', proof) = '{}'", kProof);
  const Result<std::int64_t> proofs = database.get_integer(known.c_str());
  if (proofs && *proofs == 1) return {};
  database.clear_failure();
  return fail(Code::store_failed, fmt::format("the webhook secrets are sealed with another key than that of {}",
                                              given.empty() ? key_path_of(path) : "store.seal_key"));
}

}  // namespace darkroom::store::sqlite

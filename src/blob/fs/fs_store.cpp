#include "blob/fs/fs_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "blob/fs/folder.h"

namespace darkroom::blob {
namespace {

constexpr const char* kTemporaryFolder = ".tmp";

std::unexpected<Error> bad_name() { return fail(Code::invalid_parameter, "this is no name of a blob"); }

// SHA-256 over a stream. The digest is fetched once: fetching it for each file costs more than hashing a small one.
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) {
    static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    DR_CHECK(context_ != nullptr && digest != nullptr && EVP_DigestInit_ex2(context_, digest, nullptr) == 1);
  }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256() { EVP_MD_CTX_free(context_); }

  void add(ByteView bytes) { DR_CHECK(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1); }
  std::string finish_hex() {
    std::array<unsigned char, 32> digest{};
    DR_CHECK(EVP_DigestFinal_ex(context_, digest.data(), nullptr) == 1);
    std::string hex;
    for (const unsigned char byte : digest) fmt::format_to(std::back_inserter(hex), "{:02x}", byte);
    return hex;
  }

 private:
  EVP_MD_CTX* context_;
};

// A name taken apart and its folder opened, one step at a time.
struct Place {
  Descriptor folder;
  std::string file;
};

enum class Missing : std::uint8_t { fails, is_made };

Result<Place> find_place(int root, std::string_view name, Missing missing) {
  if (!is_valid_name(name)) return bad_name();
  Place place{Descriptor(::fcntl(root, F_DUPFD_CLOEXEC, 0)), {}};
  if (place.folder.get() < 0) return system_failure("the media folder could not be opened");
  for (std::size_t slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/')) {
    const std::string step(name.substr(0, slash));
    Result<Descriptor> next =
        missing == Missing::is_made ? ensure_folder(place.folder.get(), step) : open_folder(place.folder.get(), step);
    if (!next) return fail(std::move(next.error()));
    place.folder = std::move(*next);
    name.remove_prefix(slash + 1);
  }
  place.file = std::string(name);
  return place;
}

WallTime modification_time(const struct stat& status) {
  return WallTime(seconds(status.st_mtim.tv_sec) +
                  std::chrono::floor<milliseconds>(std::chrono::nanoseconds(status.st_mtim.tv_nsec)));
}

Result<struct stat> regular_file_status(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return system_failure("media could not be examined");
  if (!S_ISREG(status.st_mode)) return fail(Code::not_found, "no such media");
  return status;
}

class FsWriter final : public Writer {
 public:
  FsWriter(int root, int temporary_folder, std::string temporary_name, Descriptor file)
      : root_(root),
        temporary_folder_(temporary_folder),
        temporary_name_(std::move(temporary_name)),
        file_(std::move(file)) {}
  ~FsWriter() override {
    if (!is_committed_) ::unlinkat(temporary_folder_, temporary_name_.c_str(), 0);
  }

  Status write(ByteView bytes) override {
    if (is_committed_) return fail(Code::internal, "a blob was written after its commit");
    hash_.add(bytes);
    size_bytes_ += bytes.size();
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return system_failure("media could not be written");
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }

  Result<std::shared_ptr<const http::OpenFile>> view() override {
    // A description of its own, so that the reader's position is not ours.
    const std::string path = fmt::format("/proc/self/fd/{}", file_.get());
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return system_failure("media could not be read");
    return std::make_shared<const http::OpenFile>(fd);
  }

  std::uint64_t size_bytes() const override { return size_bytes_; }

  Result<Info> commit(std::string_view name) override {
    if (is_committed_) return fail(Code::internal, "a blob was committed twice");
    Result<Place> place = find_place(root_, name, Missing::is_made);
    if (!place) return fail(std::move(place.error()));
    DR_TRY(sync(file_.get()));
    if (::renameat(temporary_folder_, temporary_name_.c_str(), place->folder.get(), place->file.c_str()) != 0) {
      return system_failure("media could not be stored under its name");
    }
    is_committed_ = true;
    DR_TRY(sync(place->folder.get()));
    const auto status = regular_file_status(file_.get());
    if (!status) return fail(status.error());
    return Info{size_bytes_, hash_.finish_hex(), modification_time(*status)};
  }

 private:
  int root_;
  int temporary_folder_;
  std::string temporary_name_;
  Descriptor file_;
  Sha256 hash_;
  std::uint64_t size_bytes_ = 0;
  bool is_committed_ = false;
};

class FsStore final : public Store {
 public:
  FsStore(Descriptor root, Descriptor temporary_folder)
      : root_(std::move(root)), temporary_(std::move(temporary_folder)) {}

  Result<std::unique_ptr<Writer>> create() override {
    auto made = make_temporary();
    if (!made) return fail(std::move(made.error()));
    return std::make_unique<FsWriter>(root_.get(), temporary_.get(), std::move(made->name), std::move(made->file));
  }

  Result<std::shared_ptr<const http::OpenFile>> open(std::string_view name) override {
    Result<Descriptor> file = open_file(name);
    if (!file) return fail(std::move(file.error()));
    return std::make_shared<const http::OpenFile>(file->release());
  }

  Result<Info> stat(std::string_view name) override {
    const Result<Descriptor> file = open_file(name);
    if (!file) return fail(file.error());
    const auto status = regular_file_status(file->get());
    if (!status) return fail(status.error());
    return Info{static_cast<std::uint64_t>(status->st_size), {}, modification_time(*status)};
  }

  Status remove(std::string_view name) override {
    const Result<Place> place = find_place(root_.get(), name, Missing::fails);
    if (!place) return forgive_missing(place.error());
    if (::unlinkat(place->folder.get(), place->file.c_str(), 0) != 0) {
      return forgive_missing(system_failure("media could not be removed").error());
    }
    return sync(place->folder.get());
  }

  Status remove_folder(std::string_view folder) override {
    if (folder.ends_with('/')) folder.remove_suffix(1);
    const Result<Place> place = find_place(root_.get(), folder, Missing::fails);
    if (!place) return forgive_missing(place.error());
    const Result<Descriptor> inside = open_folder(place->folder.get(), place->file);
    if (!inside) return forgive_missing(inside.error());
    DR_TRY(remove_contents(inside->get()));
    if (::unlinkat(place->folder.get(), place->file.c_str(), AT_REMOVEDIR) != 0) {
      return forgive_missing(system_failure("a folder of the media could not be removed").error());
    }
    return sync(place->folder.get());
  }

  Result<std::vector<std::string>> list(std::string_view folder) override {
    const Result<Place> place = find_place(root_.get(), folder, Missing::fails);
    Result<Descriptor> inside =
        place ? open_folder(place->folder.get(), place->file) : Result<Descriptor>(fail(place.error()));
    if (inside) return list_contents(inside->get());
    if (inside.error().code == Code::not_found) return std::vector<std::string>();
    return fail(std::move(inside.error()));
  }

  Status sweep_temporary() override { return remove_contents(temporary_.get()); }

  Status check_room(std::uint64_t bytes) override {
    auto trial = make_temporary();
    if (!trial) return fail(std::move(trial.error()));
    ::unlinkat(temporary_.get(), trial->name.c_str(), 0);
    errno = ::posix_fallocate(trial->file.get(), 0, static_cast<off_t>(bytes));
    if (errno != 0) return system_failure("media could not be written");
    return {};
  }

  double free_percent() override {
    struct statvfs volume{};
    if (::fstatvfs(root_.get(), &volume) != 0 || volume.f_blocks == 0) return 100;
    return 100.0 * static_cast<double>(volume.f_bavail) / static_cast<double>(volume.f_blocks);
  }

 private:
  static Status forgive_missing(const Error& error) {
    if (error.code == Code::not_found) return {};
    return fail(error);
  }

  struct Temporary {
    std::string name;
    Descriptor file;
  };
  Result<Temporary> make_temporary() {
    // Random, so that two programs that share the folder for a moment during a restart do not meet.
    SystemRandom random;
    std::string name = fmt::format("{:016x}{:016x}", random.next_u64(), random.next_u64());
    Descriptor file(
        ::openat(temporary_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    if (file.get() < 0) return system_failure("a media file could not be made");
    return Temporary{std::move(name), std::move(file)};
  }

  Result<Descriptor> open_file(std::string_view name) {
    const Result<Place> place = find_place(root_.get(), name, Missing::fails);
    if (!place) return fail(place.error());
    // Without O_NONBLOCK a fifo put there by hand would hold the thread.
    Descriptor file(::openat(place->folder.get(), place->file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.get() < 0) return system_failure("media could not be opened");
    if (auto status = regular_file_status(file.get()); !status) return fail(std::move(status.error()));
    return file;
  }

  Descriptor root_;
  Descriptor temporary_;
};

}  // namespace

Result<std::unique_ptr<Store>> make_fs_store(const std::string& root) {
  std::string path = root;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  std::error_code ignored;  // mkdir says what is wrong
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  if (::mkdir(path.c_str(), kFolderMode) != 0 && errno != EEXIST)
    return system_failure("the media folder could not be made");
  Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0) return system_failure("the media folder could not be opened");
  Result<Descriptor> temporary = ensure_folder(folder.get(), kTemporaryFolder);
  if (!temporary) return fail(std::move(temporary.error()));
  return std::make_unique<FsStore>(std::move(folder), std::move(*temporary));
}

}  // namespace darkroom::blob

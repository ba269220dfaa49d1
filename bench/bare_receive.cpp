// bare_receive ANSWER TIMES FOLDER: the least that receiving a vendor's big JSON answer can cost. A child process sends
// the bytes of the file ANSWER over loopback HTTP, TIMES times; this one receives them, decodes the base64 member
// "data", hashes it, writes it to a file of its own and syncs that. Prints this process's CPU milliseconds; nothing is
// parsed, checked or kept in a database.
#include <fcntl.h>
#include <fmt/format.h>
#include <modp_b64.h>
#include <openssl/evp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <string>
#include <vector>

#include "base/check.h"
#include "bench/loopback.h"

namespace darkroom {
namespace {

constexpr std::size_t kBufferBytes = 64 << 10;
constexpr std::string_view kMember = "\"data\":\"";

[[noreturn]] void serve(int listener, const std::string& answer, int times) {
  const int customer = ::accept(listener, nullptr, nullptr);
  DR_CHECK(customer >= 0);
  for (int i = 0; i < times; ++i) {
    bench::send_all(customer, bench::http_head(answer.size()));
    bench::send_all(customer, answer);
  }
  ::_exit(0);
}

// A picture on its way to the disk.
class Picture {
 public:
  explicit Picture(const std::string& path)
      : file_(::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)), hash_(EVP_MD_CTX_new()) {
    DR_CHECK(file_ >= 0 && EVP_DigestInit_ex(hash_, EVP_sha256(), nullptr) == 1);
  }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
  ~Picture() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    DR_CHECK(EVP_DigestFinal_ex(hash_, digest, nullptr) == 1 && ::fsync(file_) == 0);
    EVP_MD_CTX_free(hash_);
    ::close(file_);
  }

  // Decodes what it can of `text` and gives how many characters that was: whole groups of four.
  std::size_t add(std::string_view text) {
    const std::size_t chars = text.size() / 4 * 4;
    if (chars == 0) return 0;
    const std::size_t bytes = modp_b64_decode(out_.data(), text.data(), chars);
    DR_CHECK(bytes != std::size_t(-1) && EVP_DigestUpdate(hash_, out_.data(), bytes) == 1);
    DR_CHECK(::write(file_, out_.data(), bytes) == static_cast<ssize_t>(bytes));
    return chars;
  }

 private:
  int file_;
  EVP_MD_CTX* hash_;
  std::vector<char> out_ = std::vector<char>(modp_b64_decode_len(kBufferBytes));
};

// Reads exactly one answer; it never asks the socket for bytes beyond it.
class Answer {
 public:
  explicit Answer(int socket) : socket_(socket) {}

  void save(const std::string& path) {
    Picture picture(path);
    std::size_t left = read_until_payload();
    bool in_payload = true;
    for (;;) {
      if (in_payload) {
        const std::size_t end = buffered_.find('"');
        in_payload = end == std::string::npos;
        const std::size_t used = picture.add(std::string_view(buffered_).substr(0, end));
        buffered_.erase(0, used);
      } else {
        buffered_.clear();
      }
      if (left == 0) return;
      left -= receive(std::min(left, kBufferBytes - buffered_.size()));
    }
  }

 private:
  std::size_t receive(std::size_t most) {
    const std::size_t before = buffered_.size();
    buffered_.resize(before + most);
    const ssize_t got = ::recv(socket_, buffered_.data() + before, most, 0);
    DR_CHECK(got > 0);
    buffered_.resize(before + static_cast<std::size_t>(got));
    return static_cast<std::size_t>(got);
  }

  // Leaves the buffer at the payload's first character; gives how many bytes of the answer are still to come.
  std::size_t read_until_payload() {
    std::size_t head_end = std::string::npos;
    while (head_end == std::string::npos) {
      receive(512);  // less than any answer
      head_end = buffered_.find("\r\n\r\n");
    }
    std::size_t left = bench::content_length(std::string_view(buffered_).substr(0, head_end + 2)) + head_end + 4;
    left -= buffered_.size();
    buffered_.erase(0, head_end + 4);
    while (buffered_.find(kMember) == std::string::npos) left -= receive(std::min<std::size_t>(left, 4096));
    buffered_.erase(0, buffered_.find(kMember) + kMember.size());
    return left;
  }

  int socket_;
  std::string buffered_;
};

double cpu_milliseconds() {
  rusage used{};
  DR_CHECK(::getrusage(RUSAGE_SELF, &used) == 0);
  const auto millis = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return millis(used.ru_utime) + millis(used.ru_stime);
}

int run(const std::string& answer_path, int times, const std::string& folder) {
  const std::string answer = bench::read_file(answer_path);
  const int listener = bench::listen_on_loopback();
  const pid_t child = ::fork();
  DR_CHECK(child >= 0);
  if (child == 0) serve(listener, answer, times);
  const int socket = bench::connect_to_loopback(bench::port_of_socket(listener));
  const double before = cpu_milliseconds();
  for (int i = 0; i < times; ++i) Answer(socket).save(fmt::format("{}/{}", folder, i));
  fmt::print("cpu_ms {:.1f}\n", cpu_milliseconds() - before);
  for (int i = 0; i < times; ++i) ::unlink(fmt::format("{}/{}", folder, i).c_str());
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0 ? 0 : 1;
}

}  // namespace
}  // namespace darkroom

int main(int argc, char** argv) {
  int times = 0;
  if (argc == 4) std::from_chars(argv[2], argv[2] + std::string_view(argv[2]).size(), times);
  if (times <= 0) {
    fmt::print(stderr, "usage: bare_receive ANSWER TIMES FOLDER\n");
    return 2;
  }
  return darkroom::run(argv[1], times, argv[3]);
}

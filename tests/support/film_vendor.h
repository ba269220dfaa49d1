// A film vendor's stand-in with a clock that tests move: asks it as an adapter would, and says what its films are.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/random.h"
#include "sandbox/jobs.h"
#include "sandbox/painter.h"
#include "sandbox/stand_in.h"

namespace darkroom::test {

class MovedClock final : public Clock {
 public:
  WallTime wall_now() const override { return from_millis(1'790'000'000'000) + std::chrono::floor<milliseconds>(gone); }
  SteadyTime steady_now() const override { return SteadyTime(gone); }
  std::chrono::microseconds gone{0};
};

// The body of an answer, wherever it lies.
inline std::string bytes_of(const http::Response& response) {
  if (const auto* text = std::get_if<std::shared_ptr<const std::string>>(&response.body)) return **text;
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  const auto* range = std::get_if<http::FileRange>(&response.body);
  if (range == nullptr) return {};
  std::string bytes(range->length, '\0');
  EXPECT_EQ(pread(range->file->fd(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  return bytes;
}

inline json::object json_of(const sandbox::Reply& reply) {
  const auto tree = json::parse_object(bytes_of(reply.response), {.depth = 32, .bytes = 256 << 20});
  EXPECT_TRUE(tree) << bytes_of(reply.response).substr(0, 200);
  return tree.value_or(json::object());
}

class FilmVendor {
 public:
  static constexpr std::string_view kBase = "http://127.0.0.1:9/v";

  using Make = std::unique_ptr<sandbox::StandIn> (*)(const Clock&, Random&);
  // `authorization`: as the vendor's callers send it.
  FilmVendor(Make make, std::string authorization)
      : authorization_(std::move(authorization)), stand_in_(make(clock_, random_)) {}

  sandbox::Reply ask(const http::Request& request) {
    EXPECT_TRUE(stand_in_->serves(request)) << request.path;
    return stand_in_->answer(request, std::string(kBase));
  }
  http::Request make(std::string method, std::string_view target, std::string body = "") const {
    http::Request request;
    request.method = std::move(method);
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    request.headers = {{"Authorization", authorization_}, {"Content-Type", "application/json"}};
    request.body = std::move(body);
    return request;
  }
  sandbox::Reply post(std::string_view path, std::string body) { return ask(make("POST", path, std::move(body))); }
  sandbox::Reply get(std::string_view target) { return ask(make("GET", target)); }
  // What a link in an answer leads to.
  sandbox::Reply follow(std::string_view link) {
    EXPECT_TRUE(link.starts_with(kBase)) << link;
    http::Request request;
    request.method = "GET";
    request.path = link.substr(std::min(kBase.size(), link.size()));
    return ask(request);
  }
  void pass(milliseconds time) { clock_.gone += time; }
  void finish() { pass(sandbox::kJobTime); }

 private:
  MovedClock clock_;
  SeededRandom random_{7};
  std::string authorization_;
  std::unique_ptr<sandbox::StandIn> stand_in_;
};

// A number of `bytes` bytes, big-endian.
inline std::uint64_t number_at(std::string_view text, std::size_t at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = at; i < at + bytes && i < text.size(); ++i) {
    value = value << 8 | static_cast<std::uint8_t>(text[i]);
  }
  return value;
}

struct FilmFacts {
  std::uint64_t width_pixels = 0;
  std::uint64_t height_pixels = 0;
  std::uint64_t length_milliseconds = 0;
  bool sound = false;
  friend bool operator==(const FilmFacts&, const FilmFacts&) = default;
};

inline std::ostream& operator<<(std::ostream& stream, const FilmFacts& facts) {
  return stream << facts.width_pixels << "x" << facts.height_pixels << " " << facts.length_milliseconds << " ms"
                << (facts.sound ? " with sound" : "");
}

// What an MP4 says of itself (ISO/IEC 14496-12): the size in its first sample entry of pictures, the length in its
// movie header, and whether it has a sample entry of sound.
inline FilmFacts read_film(std::string_view bytes) {
  FilmFacts facts;
  if (const std::size_t at = bytes.find("avc1", bytes.find("stsd")); at != std::string_view::npos) {
    facts.width_pixels = number_at(bytes, at + 28, 2);
    facts.height_pixels = number_at(bytes, at + 30, 2);
  }
  if (const std::size_t at = bytes.find("mvhd"); at != std::string_view::npos) {
    const std::uint64_t scale = number_at(bytes, at + 16, 4);
    if (scale != 0) facts.length_milliseconds = number_at(bytes, at + 20, 4) * 1000 / scale;
  }
  facts.sound = bytes.find("mp4a") != std::string_view::npos;
  return facts;
}

}  // namespace darkroom::test

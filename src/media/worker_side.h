// WorkerSide: what the child's side of every media worker does: take questions with their files, answer, and stay
// confined in between. Threads: the process has one when it begins.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "media/confinement.h"
#include "media/worker_wire.h"

namespace darkroom::media {

// A received file, mapped: the descriptor's position stays where it is, as the caller was promised.
class Mapping {
 public:
  enum class Access : std::uint8_t { read, write };
  Mapping(int fd, std::uint64_t size, Access access = Access::read);
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();
  bool ok() const { return at_ != nullptr; }
  ByteView bytes() const { return {at_, size_}; }
  std::span<std::uint8_t> writable() { return {at_, size_}; }

 private:
  std::uint8_t* at_ = nullptr;
  std::size_t size_;
};

// The files that came with a question, open until the next one is taken.
class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() { clear(); }

  std::size_t size() const { return count_; }
  int operator[](std::size_t index) const { return fds_[index]; }
  void add(int fd) { fds_[count_++] = fd; }
  void clear();

 private:
  std::array<int, kMaxFiles> fds_{};
  std::size_t count_ = 0;
};

// Before anything is loaded: the process's name, and an end when nobody asks for kIdleSeconds.
bool begin_worker(int socket, const char* name);
// When all is loaded: gives up every right and says so. False if it could not.
bool confine_worker(int socket, Rights rights = Rights::compute);
// The next question. False at the end of the conversation.
bool take_question(int socket, std::span<std::byte> question, Files& files);
bool give_answer(int socket, std::span<const std::byte> answer);

}  // namespace darkroom::media

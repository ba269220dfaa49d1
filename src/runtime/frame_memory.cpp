#include "runtime/frame_memory.h"

#include <array>
#include <memory>

namespace darkroom {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

void* allocate_frame(std::size_t bytes) { return ::operator new(bytes); }
void free_frame(void* frame, std::size_t) noexcept { ::operator delete(frame); }

#else

namespace {

constexpr std::size_t kStep = 128;  // sizes are rounded up to this
constexpr std::size_t kSizes = 24;  // a frame beyond kStep x kSizes is not kept

struct FreeFrame {
  FreeFrame* next;
};

struct Shelf {
  FreeFrame* first = nullptr;
  std::size_t count = 0;
};

// One a thread.
struct Shelves {
  ~Shelves() {
    for (Shelf& shelf : sizes) {
      while (FreeFrame* frame = shelf.first) {
        shelf.first = frame->next;
        ::operator delete(frame);
      }
      shelf.count = kKeptOfASize;  // what is freed from here on is not kept
    }
  }
  std::array<Shelf, kSizes> sizes;
};

thread_local Shelves shelves;

std::size_t size_index(std::size_t bytes) { return (bytes - 1) / kStep; }

}  // namespace

void* allocate_frame(std::size_t bytes) {
  const std::size_t index = size_index(bytes);
  if (index >= kSizes) return ::operator new(bytes);
  Shelf& shelf = shelves.sizes.data()[index];
  if (shelf.first == nullptr) return ::operator new((index + 1) * kStep);
  --shelf.count;
  FreeFrame* frame = shelf.first;
  shelf.first = frame->next;
  return frame;
}

void free_frame(void* frame, std::size_t bytes) noexcept {
  const std::size_t index = size_index(bytes);
  if (index >= kSizes) return ::operator delete(frame);
  Shelf& shelf = shelves.sizes.data()[index];
  if (shelf.count >= kKeptOfASize) return ::operator delete(frame);
  ++shelf.count;
  shelf.first = std::construct_at(static_cast<FreeFrame*>(frame), shelf.first);
}

#endif

}  // namespace darkroom

// The port for pictures and films: named, immutable byte strings, written once as a stream. Implementations: blob/fs
// now, S3 later. Names look like "tasks/<32 hex>/0.png": segments of [a-z0-9._-] that do not begin with a dot, no
// leading '/'. Threads: a Store from any thread; a Writer from one at a time. All calls may block on the disk or
// network. A name shows either nothing or the whole object, never a part (temporary file, fsync, rename, fsync of the
// folder).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/http_message.h"
#include "base/result.h"

namespace darkroom::blob {

struct Info {
  std::uint64_t size_bytes = 0;
  std::string sha256_hex;  // 64 lower-case hex digits
  WallTime modified_at{};
};

// An object under the name that it was committed by.
struct Kept {
  std::string name;
  std::string sha256_hex;
};

// A stream into a temporary object, hashed on the way. Destroying it uncommitted leaves nothing behind.
class Writer : public ByteSink {
 public:
  // What was written so far, readable before commit (to probe it).
  virtual Result<std::shared_ptr<const http::OpenFile>> view() = 0;
  virtual std::uint64_t size_bytes() const = 0;
  // Makes it durable under `name`, replacing an object of that name. No write may follow.
  virtual Result<Info> commit(std::string_view name) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::unique_ptr<Writer>> create() = 0;
  // The open object; Code::not_found if there is none.
  virtual Result<std::shared_ptr<const http::OpenFile>> open(std::string_view name) = 0;
  virtual Result<Info> stat(std::string_view name) = 0;  // sha256_hex may be empty
  // Removing what is not there is fine.
  virtual Status remove(std::string_view name) = 0;
  // Removes every object below "tasks/<hex>/".
  virtual Status remove_folder(std::string_view folder) = 0;
  // What lies right below a folder, by its last segment, in no order. Empty for a folder that is not there.
  virtual Result<std::vector<std::string>> list(std::string_view folder) = 0;
  // Removes temporary files of writers that died with an earlier process. Call once at start.
  virtual Status sweep_temporary() = 0;
  // Whether so many bytes could be written now: tries it. io_failed if not.
  virtual Status check_room(std::uint64_t bytes) = 0;
  // Free space in per cent of the volume; 100 where that has no meaning.
  virtual double free_percent() = 0;
};

// True for names of the form above.
bool is_valid_name(std::string_view name);

}  // namespace darkroom::blob

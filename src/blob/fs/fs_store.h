// Blobs as files below one folder. A writer fills a file in <root>/.tmp; commit makes it durable, then renames it.
// Threads: a Store from any thread; a Writer from one at a time. All calls block on the disk.
// Nothing below the root is reached through a symbolic link: every step of a path is opened by itself, without
// following. Fails with Code::io_failed (disk), not_found, invalid_parameter (a name that is none).
#pragma once

#include <memory>
#include <string>

#include "blob/blob_store.h"

namespace darkroom::blob {

// Makes the folder and its .tmp if they do not exist (mode 0750; files 0640).
Result<std::unique_ptr<Store>> make_fs_store(const std::string& root);

}  // namespace darkroom::blob

// The tables, as numbered steps from each version of the file to the next.
// Threads: once, at the opening, on the only connection that writes.
#pragma once

#include <memory>
#include <string>

#include "base/secret.h"
#include "store/sqlite/database.h"
#include "store/sqlite/seal.h"

namespace darkroom::store::sqlite {

// Brings the file at `path` to the newest version, each step in its own transaction, and gives the seal of its secrets,
// which the connection uses from now on (`seal_key` as of find_seal). Refuses a file that another program made, that a
// newer version has written, or that was sealed with another key.
Result<std::unique_ptr<const Seal>> migrate(Database& database, const std::string& path, const Secret& seal_key = {});

}  // namespace darkroom::store::sqlite

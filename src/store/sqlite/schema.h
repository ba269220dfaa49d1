// The tables, as numbered steps from each version of the file to the next.
// Threads: once, at the opening, on the only connection that writes.
#pragma once

#include "store/sqlite/database.h"

namespace darkroom::store::sqlite {

// Brings the file to the newest version, each step in its own transaction. Refuses a file that another program made or
// a newer version has written.
Status migrate(Database& database);

}  // namespace darkroom::store::sqlite

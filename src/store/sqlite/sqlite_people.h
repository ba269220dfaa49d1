// The people of the SQLite store as verbs.
// Threads: as of the store.
#pragma once

#include <memory>

#include "store/sqlite/submitter.h"

namespace darkroom::store::sqlite {

std::unique_ptr<PeopleStore> make_sqlite_people(Submitter submitter);

}  // namespace darkroom::store::sqlite

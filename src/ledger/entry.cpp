#include "ledger/entry.h"

#include "base/check.h"

namespace darkroom::ledger {

Posting posting_of(Kind kind) {
  switch (kind) {
    case Kind::grant: return {Side::issued, Side::available};
    case Kind::hold: return {Side::available, Side::held};
    case Kind::capture: return {Side::held, Side::revenue};
    case Kind::release: return {Side::held, Side::available};
    case Kind::upstream_loss: return {Side::loss, Side::payable};
  }
  DR_CHECK(false);
}

std::string_view print(Book book) {
  switch (book) {
    case Book::live: return "live";
    case Book::test: return "test";
  }
  DR_CHECK(false);
}

std::string_view print(Kind kind) {
  switch (kind) {
    case Kind::grant: return "grant";
    case Kind::hold: return "hold";
    case Kind::capture: return "capture";
    case Kind::release: return "release";
    case Kind::upstream_loss: return "upstream_loss";
  }
  DR_CHECK(false);
}

}  // namespace darkroom::ledger

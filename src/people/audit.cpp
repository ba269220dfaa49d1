#include "people/audit.h"

#include <fmt/format.h>

namespace darkroom::people {
namespace {

// Each part with its length before it, so that no two rows print alike.
void put(std::string& text, std::string_view part) {
  fmt::format_to(std::back_inserter(text), "{}:{}\n", part.size(), part);
}

}  // namespace

Digest chain(const Digest& previous, std::uint64_t number, const Deed& deed) {
  std::string text = fmt::format("{}\n{}\n{}\n", print_hex(previous), number, to_millis(deed.at));
  put(text, deed.actor ? deed.actor->text() : "");
  put(text, deed.actor_email);
  put(text, deed.action);
  put(text, deed.account ? deed.account->text() : "");
  put(text, deed.account_name);
  put(text, deed.target);
  put(text, deed.before);
  put(text, deed.after);
  put(text, deed.address);
  put(text, deed.request_id);
  return sha256({text});
}

void AuditCheck::add(const AuditRow& row) {
  ++report_.rows;
  const bool is_good = row.number == report_.rows && row.digest == chain(previous_, row.number, row.deed);
  if (!is_good && report_.first_bad == 0) report_.first_bad = row.number;
  previous_ = row.digest;
}

}  // namespace darkroom::people

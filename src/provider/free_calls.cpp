#include "provider/free_calls.h"

#include "base/check.h"
#include "base/json_exact.h"

namespace darkroom::provider {
namespace {

struct ReadTrouble {
  Condition operator()(const RetryLater& verdict) const {
    return verdict.rest_key ? Condition::over_quota : Condition::unwell;
  }
  Condition operator()(const TryNextRoute& verdict) const {
    return verdict.key_is_bad ? Condition::key_refused : Condition::strange;
  }
  template <class Other>
  Condition operator()(const Other&) const {
    return Condition::strange;
  }
};

}  // namespace

std::string_view print(Condition condition) {
  switch (condition) {
    case Condition::well: return "well";
    case Condition::key_refused: return "key_refused";
    case Condition::over_quota: return "over_quota";
    case Condition::unwell: return "unwell";
    case Condition::strange: return "strange";
  }
  DR_CHECK(false);
}

// A page of a proxy that stands where the vendor was has a status of 2xx, too: it is no JSON.
Condition read_probe(const Adapter& adapter, const Answer& answer) {
  const bool is_success = answer.status >= 200 && answer.status < 300;
  if (is_success) return answer.is_json ? Condition::well : Condition::strange;
  return std::visit(ReadTrouble(), adapter.read_submit(answer));
}

std::optional<Decimal> read_amount(const json::value& document, std::string_view pointer) {
  const json::value* found = json::find_at(document, pointer);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return Decimal::parse(std::string_view(found->get_string()));
}

}  // namespace darkroom::provider

// FreeCalls: what a vendor answers for nothing: reads under our key that make and change nothing, by which one can see
// whether it is well and what is left of the account. A call that a vendor bills, or that makes anything, never stands
// here. Pure, as adapters are: requests out, readings in. Threads: values and free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "provider/provider.h"

namespace darkroom::provider {

// What is left, in the vendor's own unit: 12.3 "USD", 8400 "credits".
struct Balance {
  Decimal amount;
  std::string unit;
};

// Of the job only the key is set. Every request is a GET without a body.
struct FreeCalls {
  Request (*make_probe)(const Job& job) = nullptr;  // answered with JSON if the vendor is well and takes the key
  Request (*make_balance)(const Job& job) = nullptr;
  // Of an answer with 2xx, whose numbers are the strings of their own text (json::parse_exact).
  Result<Balance> (*read_balance)(const json::value& document) = nullptr;
};

enum class Condition : std::uint8_t {
  well,
  key_refused,  // the vendor answers, but not to this key
  over_quota,   // nor to this key just now
  unwell,       // its load or its own fault
  strange       // an answer that says nothing
};
std::string_view print(Condition condition);  // "well", "key_refused", …

// What the answer to a probe shows; errors mean what they mean when something is made.
Condition read_probe(const Adapter& adapter, const Answer& answer);

// A number, or a string that is one, at that JSON pointer; nullopt for anything else.
std::optional<Decimal> read_amount(const json::value& document, std::string_view pointer);

}  // namespace darkroom::provider

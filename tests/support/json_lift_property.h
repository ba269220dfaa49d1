// What must hold for every text given to the streaming JSON reader: the same verdict and the same result however it is
// cut, and no other tree than the strict parser's.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "net/json_lift.h"

namespace darkroom::test {

struct LiftOutcome {
  Result<json::value> document = fail(Code::internal);
  std::vector<std::string> payloads;
};

class CollectingSink final : public ByteSink {
 public:
  Status write(ByteView bytes) override {
    text += as_text(bytes);
    return {};
  }
  std::string text;
};

inline LiftOutcome lift_in_pieces(std::string_view text, std::size_t piece_bytes, std::vector<std::string> members) {
  std::vector<std::unique_ptr<CollectingSink>> sinks;
  net::JsonLift lift(std::move(members), {}, [&sinks](std::size_t) -> Result<ByteSink*> {
    sinks.push_back(std::make_unique<CollectingSink>());
    return sinks.back().get();
  });
  LiftOutcome outcome;
  Status status;
  while (status && !text.empty()) {
    status = lift.write(text.substr(0, piece_bytes));
    text.remove_prefix(std::min(piece_bytes, text.size()));
  }
  outcome.document = status ? lift.finish() : Result<json::value>(fail(status.error()));
  for (const auto& sink : sinks) outcome.payloads.push_back(std::move(sink->text));
  return outcome;
}

inline void check_json_lift(std::string_view text) {
  const LiftOutcome whole = lift_in_pieces(text, std::max<std::size_t>(1, text.size()), {"data"});
  for (const std::size_t piece_bytes : {1u, 2u, 7u}) {
    const LiftOutcome cut = lift_in_pieces(text, piece_bytes, {"data"});
    DR_CHECK(cut.document.has_value() == whole.document.has_value());
    if (!whole.document) continue;
    DR_CHECK(*cut.document == *whole.document && cut.payloads == whole.payloads);
  }
  const auto strict = json::parse(text);
  const LiftOutcome plain = lift_in_pieces(text, 5, {});
  const bool is_short = text.size() < net::LiftLimits().string_bytes;  // nothing is cut
  if (strict && plain.document && is_short) DR_CHECK(*strict == *plain.document);
}

}  // namespace darkroom::test

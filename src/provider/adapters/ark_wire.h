// Ark wire: the errors of Volcengine Ark (BytePlus ModelArk), which its pictures and its films share: as the answer to
// a call, as the end of a task, and beside single pictures of a set. Pure.
#pragma once

#include <optional>
#include <string>

#include "provider/adapters/faults.h"

namespace darkroom::provider {

inline constexpr std::string_view kArkPath = "/api/v3";

// The list of the account's tasks, which is that of its films whichever model is called.
Request make_ark_probe(const Job& job);

struct ArkError {
  Fault fault = Fault::strange;
  std::string code;
  std::optional<milliseconds> after;  // the vendor's own wish
};

// {"code", "message"}, wherever it stands.
ArkError read_ark_error(const json::object& error);
// Of an answer that has no result: by its error object, else by its status.
ArkError read_ark_error(const Answer& answer);

}  // namespace darkroom::provider

// BodyReader: reads the members of a request's body as strictly as vendors do. A wrong type, a value outside what is
// allowed and a name that nobody knows are mistakes; the first one stands. An adapter that sends something wrong must
// hear of it here and not on the first paid call. Pure.
#pragma once

#include <initializer_list>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/json.h"

namespace darkroom::sandbox {

struct Mistake {
  std::string field;     // "parameters.duration"
  std::string sentence;  // "must be from 3 to 15"
  bool missing = false;
};

class BodyReader {
 public:
  using Words = std::initializer_list<std::string_view>;

  // `tree` outlives the reader. `where` stands before the names: "parameters.".
  explicit BodyReader(const json::object& tree, std::string where = "") : tree_(tree), where_(std::move(where)) {}

  bool has(std::string_view name) const;
  // Each gives its default for an absent or null member, and after a mistake.
  std::string text(std::string_view name, std::size_t most_bytes = std::numeric_limits<std::size_t>::max());
  std::string word(std::string_view name, Words allowed, std::string_view otherwise = "");
  std::int64_t integer(std::string_view name, std::int64_t minimum, std::int64_t maximum, std::int64_t otherwise);
  bool flag(std::string_view name, bool otherwise);
  // nullptr if absent.
  const json::object* object(std::string_view name);
  const json::array* list(std::string_view name, std::size_t fewest, std::size_t most);
  // Members that the vendor takes and that change nothing here.
  void pass(Words names);

  void require(std::string_view name);
  // A rule of the vendor's own.
  void refuse(std::string_view field, std::string sentence);
  void refuse(const std::optional<Mistake>& mistake);
  // The first mistake; that of an unknown name if nothing else is wrong. Call it last.
  std::optional<Mistake> finish();

 private:
  // The member, noted as known; nullptr if absent or null.
  const json::value* take(std::string_view name);

  const json::object& tree_;
  std::string where_;
  std::set<std::string, std::less<>> known_;
  std::optional<Mistake> mistake_;
};

}  // namespace darkroom::sandbox

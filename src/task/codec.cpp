#include "task/codec.h"

#include <fmt/format.h>

#include <array>

#include "base/json_pen.h"

namespace darkroom::task {
namespace {

using json::ObjectPen;

constexpr std::array<std::string_view, 6> kCallStates = {"waiting", "in_flight", "delivered",
                                                         "failed",  "accepted",  "lost"};
constexpr std::array<std::string_view, 3> kOutputRoles = {"result", "last_frame", "poster"};
constexpr json::Limits kStoredText{.depth = 64, .bytes = 64 << 20};

// Reads members of one object; remembers the first that is absent or of another type.
class ObjectReader {
 public:
  ObjectReader(const json::value& tree, std::string& wrong) : object_(tree.if_object()), wrong_(wrong) {
    if (object_ == nullptr) note("an object");
  }
  ObjectReader(const json::object& object, std::string& wrong) : object_(&object), wrong_(wrong) {}

  const json::value* find(std::string_view name) const { return object_ ? json::find(*object_, name) : nullptr; }
  std::string text(std::string_view name) {
    const json::value* value = find(name);
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    note(name);
    return {};
  }
  std::string text_or_empty(std::string_view name) { return find(name) == nullptr ? std::string() : text(name); }
  template <class Enum, std::size_t n>
  Enum word(std::string_view name, const std::array<std::string_view, n>& words) {
    const auto found = std::ranges::find(words, text(name));
    if (found == words.end()) note(name);
    return found == words.end() ? Enum() : static_cast<Enum>(found - words.begin());
  }
  template <std::integral T>
  void number(std::string_view name, T& into, bool required = false) {
    const json::value* value = find(name);
    if (value == nullptr && !required) return;
    const std::int64_t* number = value ? value->if_int64() : nullptr;
    if (number == nullptr || !std::in_range<T>(*number)) return note(name);
    into = static_cast<T>(*number);
  }
  MicroCredits credits(std::string_view name) {
    std::int64_t count = 0;
    number(name, count);
    if (count < 0 || count > MicroCredits::kMax) note(name);
    return MicroCredits::from_count(wrong_.empty() ? count : 0);
  }
  bool flag(std::string_view name) {
    const json::value* value = find(name);
    if (value == nullptr) return false;
    if (!value->is_bool()) note(name);
    return value->is_bool() && value->get_bool();
  }
  template <class T, class Read>
  std::vector<T> list(std::string_view name, Read read) {
    std::vector<T> values;
    const json::value* value = find(name);
    if (value == nullptr || !value->is_array()) {
      note(name);
      return values;
    }
    values.reserve(value->get_array().size());
    for (const json::value& element : value->get_array()) values.push_back(read(element, wrong_));
    return values;
  }
  void note(std::string_view name) {
    if (wrong_.empty()) wrong_ = name;
  }

 private:
  const json::object* object_;
  std::string& wrong_;
};

void print_route(Pen& pen, const Route& route) {
  ObjectPen object(pen);
  object.text("upstream", route.upstream);
  object.text("wire_model", route.wire_model);
  object.flag_if_true("repeat_unknown", route.repeat_unknown);
  object.number_unless_zero("call_cost", route.call_cost.count());
  object.end();
}

Route read_route(const json::value& tree, std::string& wrong) {
  ObjectReader reader(tree, wrong);
  Route route;
  route.upstream = reader.text("upstream");
  route.wire_model = reader.text("wire_model");
  route.repeat_unknown = reader.flag("repeat_unknown");
  route.call_cost = reader.credits("call_cost");
  return route;
}

void print_source(Pen& pen, const ReferenceSource& source) {
  ObjectPen object(pen);
  object.text("role", source.role);
  object.text("field", source.field);
  object.text_unless_empty("url", source.url);
  object.text_unless_empty("upload", source.upload);
  object.end();
}

ReferenceSource read_source(const json::value& tree, std::string& wrong) {
  ObjectReader reader(tree, wrong);
  ReferenceSource source;
  source.role = reader.text("role");
  source.field = reader.text("field");
  source.url = reader.text_or_empty("url");
  source.upload = reader.text_or_empty("upload");
  return source;
}

void print_reference(Pen& pen, const Reference& reference) {
  ObjectPen object(pen);
  object.text("role", reference.role);
  object.text_unless_empty("url", reference.url);
  object.text("blob", reference.blob);
  object.text("mime", reference.mime);
  object.number("size_bytes", static_cast<std::int64_t>(reference.size_bytes));
  object.end();
}

Reference read_reference(const json::value& tree, std::string& wrong) {
  ObjectReader reader(tree, wrong);
  Reference reference;
  reference.role = reader.text("role");
  reference.url = reader.text_or_empty("url");
  reference.blob = reader.text("blob");
  reference.mime = reader.text("mime");
  reader.number("size_bytes", reference.size_bytes, true);
  return reference;
}

void print_output(Pen& pen, const Output& output) {
  ObjectPen object(pen);
  if (output.role != OutputRole::result) object.text("role", kOutputRoles.at(static_cast<std::size_t>(output.role)));
  object.text("blob", output.blob);
  object.text("mime", output.mime);
  object.number("size_bytes", static_cast<std::int64_t>(output.size_bytes));
  object.text("sha256_hex", output.sha256_hex);
  object.number_unless_zero("width_pixels", output.width_pixels);
  object.number_unless_zero("height_pixels", output.height_pixels);
  object.number_unless_zero("duration_milliseconds", output.duration_milliseconds);
  object.end();
}

Output read_output(const json::value& tree, std::string& wrong) {
  ObjectReader reader(tree, wrong);
  Output output;
  if (reader.find("role")) output.role = reader.word<OutputRole>("role", kOutputRoles);
  output.blob = reader.text("blob");
  output.mime = reader.text("mime");
  reader.number("size_bytes", output.size_bytes, true);
  output.sha256_hex = reader.text("sha256_hex");
  reader.number("width_pixels", output.width_pixels);
  reader.number("height_pixels", output.height_pixels);
  reader.number("duration_milliseconds", output.duration_milliseconds);
  return output;
}

void print_index(Pen& pen, std::uint32_t index) { pen.put_number(index); }

std::uint32_t read_index(const json::value& tree, std::string& wrong) {
  const std::int64_t* number = tree.if_int64();
  if (number != nullptr && std::in_range<std::uint32_t>(*number)) return static_cast<std::uint32_t>(*number);
  wrong = "an index";
  return 0;
}

void print_call(Pen& pen, const Call& call) {
  ObjectPen object(pen);
  object.text("state", kCallStates.at(static_cast<std::size_t>(call.state)));
  object.number_unless_zero("attempts", call.attempts);
  object.number_unless_zero("route", call.route);
  object.number_unless_zero("hops", call.hops);
  if (!call.refused.empty()) object.list("refused", call.refused, print_index);
  object.number_unless_zero("unknowns", call.unknowns);
  object.number_unless_zero("due_at", to_millis(call.due_at));
  if (call.first_failed_at) object.number("first_failed_at", to_millis(*call.first_failed_at));
  if (call.failure) object.text("failure", info(*call.failure).name);
  object.text_unless_empty("upstream_id", call.upstream_id);
  object.text_unless_empty("key_tag", call.key_tag);
  object.number_unless_zero("accepted_at", to_millis(call.accepted_at));
  object.number_unless_zero("polls", call.polls);
  object.number_unless_zero("save_failures", call.save_failures);
  if (!call.outputs.empty()) object.list("outputs", call.outputs, print_output);
  object.end();
}

Call read_call(const json::value& tree, std::string& wrong) {
  ObjectReader reader(tree, wrong);
  Call call;
  call.state = reader.word<CallState>("state", kCallStates);
  reader.number("attempts", call.attempts);
  reader.number("route", call.route);
  reader.number("hops", call.hops);
  if (reader.find("refused")) call.refused = reader.list<std::uint32_t>("refused", read_index);
  reader.number("unknowns", call.unknowns);
  std::int64_t millis = 0;
  reader.number("due_at", millis);
  call.due_at = from_millis(millis);
  if (reader.find("first_failed_at")) {
    reader.number("first_failed_at", millis);
    call.first_failed_at = from_millis(millis);
  }
  if (reader.find("failure")) {
    call.failure = find_code(reader.text("failure"));
    if (!call.failure) reader.note("failure");
  }
  call.upstream_id = reader.text_or_empty("upstream_id");
  call.key_tag = reader.text_or_empty("key_tag");
  millis = 0;
  reader.number("accepted_at", millis);
  call.accepted_at = from_millis(millis);
  reader.number("polls", call.polls);
  reader.number("save_failures", call.save_failures);
  if (reader.find("outputs")) call.outputs = reader.list<Output>("outputs", read_output);
  return call;
}

std::string read_text(const json::value& tree, std::string& wrong) {
  if (tree.is_string()) return std::string(tree.get_string());
  wrong = "a string";
  return {};
}

std::unexpected<Error> unreadable(std::string_view what, std::string_view wrong) {
  return fail(Code::store_failed, fmt::format("a stored {} cannot be read: {}", what, wrong));
}

}  // namespace

std::string print_plan(const Plan& plan) {
  constexpr std::size_t kAroundPrompt = 512;
  Pen pen(kAroundPrompt + plan.prompt.size());
  ObjectPen object(pen);
  object.text("model", plan.model);
  object.text("kind", plan.kind);
  object.text_unless_empty("mode", plan.mode);
  object.list("routes", plan.routes, print_route);
  object.text("prompt", plan.prompt);
  json::put_object(object.member("parameters"), plan.parameters);
  if (!plan.reference_sources.empty()) object.list("reference_sources", plan.reference_sources, print_source);
  object.number("count", plan.count);
  if (plan.outputs_per_call != 1) object.number("outputs_per_call", plan.outputs_per_call);
  object.number_unless_zero("billed_seconds", plan.billed_seconds);
  object.number("unit_price", plan.unit_price.count());
  object.number("cap_seconds", plan.cap_seconds);
  if (!plan.callback_url.empty()) {
    object.text("callback_url", plan.callback_url);
    object.list("callback_events", plan.callback_events, json::put_string);
  }
  if (plan.cancel_at) object.number("cancel_at", to_millis(*plan.cancel_at));
  object.text_unless_empty("request_id", plan.request_id);
  object.end();
  return pen.take();
}

Result<Plan> parse_plan(std::string_view text) {
  Result<json::object> tree = json::parse_object(text, kStoredText);
  if (!tree) return unreadable("plan", tree.error().message);
  std::string wrong;
  ObjectReader reader(*tree, wrong);
  Plan plan;
  plan.model = reader.text("model");
  plan.kind = reader.text("kind");
  plan.routes = reader.list<Route>("routes", read_route);
  plan.prompt = reader.text("prompt");
  plan.mode = reader.text_or_empty("mode");
  if (reader.find("reference_sources")) {
    plan.reference_sources = reader.list<ReferenceSource>("reference_sources", read_source);
  }
  reader.number("count", plan.count, true);
  reader.number("outputs_per_call", plan.outputs_per_call);
  reader.number("billed_seconds", plan.billed_seconds);
  plan.unit_price = reader.credits("unit_price");
  reader.number("cap_seconds", plan.cap_seconds, true);
  if (reader.find("callback_url")) {
    plan.callback_url = reader.text("callback_url");
    plan.callback_events = reader.list<std::string>("callback_events", read_text);
  }
  if (reader.find("cancel_at")) {
    std::int64_t millis = 0;
    reader.number("cancel_at", millis);
    plan.cancel_at = from_millis(millis);
  }
  plan.request_id = reader.text_or_empty("request_id");
  json::value* parameters = tree->if_contains("parameters");
  if (parameters != nullptr && parameters->is_object())
    plan.parameters = std::move(parameters->get_object());
  else
    reader.note("parameters");
  if (!wrong.empty()) return unreadable("plan", wrong);
  return plan;
}

std::string print_progress(const Progress& progress) {
  Pen pen;
  ObjectPen object(pen);
  if (progress.began_at) object.number("began_at", to_millis(*progress.began_at));
  object.flag_if_true("references_ready", progress.references_ready);
  if (!progress.references.empty()) object.list("references", progress.references, print_reference);
  if (!progress.problem.empty()) object.text("problem", progress.problem);
  object.list("calls", progress.calls, print_call);
  object.end();
  return pen.take();
}

Result<Progress> parse_progress(std::string_view text) {
  const Result<json::object> tree = json::parse_object(text, kStoredText);
  if (!tree) return unreadable("progress", tree.error().message);
  std::string wrong;
  ObjectReader reader(*tree, wrong);
  Progress progress;
  if (reader.find("began_at")) {
    std::int64_t millis = 0;
    reader.number("began_at", millis);
    progress.began_at = from_millis(millis);
  }
  progress.references_ready = reader.flag("references_ready");
  if (reader.find("references")) progress.references = reader.list<Reference>("references", read_reference);
  if (reader.find("problem")) progress.problem = reader.text("problem");
  progress.calls = reader.list<Call>("calls", read_call);
  if (!wrong.empty()) return unreadable("progress", wrong);
  return progress;
}

}  // namespace darkroom::task

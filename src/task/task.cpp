#include "task/task.h"

#include <fmt/format.h>

#include <array>

#include "base/check.h"

namespace darkroom::task {
namespace {

// The storage form: JSON with the members of the structs; a member that has its default is left out, so that the rows
// of a busy store stay small. Printed by hand, since every submit pays for it; read strictly, since only we wrote it.

constexpr std::array<std::string_view, 6> kCallStates = {"waiting", "in_flight", "delivered",
                                                         "failed",  "accepted",  "lost"};
constexpr std::array<std::string_view, 3> kOutputRoles = {"result", "last_frame", "poster"};
constexpr json::Limits kStoredText{.depth = 64, .bytes = 64 << 20};

class ObjectPrinter {
 public:
  explicit ObjectPrinter(std::string& out) : out_(out) { out_ += '{'; }
  void end() { out_ += '}'; }

  std::string& member(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return out_;
  }
  void text(std::string_view name, std::string_view value) { json::append_string(member(name), value); }
  void number(std::string_view name, std::int64_t value) {
    fmt::format_to(std::back_inserter(member(name)), "{}", value);
  }
  void text_unless_empty(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  void number_unless_zero(std::string_view name, std::int64_t value) {
    if (value != 0) number(name, value);
  }
  void flag(std::string_view name, bool value) {
    if (value) member(name) += "true";
  }
  template <class T, class Print>
  void list(std::string_view name, const std::vector<T>& values, Print print) {
    member(name) += '[';
    for (const T& value : values) {
      if (out_.back() != '[') out_ += ',';
      print(out_, value);
    }
    out_ += ']';
  }

 private:
  std::string& out_;
};

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

void print_route(std::string& out, const Route& route) {
  ObjectPrinter printer(out);
  printer.text("upstream", route.upstream);
  printer.text("wire_model", route.wire_model);
  printer.flag("repeat_unknown", route.repeat_unknown);
  printer.number_unless_zero("call_cost", route.call_cost.count());
  printer.end();
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

void print_source(std::string& out, const ReferenceSource& source) {
  ObjectPrinter printer(out);
  printer.text("role", source.role);
  printer.text("field", source.field);
  printer.text("url", source.url);
  printer.end();
}

ReferenceSource read_source(const json::value& tree, std::string& wrong) {
  ObjectReader reader(tree, wrong);
  ReferenceSource source;
  source.role = reader.text("role");
  source.field = reader.text("field");
  source.url = reader.text("url");
  return source;
}

void print_reference(std::string& out, const Reference& reference) {
  ObjectPrinter printer(out);
  printer.text("role", reference.role);
  printer.text_unless_empty("url", reference.url);
  printer.text("blob", reference.blob);
  printer.text("mime", reference.mime);
  printer.number("size_bytes", static_cast<std::int64_t>(reference.size_bytes));
  printer.end();
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

void print_output(std::string& out, const Output& output) {
  ObjectPrinter printer(out);
  if (output.role != OutputRole::result) printer.text("role", kOutputRoles.at(static_cast<std::size_t>(output.role)));
  printer.text("blob", output.blob);
  printer.text("mime", output.mime);
  printer.number("size_bytes", static_cast<std::int64_t>(output.size_bytes));
  printer.text("sha256_hex", output.sha256_hex);
  printer.number_unless_zero("width_pixels", output.width_pixels);
  printer.number_unless_zero("height_pixels", output.height_pixels);
  printer.number_unless_zero("duration_milliseconds", output.duration_milliseconds);
  printer.end();
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

void print_call(std::string& out, const Call& call) {
  ObjectPrinter printer(out);
  printer.text("state", kCallStates.at(static_cast<std::size_t>(call.state)));
  printer.number_unless_zero("attempts", call.attempts);
  printer.number_unless_zero("route", call.route);
  printer.number_unless_zero("hops", call.hops);
  printer.number_unless_zero("unknowns", call.unknowns);
  printer.number_unless_zero("due_at", to_millis(call.due_at));
  if (call.first_failed_at) printer.number("first_failed_at", to_millis(*call.first_failed_at));
  if (call.failure) printer.text("failure", info(*call.failure).name);
  printer.text_unless_empty("upstream_id", call.upstream_id);
  printer.text_unless_empty("key_tag", call.key_tag);
  printer.number_unless_zero("accepted_at", to_millis(call.accepted_at));
  printer.number_unless_zero("polls", call.polls);
  if (!call.outputs.empty()) printer.list("outputs", call.outputs, print_output);
  printer.end();
}

Call read_call(const json::value& tree, std::string& wrong) {
  ObjectReader reader(tree, wrong);
  Call call;
  call.state = reader.word<CallState>("state", kCallStates);
  reader.number("attempts", call.attempts);
  reader.number("route", call.route);
  reader.number("hops", call.hops);
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
  if (reader.find("outputs")) call.outputs = reader.list<Output>("outputs", read_output);
  return call;
}

std::unexpected<Error> unreadable(std::string_view what, std::string_view wrong) {
  return fail(Code::store_failed, fmt::format("a stored {} cannot be read: {}", what, wrong));
}

}  // namespace

std::string_view print(State state) {
  switch (state) {
    case State::queued: return "queued";
    case State::submitting: return "submitting";
    case State::running: return "running";
    case State::saving: return "saving";
    case State::completed: return "completed";
    case State::failed: return "failed";
    case State::cancelled: return "cancelled";
  }
  DR_CHECK(false);
}

bool is_ended(State state) { return state == State::completed || state == State::failed || state == State::cancelled; }

std::string_view public_status(State state) {
  switch (state) {
    case State::queued:
    case State::submitting:
    case State::running:
    case State::saving: return "processing";
    case State::completed: return "completed";
    case State::failed:
    case State::cancelled: return "failed";
  }
  DR_CHECK(false);
}

std::optional<Code> find_code(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Code::bad_config); ++i) {
    if (info(static_cast<Code>(i)).name == name) return static_cast<Code>(i);
  }
  return std::nullopt;
}

std::string print_plan(const Plan& plan) {
  std::string out;
  out.reserve(512 + plan.prompt.size());
  ObjectPrinter printer(out);
  printer.text("model", plan.model);
  printer.text("kind", plan.kind);
  printer.text_unless_empty("mode", plan.mode);
  printer.list("routes", plan.routes, print_route);
  printer.text("prompt", plan.prompt);
  printer.member("parameters") += boost::json::serialize(plan.parameters);
  if (!plan.reference_sources.empty()) printer.list("reference_sources", plan.reference_sources, print_source);
  printer.number("count", plan.count);
  if (plan.outputs_per_call != 1) printer.number("outputs_per_call", plan.outputs_per_call);
  printer.number_unless_zero("billed_seconds", plan.billed_seconds);
  printer.number("unit_price", plan.unit_price.count());
  printer.number("cap_seconds", plan.cap_seconds);
  printer.end();
  return out;
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
  json::value* parameters = tree->if_contains("parameters");
  if (parameters != nullptr && parameters->is_object())
    plan.parameters = std::move(parameters->get_object());
  else
    reader.note("parameters");
  if (!wrong.empty()) return unreadable("plan", wrong);
  return plan;
}

std::string print_progress(const Progress& progress) {
  std::string out;
  ObjectPrinter printer(out);
  if (progress.began_at) printer.number("began_at", to_millis(*progress.began_at));
  printer.flag("references_ready", progress.references_ready);
  printer.list("references", progress.references, print_reference);
  if (!progress.problem.empty()) printer.text("problem", progress.problem);
  printer.list("calls", progress.calls, print_call);
  printer.end();
  return out;
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
  progress.references = reader.list<Reference>("references", read_reference);
  if (reader.find("problem")) progress.problem = reader.text("problem");
  progress.calls = reader.list<Call>("calls", read_call);
  if (!wrong.empty()) return unreadable("progress", wrong);
  return progress;
}

std::vector<const Output*> outputs_of(const Task& task, OutputRole role) {
  std::vector<const Output*> outputs;
  for (const Call& call : task.progress.calls) {
    if (call.state != CallState::delivered) continue;
    for (const Output& output : call.outputs) {
      if (output.role == role) outputs.push_back(&output);
    }
  }
  return outputs;
}

}  // namespace darkroom::task

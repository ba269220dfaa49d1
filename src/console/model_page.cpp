#include "console/model_page.h"

#include <fmt/format.h>

#include <iterator>

#include "base/error.h"

namespace darkroom::console {
namespace {

// Text in a cell of a table: a bar would end it.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string show(const json::value& value) {
  if (value.is_double()) return fmt::format("{}", value.as_double());  // the JSON library writes 7.3E0
  return value.is_string() ? std::string(value.as_string()) : json::print(value);
}

std::string join(const json::value& list, std::string_view between) {
  std::string out;
  for (const json::value& entry : list.as_array()) {
    if (!out.empty()) out += between;
    out += show(entry);
  }
  return out;
}

std::string required_of(const json::object& param) {
  const json::value& required = param.at("required");
  if (required.is_array()) return "in " + join(required, ", ");
  return required.as_bool() ? "yes" : "no";
}

std::string allowed_of(const json::object& param) {
  if (const json::value* values = json::find(param, "values")) return join(*values, ", ");
  const json::value* from = json::find(param, "minimum");
  const json::value* to = json::find(param, "maximum");
  if (from == nullptr && to == nullptr) {
    from = json::find(param, "min_length");
    to = json::find(param, "max_length");
  }
  if (from == nullptr && to == nullptr) return "";
  const std::string lower = from == nullptr ? "" : show(*from);
  const std::string upper = to == nullptr ? "" : show(*to);
  if (lower.empty()) return "up to " + upper;
  return upper.empty() ? "from " + lower : lower + " to " + upper;
}

std::string sample(std::string_view base, std::string_view endpoint, const json::value& body) {
  std::string quoted;
  for (const char c : json::print(body)) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return fmt::format(
      "```sh\ncurl {}{} -H \"Authorization: Bearer $DARKROOM_API_KEY\" \\\n"
      "  -H \"Content-Type: application/json\" -d '{}'\n```\n",
      base, endpoint, quoted);
}

std::string parameters_of(const json::object& model) {
  std::string out =
      "| Field | Type | Required | Default | Allowed | What it is |\n|---|---|---|---|---|---|\n"
      "| `model` | string | yes | | `" +
      json::get_string(model, "id") + "` | |\n";
  for (const json::value& entry : model.at("parameters").as_array()) {
    const json::object& param = entry.as_object();
    const json::value* standard = json::find(param, "default");
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} | {} | {} |\n", json::get_string(param, "name"),
                   json::get_string(param, "type"), required_of(param),
                   standard == nullptr ? "" : cell(json::print(*standard)), cell(allowed_of(param)),
                   cell(json::get_string(param, "description")));
  }
  return out;
}

std::string price_of(const json::object& model) {
  const json::object& price = model.at("price").as_object();
  const std::string unit = json::get_string(price, "unit");
  const json::value* tiers = json::find(price, "tiers");
  if (tiers == nullptr) return fmt::format("{} credits for each {}.", json::get_string(price, "credits"), unit);
  std::string out = fmt::format("Credits for each {}:\n\n| When | Credits |\n|---|---|\n", unit);
  for (const json::value& entry : tiers->as_array()) {
    const json::object& tier = entry.as_object();
    std::string when;
    for (const auto& [name, value] : tier.at("when").as_object()) {
      when += fmt::format("{}{} {}", when.empty() ? "" : ", ", std::string_view(name), show(value));
    }
    fmt::format_to(std::back_inserter(out), "| {} | {} |\n", cell(when), json::get_string(tier, "credits"));
  }
  return out;
}

// How a submit may be refused, an example for each status.
std::string refusals_of(std::string_view id) {
  std::string out = "| Status | Code | Body |\n|---|---|---|\n";
  for (const Code code :
       {Code::invalid_parameter, Code::key_invalid, Code::insufficient_credits, Code::rate_limited, Code::internal}) {
    const CodeInfo& row = info(code);
    const std::string message = code == Code::invalid_parameter ? fmt::format("{}: …", id) : std::string(row.meaning);
    const json::object error = {{"code", row.public_number}, {"message", message}, {"request_id", "req_…"}};
    fmt::format_to(std::back_inserter(out), "| {} | {} | `{}` |\n", row.http_status, row.public_number,
                   json::print(json::object{{"error", error}}));
  }
  return out;
}

// What a poll answers once the task is done, and how a submit or a task fails.
std::string response_of(const json::object& model, std::string_view base) {
  const bool is_film = json::get_string(model, "kind") != "image";
  constexpr std::string_view kTask = "018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e";
  const std::string link = fmt::format("{}/media/tasks/{}/0.{}", base, kTask, is_film ? "mp4" : "png");
  const json::object completed = {{"id", fmt::format("task_{}", kTask)},
                                  {"model", json::get_string(model, "id")},
                                  {"status", "completed"},
                                  {"created_at", 1'735'000'000},
                                  {"output", json::object{{is_film ? "video_urls" : "image_urls", json::array{link}}}},
                                  {"error", nullptr}};
  return fmt::format(
      "\n## Response\n\nA submit is answered with `processing`; a poll has `output` once the task is completed:\n\n"
      "```json\n{}\n```\n\nRefusals by status:\n\n{}\n## Special errors\n\nRefused before anything is charged: a field "
      "that is missing (20002) "
      "or not what the table of the body allows (20003). A failing vendor is tried again, up to five times; then the "
      "task ends as `failed` and is not charged: 80001 (could not be handed over), 80002 (nothing was delivered within "
      "{} s), 80003 (what came was unusable, or a reference could not be fetched), 80006 (refused by a content "
      "policy). All codes: [Errors](/docs/errors.md).\n",
      json::print(completed), refusals_of(json::get_string(model, "id")), show(model.at("limits").at("cap_seconds")));
}

}  // namespace

std::string print_model_page(const json::object& model, std::string_view base) {
  const std::string endpoint = json::get_string(model, "endpoint");
  std::string out = fmt::format("# {}\n\n{}: {}\n", json::get_string(model, "id"), json::get_string(model, "title"),
                                json::get_string(model, "summary"));
  for (const json::value& note : model.at("notes").as_array()) out += "\n- " + show(note);
  fmt::format_to(std::back_inserter(out), "\n\n## Quick example\n\n{}", sample(base, endpoint, model.at("example")));
  fmt::format_to(
      std::back_inserter(out),
      "\n## Endpoint\n\n`POST {}` submits and answers at once with a task; `GET /api/v1/tasks/{{id}}` answers "
      "with the result.\n\n## Authentication\n\n`Authorization: Bearer <key>` on both; a key for tests goes to the "
      "sandbox: [Authentication](/docs/authentication.md).\n\n## Body\n\n{}",
      endpoint, parameters_of(model));
  fmt::format_to(std::back_inserter(out), "\n## Modes\n\nWhat a request is taken for follows from its media: {}.\n",
                 join(model.at("modes"), ", "));
  out += "\n## Use cases\n";
  for (const json::value& entry : model.at("examples").as_array()) {
    const json::object& example = entry.as_object();
    fmt::format_to(std::back_inserter(out), "\n### {}\n\n{}", json::get_string(example, "title"),
                   sample(base, endpoint, example.at("body")));
  }
  out += response_of(model, base);
  fmt::format_to(
      std::back_inserter(out),
      "\n## Polling\n\nA task takes about {} s. Ask `GET /api/v1/tasks/{{id}}?wait=60` until `status` is no longer "
      "`processing`; `output` then has the links, or `error` says why it failed. A failed task costs nothing."
      "\n\n## Price\n\n{}\n",
      show(model.at("typical_seconds")), price_of(model));
  if (!model.at("related").as_array().empty()) {
    out += "\n## Related\n";
    for (const json::value& id : model.at("related").as_array()) {
      fmt::format_to(std::back_inserter(out), "\n- [{0}](/docs/models/{0}.md)", show(id));
    }
    out += '\n';
  }
  return out;
}

std::string print_model_line(const json::object& model) {
  return fmt::format("- [{0}](/docs/models/{0}.md): {1}\n", json::get_string(model, "id"),
                     json::get_string(model, "summary"));
}

}  // namespace darkroom::console

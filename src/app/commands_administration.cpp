#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "account/key_limits.h"
#include "api/services.h"
#include "app/administration.h"
#include "app/commands.h"
#include "app/config_value.h"
#include "app/json_members.h"
#include "base/credits.h"
#include "base/json.h"

namespace darkroom::app {
namespace {

constexpr seconds kDeadline{10};
constexpr seconds kAuditDeadline{600};               // reads every entry and task
constexpr seconds kTestDeadline{30};                 // a probe and a look at the balance
constexpr std::string_view kConfigured = "default";  // the weight of the configuration
constexpr json::Limits kAnswerLimits{.depth = 64, .bytes = 64 << 20};

std::string credits_of(const json::object& object, std::string_view microcredits) {
  const json::value* member = object.if_contains(microcredits);
  if (member == nullptr || !member->is_int64()) return "";
  return MicroCredits::from_count(member->get_int64()).text();
}

std::string join(const json::array& texts, std::string_view none) {
  std::string out;
  for (const json::value& text : texts) {
    if (!out.empty()) out += ',';
    if (text.is_string()) out += text.get_string();
  }
  return out.empty() ? std::string(none) : out;
}

// What the flags say of a key's limits; "none" is null.
void add_limits(const CommandLine& line, json::object& wanted) {
  const auto add = [&wanted](const char* name, const std::optional<std::string>& text, auto read) {
    if (text) wanted[name] = *text == "none" ? json::value(nullptr) : json::value(read(*text));
  };
  const auto number = [](const std::string& text) {
    return ConfigValue::from_text(text).integer(1, account::kMostRequestsPerMinute).value_or(0);
  };
  add("requests_per_minute", line.requests_per_minute, number);
  add("concurrent_tasks", line.concurrent_tasks, number);
  add("monthly_credits", line.monthly_credits, [](const std::string& text) { return json::value(text); });
  add("allow_from", line.allow_from, [](const std::string& text) {
    const std::vector<std::string> networks = split_list(text, ",");
    return json::array(networks.begin(), networks.end());
  });
}

// "60/min, 2 at once, 500 a month, from 10.0.0.0/8"
std::string describe_limits(const json::object& limits) {
  std::vector<std::string> parts;
  const auto add = [&parts](const std::string& value, std::string_view form) {
    if (!value.empty()) parts.push_back(fmt::format(fmt::runtime(form), value));
  };
  add(text_of(limits, "requests_per_minute"), "{}/min");
  add(text_of(limits, "concurrent_tasks"), "{} at once");
  add(credits_of(limits, "monthly_microcredits"), "{} a month");
  add(join(array_of(limits, "allow_from"), ""), "from {}");
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

class AdministrationCommand {
 public:
  AdministrationCommand(const CommandLine& line, Administration& administration, Terminal& terminal)
      : line_(line), administration_(administration), terminal_(terminal) {}

  int run() {
    if (line_.command == "keys create") return create_key();
    if (line_.command == "keys list") return list_keys();
    if (line_.command == "keys limit") return limit_key();
    if (line_.command == "keys revoke") return revoke_key();
    if (line_.command == "credits grant") return grant();
    if (line_.command == "credits show") return show_balances();
    if (line_.command == "tasks list") return list_tasks();
    if (line_.command == "tasks show") return show_task();
    if (line_.command == "ledger verify") return verify_ledger();
    if (line_.command == "upstreams list") return list_upstreams();
    if (line_.command == "upstreams test") return test_upstream();
    if (line_.command.starts_with("upstreams ")) return steer_upstream();
    const auto ask = [this](const std::string& method, const std::string& target, const std::string& body) {
      return call(method, target, body, kAuditDeadline);
    };
    const int code = UsersCommand(line_, ask, terminal_).run();
    return code == UsersCommand::kFailedCall ? exit_code_ : code;
  }

 private:
  // The answer's object if the call succeeded; else says why, and exit_code_ is set.
  std::optional<json::object> call(const std::string& method, const std::string& target, const std::string& body = "",
                                   seconds deadline = kDeadline) {
    const auto answer = administration_.call(method, target, body, deadline);
    if (!answer) {
      exit_code_ = kUnreachable;
      terminal_.err << fmt::format("darkroom {}: {}\n", line_.command, answer.error().message);
      return std::nullopt;
    }
    auto object = json::parse_object(answer->body, kAnswerLimits);
    if (object && answer->status == 200) return *std::move(object);
    exit_code_ = answer->status == 503 ? kUnreachable : kFailed;
    const std::string message = object ? text_of(object_of(*object, "error"), "message") : "";
    terminal_.err << fmt::format("darkroom {}: {}\n", line_.command,
                                 message.empty() ? fmt::format("the server answered {}", answer->status) : message);
    return std::nullopt;
  }

  void print_json(const json::value& tree) { terminal_.out << json::print(tree) << '\n'; }

  int create_key() {
    json::object wanted = {{"account", line_.account}, {"test", line_.test}};
    if (!line_.name.empty()) wanted["name"] = line_.name;
    if (line_.expires) wanted["expires_in_seconds"] = line_.expires->count();
    if (!line_.models.empty()) {
      const auto models = split_list(line_.models, ",");
      wanted["models"] = json::array(models.begin(), models.end());
    }
    add_limits(line_, wanted);
    const auto made = call("POST", "/admin/keys", json::print(wanted));
    if (!made) return exit_code_;
    if (line_.json) {
      print_json(*made);
      return kDone;
    }
    terminal_.out << text_of(*made, "key") << '\n';
    terminal_.err << fmt::format("This {} key of {} is shown only now; {} revokes it.\n", text_of(*made, "book"),
                                 text_of(*made, "account"), "darkroom keys revoke " + text_of(*made, "id"));
    if (!line_.test) {
      terminal_.err << fmt::format("Its account spends what `darkroom credits grant --account {} --credits N` gives.\n",
                                   line_.account);
    }
    return kDone;
  }

  int list_keys() {
    const auto answer =
        call("GET", "/admin/keys" + (line_.account.empty() ? "" : "?account=" + percent_encode(line_.account)));
    if (!answer) return exit_code_;
    const json::array& keys = array_of(*answer, "data");
    if (line_.json) {
      print_json(keys);
      return kDone;
    }
    std::vector<std::vector<std::string>> rows;
    for (const json::value& entry : keys) {
      const json::object& key = entry.as_object();
      std::string state = "valid";
      if (const std::string revoked = text_of(key, "revoked_at"); !revoked.empty()) {
        state = "revoked " + revoked;
      } else if (const std::string expires = text_of(key, "expires_at"); !expires.empty()) {
        state = "until " + expires;
      }
      rows.push_back({text_of(key, "id"), text_of(key, "account"), text_of(key, "book"), "…" + text_of(key, "last4"),
                      text_of(key, "created_at"), text_of(key, "last_used_at"), state,
                      join(array_of(key, "models"), "all"), describe_limits(object_of(key, "limits")),
                      text_of(key, "name")});
    }
    terminal_.out << print_table(
        {"ID", "ACCOUNT", "BOOK", "ENDS IN", "CREATED", "LAST USED", "STATE", "MODELS", "LIMITS", "NAME"}, rows);
    return kDone;
  }

  int limit_key() {
    json::object wanted;
    add_limits(line_, wanted);
    const auto key = call("POST", "/admin/keys/" + percent_encode(line_.id) + "/limits", json::print(wanted));
    if (!key) return exit_code_;
    if (line_.json) {
      print_json(*key);
    } else {
      terminal_.err << fmt::format("Limits of {} of {}: {}.\n", text_of(*key, "id"), text_of(*key, "account"),
                                   describe_limits(object_of(*key, "limits")));
    }
    return kDone;
  }

  int revoke_key() {
    const auto revoked = call("DELETE", "/admin/keys/" + percent_encode(line_.id));
    if (!revoked) return exit_code_;
    if (line_.json) {
      print_json(*revoked);
    } else {
      terminal_.err << fmt::format("{} of {} is revoked.\n", text_of(*revoked, "id"), text_of(*revoked, "account"));
    }
    return kDone;
  }

  int grant() {
    const json::object wanted = {{"account", line_.account}, {"credits", line_.credits}, {"test", line_.test}};
    return print_balances(call("POST", "/admin/grants", json::print(wanted)));
  }

  int show_balances() {
    return print_balances(call("GET", "/admin/accounts/" + percent_encode(line_.account) + "/balance"));
  }

  int print_balances(const std::optional<json::object>& balances) {
    if (!balances) return exit_code_;
    if (line_.json) {
      print_json(*balances);
      return kDone;
    }
    std::vector<std::vector<std::string>> rows;
    for (const char* book : {"live", "test"}) {
      const json::object& balance = object_of(*balances, book);
      rows.push_back({book, credits_of(balance, "available_microcredits"), credits_of(balance, "held_microcredits"),
                      credits_of(balance, "captured_microcredits"), credits_of(balance, "granted_microcredits")});
    }
    terminal_.out << print_table({"BOOK", "AVAILABLE", "HELD", "SPENT", "GRANTED"}, rows);
    return kDone;
  }

  int list_tasks() {
    std::string target = fmt::format("/admin/tasks?limit={}", line_.limit);
    if (!line_.account.empty()) target += "&account=" + percent_encode(line_.account);
    const auto answer = call("GET", target);
    if (!answer) return exit_code_;
    const json::array& tasks = array_of(*answer, "data");
    if (line_.json) {
      print_json(tasks);
      return kDone;
    }
    std::vector<std::vector<std::string>> rows;
    for (const json::value& entry : tasks) {
      const json::object& task = entry.as_object();
      rows.push_back({text_of(task, "id"), text_of(task, "state"), text_of(task, "model"), text_of(task, "book"),
                      text_of(task, "created_at"), text_of(task, "ended_at"), credits_of(task, "captured_microcredits"),
                      text_of(object_of(task, "error"), "code")});
    }
    terminal_.out << print_table({"ID", "STATE", "MODEL", "BOOK", "CREATED", "ENDED", "PAID", "ERROR"}, rows);
    return kDone;
  }

  int show_task() {
    const auto task = call("GET", "/admin/tasks/" + percent_encode(line_.id));
    if (!task) return exit_code_;
    if (line_.json) {
      print_json(*task);
      return kDone;
    }
    for (const auto& [name, value] : *task) {
      if (name == "events" || name == "plan" || name == "progress") continue;
      terminal_.out << fmt::format("{:<24}{}\n", std::string_view(name), text_of(*task, name));
    }
    terminal_.out << fmt::format("{:<24}{}\n", "prompt", text_of(object_of(*task, "plan"), "prompt"));
    terminal_.out << fmt::format("{:<24}{}\n", "parameters", text_of(object_of(*task, "plan"), "parameters"));
    terminal_.out << '\n';
    std::vector<std::vector<std::string>> rows;
    for (const json::value& entry : array_of(*task, "events")) {
      const json::object& event = entry.as_object();
      rows.push_back({text_of(event, "number"), text_of(event, "at"), text_of(event, "type"), text_of(event, "data")});
    }
    terminal_.out << print_table({"#", "AT", "EVENT", "DATA"}, rows);
    return kDone;
  }

  int list_upstreams() {
    const auto answer = call("GET", "/admin/upstreams");
    if (!answer) return exit_code_;
    const json::array& upstreams = array_of(*answer, "data");
    if (line_.json) {
      print_json(upstreams);
      return kDone;
    }
    std::vector<std::vector<std::string>> rows;
    for (const json::value& entry : upstreams) {
      const json::object& upstream = entry.as_object();
      const auto of = [&upstream](std::string_view part, std::string_view whole) {
        return text_of(upstream, part) + " of " + text_of(upstream, whole);
      };
      rows.push_back({text_of(upstream, "name"), text_of(upstream, "kind"),
                      json::get_bool(upstream, "drained") ? "drained" : "takes calls", text_of(upstream, "weight"),
                      policy_of(upstream), text_of(upstream, "breaker"), of("keys_resting", "keys"),
                      of("in_flight", "capacity"), of("recent_delivered", "recent_calls")});
    }
    terminal_.out << print_table(
        {"NAME", "KIND", "STATE", "WEIGHT", "PROBE", "BREAKER", "KEYS RESTING", "IN FLIGHT", "DELIVERED IN 5 MIN"},
        rows);
    return kDone;
  }

  int steer_upstream() {
    json::object wanted;
    if (line_.command == "upstreams weight") {
      const auto weight = ConfigValue::from_text(line_.weight).integer(0, api::kMostWeight);
      wanted["weight"] = line_.weight == kConfigured ? json::value(nullptr) : json::value(weight.value_or(0));
    } else if (line_.command == "upstreams probe") {
      wanted["probe"] = line_.probe;
    } else {
      wanted["drained"] = line_.command == "upstreams drain";
    }
    const auto upstream = call("POST", "/admin/upstreams/" + percent_encode(line_.id), json::print(wanted));
    if (!upstream) return exit_code_;
    if (line_.json) {
      print_json(*upstream);
      return kDone;
    }
    const std::string policy = policy_of(*upstream);
    terminal_.err << fmt::format(
        "{} {}, weight {}{}.\n", text_of(*upstream, "name"),
        json::get_bool(*upstream, "drained") ? "is drained: no new calls go there" : "takes calls",
        text_of(*upstream, "weight"), policy.empty() ? "" : ", probe " + policy);
    return kDone;
  }

  // Empty without a running server, unless it has been set.
  static std::string policy_of(const json::object& upstream) {
    const json::value* probe = json::find(upstream, "probe");
    return probe != nullptr && probe->is_object() ? text_of(probe->get_object(), "policy") : "";
  }

  int test_upstream() {
    const auto tested = call("POST", "/admin/upstream-tests/" + percent_encode(line_.id), "{}", kTestDeadline);
    if (!tested) return exit_code_;
    const bool is_well = json::get_bool(*tested, "ok");
    if (line_.json) {
      print_json(*tested);
    } else {
      const std::string why = json::get_string(*tested, "detail");
      terminal_.out << fmt::format("{}: {}{}, {} ms\n", line_.id, text_of(*tested, "condition"),
                                   why.empty() ? "" : " (" + why + ")", text_of(*tested, "took_ms"));
    }
    return is_well ? kDone : kFailed;
  }

  int verify_ledger() {
    const auto report = call("GET", "/admin/ledger/verify", "", kAuditDeadline);
    if (!report) return exit_code_;
    const json::array& violations = array_of(*report, "violations");
    if (line_.json) {
      print_json(*report);
      return violations.empty() ? kDone : kFailed;
    }
    std::vector<std::vector<std::string>> rows;
    for (const char* book : {"live", "test"}) {
      const json::object& totals = object_of(*report, book);
      rows.push_back({book, credits_of(totals, "granted_microcredits"), credits_of(totals, "held_microcredits"),
                      credits_of(totals, "captured_microcredits"), credits_of(totals, "upstream_loss_microcredits")});
    }
    terminal_.out << print_table({"BOOK", "GRANTED", "HELD", "SPENT", "UPSTREAM LOSS"}, rows);
    terminal_.out << fmt::format("\n{} entries, {} accounts, {} tasks: {}\n", text_of(*report, "entries"),
                                 text_of(*report, "accounts"), text_of(*report, "tasks"),
                                 violations.empty() ? "the books are right" : "the books are WRONG");
    for (const json::value& violation : violations) {
      if (violation.is_string()) terminal_.out << std::string_view(violation.get_string()) << '\n';
    }
    return violations.empty() ? kDone : kFailed;
  }

  const CommandLine& line_;
  Administration& administration_;
  Terminal& terminal_;
  int exit_code_ = kDone;
};

}  // namespace

int run_administration(const CommandLine& line, const Config& config, Terminal& terminal) {
  const bool may_create = line.command == "keys create" || line.command == "credits grant";
  const auto administration = open_administration(config, may_create);
  if (!administration) {
    const Error& error = administration.error();
    terminal.err << fmt::format(
        "darkroom {}: {}\n", line.command,
        error.code == Code::already_exists
            ? "another process uses the store and does not answer: is a server starting or ending?"
            : error.message);
    return error.code == Code::bad_config ? kFailed : kUnreachable;
  }
  return AdministrationCommand(line, **administration, terminal).run();
}

}  // namespace darkroom::app

#include <fmt/format.h>

#include <string>
#include <vector>

#include "app/commands.h"
#include "app/json_members.h"

namespace darkroom::app {
namespace {

std::vector<std::string> row_of(const json::object& user) {
  std::string roles = text_of(user, "is_operator") == "true" ? "operator" : "";
  for (const json::value& entry : array_of(user, "memberships")) {
    const json::object& membership = entry.as_object();
    if (!roles.empty()) roles += ',';
    roles += fmt::format("{}:{}", text_of(object_of(membership, "account"), "name"), text_of(membership, "role"));
  }
  return {text_of(user, "email"),
          text_of(user, "name"),
          roles,
          text_of(user, "created_at"),
          text_of(user, "last_login_at"),
          text_of(user, "disabled") == "true" ? "disabled" : "active"};
}

}  // namespace

int UsersCommand::run() {
  if (line_.command == "users list") return list();
  if (line_.command == "users invite") return invite();
  if (line_.command == "users disable") return change("disabled", "is disabled", "may sign in again");
  if (line_.command == "users set-operator") return change("is_operator", "is an operator", "is no operator any more");
  return verify();
}

int UsersCommand::list() {
  json::array users;
  std::string cursor;
  do {
    const auto page = call_("GET", "/admin/users?limit=100" + (cursor.empty() ? "" : "&cursor=" + cursor), "");
    if (!page) return kFailedCall;
    for (const json::value& user : array_of(*page, "data")) users.push_back(user);
    cursor = text_of(*page, "next_cursor");
  } while (!cursor.empty());
  if (line_.json) {
    terminal_.out << json::print(users) << '\n';
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json::value& user : users) rows.push_back(row_of(user.as_object()));
  terminal_.out << print_table({"EMAIL", "NAME", "ROLES", "CREATED", "LAST LOGIN", "STATE"}, rows);
  return kDone;
}

int UsersCommand::invite() {
  const auto made = call_("POST", "/admin/users/" + percent_encode(line_.id) + "/invite", "{}");
  if (!made) return kFailedCall;
  terminal_.out << (line_.json ? json::print(*made) : text_of(*made, "invite_url")) << '\n';
  if (!line_.json) terminal_.err << "The link sets a new password, once, within 24 hours.\n";
  return kDone;
}

int UsersCommand::change(const char* member, const char* done, const char* undone) {
  const json::object wanted = {{member, !line_.undo}};
  const auto user = call_("PATCH", "/admin/users/" + percent_encode(line_.id), json::print(wanted));
  if (!user) return kFailedCall;
  if (line_.json) {
    terminal_.out << json::print(*user) << '\n';
  } else {
    terminal_.err << fmt::format("{} {}.\n", text_of(*user, "email"), line_.undo ? undone : done);
  }
  return kDone;
}

int UsersCommand::verify() {
  const auto report = call_("GET", "/admin/audit/verify", "");
  if (!report) return kFailedCall;
  const bool is_good = text_of(*report, "first_bad").empty();
  if (line_.json) {
    terminal_.out << json::print(*report) << '\n';
  } else if (is_good) {
    terminal_.out << fmt::format("{} rows: the log is whole\n", text_of(*report, "rows"));
  } else {
    terminal_.out << fmt::format("{} rows: the log is WRONG from row {} on\n", text_of(*report, "rows"),
                                 text_of(*report, "first_bad"));
  }
  return is_good ? kDone : kFailed;
}

}  // namespace darkroom::app

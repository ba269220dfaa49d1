#include "tests/api/console_world.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "people/password.h"

namespace darkroom::test {

ConsoleWorld::ConsoleWorld()
    : console{.api = services,
              .store = *store,
              .entrance = entrance,
              .random = random,
              .version = "1.2.3",
              .public_url = kOrigin,
              .sandbox_only = true,
              .description = api::console::describe_console_routes("1.2.3")},
      // The password of every user here, hashed once for all tests.
      hash_([] {
        static const Secret hash = people::hash_password(Secret(kPassword)).value();
        return hash;
      }()) {
  api::console::add_console_routes(console_router, console);
}

http::Response ConsoleWorld::send(const std::string& method, const std::string& path, std::vector<http::Header> headers,
                                  const std::string& body, const std::string& peer) {
  http::Request request;
  request.method = method;
  request.path = "/api/console" + path.substr(0, path.find('?'));
  if (path.find('?') != std::string::npos) request.query = path.substr(path.find('?') + 1);
  for (const http::Header& header : headers) request.headers.add(header.name, header.value);
  request.body = body;
  request.peer = peer;
  request.request_id = request_id;
  return wait(console_router(loop, request));
}

http::Response ConsoleWorld::ask(const Browser& browser, const std::string& method, const std::string& path,
                                 const json::value& body, std::vector<http::Header> headers) {
  headers.push_back({"Host", "console.example.org"});
  if (!browser.cookie.empty()) {
    headers.push_back({"Cookie", fmt::format("{}={}", people::kSessionCookie, browser.cookie)});
  }
  if (method != "GET") {
    headers.push_back({"Origin", kOrigin});
    headers.push_back({"Sec-Fetch-Site", "same-origin"});
    headers.push_back({"Content-Type", "application/json"});
    if (!browser.csrf.empty()) headers.push_back({"X-CSRF-Token", browser.csrf});
  }
  return send(method, path, std::move(headers), body.is_null() ? "" : json::print(body));
}

Browser ConsoleWorld::after(const http::Response& response, Browser browser) {
  const std::string set = header_of(response, "Set-Cookie");
  if (set.empty()) return browser;
  const std::string name = std::string(people::kSessionCookie) + "=";
  EXPECT_TRUE(set.starts_with(name)) << set;
  browser.cookie = set.substr(name.size(), set.find(';') - name.size());
  browser.csrf = browser.cookie.empty() ? "" : json::get_string(tree_of(response), "csrf_token");
  return browser;
}

UserId ConsoleWorld::make_user(const std::string& email, bool is_operator) {
  people::User user;
  user.email = email;
  user.password = hash_;
  user.is_operator = is_operator;
  user.created_at = clock.wall_now();
  user.id = UserId::make(user.created_at, random);
  people::Deed deed;
  deed.at = user.created_at;
  deed.action = "user.create";
  DR_CHECK(ApiWorld::ask<void>([&](auto done) {
             store->people().create_user(user, store::NewUser::any, deed, std::move(done));
           }).has_value());
  return user.id;
}

AccountId ConsoleWorld::account_id(const std::string& name) {
  return ApiWorld::ask<std::optional<account::Account>>([&](auto done) { store->find_account(name, std::move(done)); })
      .value()
      .value()
      .id;
}

void ConsoleWorld::join(const std::string& account, UserId user, people::Role role) {
  people::Deed deed;
  deed.action = "member.put";
  const AccountId id = account_id(account);
  DR_CHECK(ApiWorld::ask<void>([&](auto done) {
             store->people().put_member(id, user, role, deed, std::move(done));
           }).has_value());
}

Browser ConsoleWorld::sign_in(const std::string& email, const std::string& password) {
  const http::Response response = ask({}, "POST", "/login", json::object{{"email", email}, {"password", password}});
  EXPECT_EQ(response.status, 200) << body_text(response);
  return after(response);
}

std::vector<people::AuditRow> ConsoleWorld::deeds() {
  return ApiWorld::ask<std::vector<people::AuditRow>>(
             [&](auto done) { store->people().list_deeds({.limit = 1000}, std::move(done)); })
      .value();
}

json::object tree_of(const http::Response& response) {
  Result<json::object> tree = json::parse_object(body_text(response));
  EXPECT_TRUE(tree) << body_text(response);
  return tree ? std::move(*tree) : json::object();
}

}  // namespace darkroom::test

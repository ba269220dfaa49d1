// The console's API in the world of the API: the real area over the store in memory, on the fake clock, with people to
// sign in. Threads: one. Passwords are hashed in truth, on the world's loop.
#pragma once

#include <map>
#include <string>

#include "api/console/routes.h"
#include "tests/api/api_world.h"

namespace darkroom::test {

inline constexpr const char* kPassword = "correct horse battery";

// A browser: what it keeps between requests, and what its pages send.
struct Browser {
  std::string cookie = {};  // of the session; empty: signed out
  std::string csrf = {};
};

class ConsoleWorld : public ApiWorld {
 public:
  static constexpr const char* kOrigin = "https://console.example.org";

  ConsoleWorld();

  // As a page of the console asks: with the cookie, and, for a change, Origin, content type and token.
  http::Response ask(const Browser& browser, const std::string& method, const std::string& path,
                     const json::value& body = nullptr, std::vector<http::Header> headers = {});
  http::Response send(const std::string& method, const std::string& path, std::vector<http::Header> headers,
                      const std::string& body = {}, const std::string& peer = "192.0.2.1");
  // The browser after that answer: with its new cookie, or without.
  static Browser after(const http::Response& response, Browser browser = {});
  // A user whose password is kPassword.
  UserId make_user(const std::string& email, bool is_operator = false);
  void join(const std::string& account, UserId user, people::Role role);
  Browser sign_in(const std::string& email, const std::string& password = kPassword);
  AccountId account_id(const std::string& name);
  std::vector<people::AuditRow> deeds();

  std::string request_id = "req_00000000-0000-4000-8000-000000000000";  // of what is sent next
  int passwords_looked_at = 0;  // hashed, or checked against a hash, which costs the same
  api::console::Entrance entrance{[this](darkroom::Callback work) {
    ++passwords_looked_at;
    loop.post(std::move(work));
  }};
  api::console::ConsoleServices console;
  net::Router console_router;

 private:
  Secret hash_;
};

json::object tree_of(const http::Response& response);

}  // namespace darkroom::test

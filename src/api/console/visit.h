// One request to the console's API on its way through the area: what a handler is given and what it gives back.
// Threads: one loop. Owns: the area keeps the Visit in its coroutine, which outlives the handler; that is why handlers
// may take it by reference. The request is the server's, which keeps it until the answer is there.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "account/account.h"
#include "api/console/entrance.h"
#include "api/console/screens.h"
#include "api/services.h"
#include "base/http_message.h"
#include "base/json.h"
#include "base/result.h"
#include "net/router.h"
#include "people/audit.h"
#include "people/person.h"
#include "people/session.h"
#include "runtime/async.h"
#include "store/store.h"

namespace darkroom::api::console {

// What the console's handlers use beside the services of the API. Put together by the app; safe from any loop.
struct ConsoleServices {
  const api::Services& api;
  store::Store& store;
  Entrance& entrance;
  Random& random;
  std::string version;
  std::string public_url;
  bool sandbox_only = false;                            // no vendor is configured: every picture is a sample
  bool has_docs = false;                                // the documentation site is built in
  std::shared_ptr<const Description> description = {};  // describe_console_routes()
  // The effective configuration, each value with where it came from, secrets masked.
  std::function<json::array()> list_settings = {};
  Screens screens = {};
};

// What the user may do in the account of the path; each may do what those before it may.
enum class Standing : std::uint8_t { member, owner, operator_ };

struct Place {
  account::Account account;
  Standing standing = Standing::member;
};

struct Visit {
  const ConsoleServices& services;
  Loop& loop;
  const http::Request& request;
  net::PathParams params;
  // The rest is empty on routes for anyone.
  Secret token = {};
  people::Session session = {};
  people::Person person = {};
  std::optional<Place> place = {};  // on routes with {account}

  WallTime now() const { return services.api.clock.wall_now(); }
  bool is_operator() const { return person.user.is_operator; }
  const account::Account& account() const { return place.value().account; }
  store::PeopleStore& people() const { return services.store.people(); }
  // A row of the log about what the user does here; `before` and `after` must hold no secrets.
  people::Deed deed(std::string action, std::string target, const json::value& before = nullptr,
                    const json::value& after = nullptr) const;
};

using Answer = Async<Result<http::Response>>;
using Handle = Answer (*)(Visit& visit);

// The account of that id or name; object_not_found.
Async<Result<account::Account>> find_account(Visit& visit, std::string id_or_name);

// For a change that the store cannot note by itself.
Async<Status> note(Visit& visit, people::Deed deed);

http::Response answer_with(const json::object& tree);
// {"data":[…],"next_cursor":…}; an empty cursor is null.
http::Response answer_page(json::array data, std::string_view next_cursor = {});
inline constexpr std::size_t kUsualPage = 25;
inline constexpr std::size_t kMostPage = 100;
// ?limit=, 1 to kMostPage.
Result<std::size_t> page_limit(const Visit& visit);

json::object print_account(const account::Account& account);  // AccountRef
json::object print_account(const people::Membership& membership);

}  // namespace darkroom::api::console

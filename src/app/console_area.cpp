#include "app/console_area.h"

#include <fmt/format.h>

#include <utility>

#include "app/block_on.h"
#include "console/assets.h"
#include "people/password.h"

namespace darkroom::app {
namespace {

constexpr std::size_t kHashingThreads = 2;

}  // namespace

ConsoleArea::ConsoleArea(Parts parts)
    : parts_(std::move(parts)),
      hashing_(kHashingThreads, api::console::Entrance::kMostHashing),
      entrance_([this](Callback work) { hashing_.submit(std::move(work)); }),
      services_{.api = parts_.api,
                .store = parts_.store,
                .entrance = entrance_,
                .random = parts_.random,
                .version = DARKROOM_VERSION,
                .public_url = parts_.public_url,
                .sandbox_only = parts_.config.upstreams.empty(),
                .has_docs = !console::built_in_docs().empty(),
                .description = api::console::describe_console_routes(DARKROOM_VERSION),
                .list_settings = [this] { return list_settings(parts_.config); },
                .screens = parts_.screens} {}

void ConsoleArea::add_routes(net::Router& router) const { api::console::add_console_routes(router, services_); }

void ConsoleArea::add_local_routes(net::Router& router) const { api::console::add_local_routes(router, services_); }

Async<Result<bool>> ConsoleArea::is_set_up(Loop& loop) {
  co_return co_await await_on<Result<bool>>(
      loop, [&](Done<Result<bool>> done) { parts_.store.people().has_operator(std::move(done)); });
}

Async<Status> ConsoleArea::make_operator(Loop& loop) {
  const ConsoleConfig& config = parts_.config.console;
  if (config.operator_email.empty()) co_return Status{};
  using Found = Result<std::optional<people::User>>;
  const Found found = co_await await_on<Found>(loop, [&](Done<Found> done) {
    parts_.store.people().find_user_by_email(config.operator_email, std::move(done));
  });
  if (!found) co_return fail(found.error());
  if (*found) co_return Status{};
  Result<Secret> hash = co_await entrance_.hash(loop, config.operator_password);
  if (!hash) co_return fail(std::move(hash.error()));
  people::User user;
  user.email = config.operator_email;
  user.password = std::move(*hash);
  user.is_operator = true;
  user.created_at = parts_.api.clock.wall_now();
  user.id = UserId::make(user.created_at, parts_.random);
  people::Deed deed;
  deed.at = user.created_at;
  deed.action = "user.create";
  deed.target = user.id.text();
  deed.after = json::print(json::object{{"email", user.email}, {"is_operator", true}});
  co_return co_await await_on<Status>(loop, [&](Done<Status> done) {
    parts_.store.people().create_user(user, store::NewUser::any, std::move(deed), std::move(done));
  });
}

Status ConsoleArea::prepare(EventLoop& loop) {
  DR_TRY(block_on<Status>(loop, [&] { return make_operator(loop); }));
  const Result<bool> ready = block_on<Result<bool>>(loop, [&] { return is_set_up(loop); });
  if (!ready) return fail(ready.error());
  if (!*ready) setup_token_ = entrance_.open_setup(parts_.random);
  return {};
}

std::string ConsoleArea::setup_link() const {
  if (setup_token_.empty()) return {};
  return fmt::format("{}/console/setup#{}", parts_.public_url, setup_token_.reveal());
}

}  // namespace darkroom::app

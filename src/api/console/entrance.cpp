#include "api/console/entrance.h"

#include <utility>

#include "people/password.h"

namespace darkroom::api::console {

Secret Entrance::open_setup(Random& random) {
  Secret token = people::make_token(random);
  *setup_.lock() = people::digest_of(token);
  return token;
}

bool Entrance::is_setup_token(const Secret& token) { return *setup_.lock() == people::digest_of(token); }

void Entrance::close_setup() { setup_.lock()->reset(); }

Status Entrance::take_place() {
  if (hashing_.fetch_add(1) < kMostHashing) return {};
  hashing_.fetch_sub(1);
  Error busy = make_error(Code::too_many_logins);
  busy.retry_after_seconds = kBusyRetrySeconds;
  return fail(std::move(busy));
}

Async<Result<Secret>> Entrance::hash(Loop& loop, Secret password) {
  DR_CO_TRY(take_place());
  co_return co_await await_on<Result<Secret>>(loop, [&](Done<Result<Secret>> done) {
    run_blocking_([this, password = std::move(password), done = std::move(done)]() mutable {
      Result<Secret> hash = people::hash_password(password);
      hashing_.fetch_sub(1);
      done(std::move(hash));
    });
  });
}

Async<Result<bool>> Entrance::check(Loop& loop, Secret hash, Secret password) {
  DR_CO_TRY(take_place());
  co_return co_await await_on<Result<bool>>(loop, [&](Done<Result<bool>> done) {
    run_blocking_([this, hash = std::move(hash), password = std::move(password), done = std::move(done)]() mutable {
      const bool is_right = people::is_password(hash, password);
      hashing_.fetch_sub(1);
      done(is_right);
    });
  });
}

}  // namespace darkroom::api::console

#include "store/sqlite/schema.h"

#include <fmt/format.h>

#include <array>

namespace darkroom::store::sqlite {
namespace {

constexpr std::int64_t kApplicationId = 0x64726b6d;  // "drkm"

// Times are milliseconds since 1970, amounts micro-credits, enumerations the numbers of their types.
// Ids start with their time, so rows of new tasks land at the end of every tree that begins with one.
constexpr const char* kFirst = R"sql(
  CREATE TABLE accounts (
    id BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE keys (
    id BLOB PRIMARY KEY, account BLOB NOT NULL REFERENCES accounts, book INTEGER NOT NULL, hash BLOB NOT NULL UNIQUE,
    last4 TEXT NOT NULL, name TEXT NOT NULL, models TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER,
    revoked_at INTEGER, last_used_at INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE balances (
    account BLOB NOT NULL REFERENCES accounts, book INTEGER NOT NULL, granted INTEGER NOT NULL, held INTEGER NOT NULL,
    captured INTEGER NOT NULL, PRIMARY KEY (account, book),
    CHECK (held >= 0 AND captured >= 0 AND granted - held - captured >= 0)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE entries (
    ref BLOB NOT NULL, kind INTEGER NOT NULL, number INTEGER NOT NULL, account BLOB NOT NULL, book INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), at INTEGER NOT NULL, PRIMARY KEY (ref, kind, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'ledger entries never change'); END;
  CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never deleted'); END;

  -- media: 1 until the files of an ended task have been removed.
  CREATE TABLE tasks (
    id BLOB NOT NULL PRIMARY KEY, account BLOB NOT NULL, key BLOB NOT NULL, book INTEGER NOT NULL,
    state INTEGER NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, ended_at INTEGER,
    fence INTEGER NOT NULL, leased INTEGER NOT NULL, event_count INTEGER NOT NULL, hold INTEGER NOT NULL,
    captured INTEGER NOT NULL, failure TEXT, media INTEGER NOT NULL, plan TEXT NOT NULL, progress TEXT NOT NULL
  ) STRICT;
  CREATE INDEX tasks_unfinished ON tasks (id) WHERE ended_at IS NULL;
  -- For an operator's list of one account's tasks: read from its newest end. An index that begins
  -- with the account would cost each submit a page of its own, which triples what a commit writes.
  CREATE INDEX tasks_newest ON tasks (id, account);
  CREATE INDEX tasks_with_media ON tasks (ended_at, id) WHERE ended_at IS NOT NULL AND media = 1;

  CREATE TABLE events (
    task BLOB NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (task, number)
  ) STRICT, WITHOUT ROWID;

  -- One row that check_writable changes.
  CREATE TABLE probe (count INTEGER NOT NULL) STRICT;
  INSERT INTO probe VALUES (0);
)sql";

// Idempotency keys of submits, by their SHA-256. They live for days and are swept in the order in which they expire.
constexpr const char* kSubmits = R"sql(
  CREATE TABLE submits (
    account BLOB NOT NULL, book INTEGER NOT NULL, key BLOB NOT NULL, request BLOB NOT NULL, task BLOB NOT NULL,
    expires_at INTEGER NOT NULL, PRIMARY KEY (account, book, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX submits_by_expiry ON submits (expires_at);
)sql";

constexpr const char* kWebhooks = R"sql(
  CREATE TABLE webhooks (
    id BLOB PRIMARY KEY, account BLOB NOT NULL REFERENCES accounts, url TEXT NOT NULL, events INTEGER NOT NULL,
    secret TEXT NOT NULL, former_secret TEXT NOT NULL, former_until INTEGER, created_at INTEGER NOT NULL,
    failing_since INTEGER, disabled_at INTEGER, disabled_by INTEGER NOT NULL, pending INTEGER NOT NULL,
    CHECK (pending >= 0)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX webhooks_of_account ON webhooks (account, id);

  -- Numbered as they come, so that what is to be forgotten lies at one end of the tree. due_at: while pending.
  CREATE TABLE deliveries (
    number INTEGER PRIMARY KEY, webhook BLOB NOT NULL, task BLOB NOT NULL, account BLOB NOT NULL,
    callback_url TEXT NOT NULL, type INTEGER NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL,
    state INTEGER NOT NULL, due_at INTEGER, tries INTEGER NOT NULL, attempt_count INTEGER NOT NULL,
    attempts TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX deliveries_of_webhook ON deliveries (webhook, task);
  CREATE INDEX deliveries_due ON deliveries (webhook, due_at, task) WHERE due_at NOT NULL;
)sql";

// limits: JSON. The sums are counted by the step that follows.
constexpr const char* kKeyLimits = R"sql(
  ALTER TABLE keys ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
  CREATE TABLE usage (account BLOB NOT NULL) STRICT;
)sql";

// hour: since 1970, UTC; of a day its first. A row begins with its time, so that what is written now lies together.
#define DR_USAGE_TABLE(name)                                                                                   \
  "CREATE TABLE " name                                                                                         \
  " (book INTEGER NOT NULL, hour INTEGER NOT NULL, account BLOB NOT NULL, key BLOB NOT NULL, "                 \
  "model TEXT NOT NULL, upstream TEXT NOT NULL, tasks INTEGER NOT NULL, completed INTEGER NOT NULL, "          \
  "failed INTEGER NOT NULL, cancelled INTEGER NOT NULL, outputs INTEGER NOT NULL, attempts INTEGER NOT NULL, " \
  "held INTEGER NOT NULL, captured INTEGER NOT NULL, refunded INTEGER NOT NULL, cost INTEGER NOT NULL, "       \
  "PRIMARY KEY (book, hour, account, key, model, upstream)) STRICT, WITHOUT ROWID;"

// What there was before is counted here, once, from the tasks, by the rules of store/usage.cpp. 4, 5 and 6 are the
// states completed, failed and cancelled; an output without a role is what was asked for.
constexpr const char* kUsage = DR_USAGE_TABLE("usage_hours") DR_USAGE_TABLE("usage_days") R"sql(
  CREATE TABLE failures (
    book INTEGER NOT NULL, day INTEGER NOT NULL, account BLOB NOT NULL, code TEXT NOT NULL, model TEXT NOT NULL,
    upstream TEXT NOT NULL, count INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
    sample BLOB NOT NULL, PRIMARY KEY (book, day, account, code, model, upstream)
  ) STRICT, WITHOUT ROWID;

  -- The births of all tasks up to that row are in the sums. Tasks are never deleted, so the numbers of their rows only
  -- grow, and not even VACUUM changes them.
  CREATE TABLE usage_mark (task_row INTEGER NOT NULL) STRICT;
  INSERT INTO usage_mark SELECT ifnull(max(rowid), 0) FROM tasks;

  CREATE TEMP VIEW calls AS
    SELECT tasks.id AS task, call.key AS number, json_extract(call.value, '$.state') AS state,
           ifnull(json_extract(call.value, '$.attempts'), 0) AS attempts,
           ifnull(json_extract(call.value, '$.hops'), 0) AS hops,
           ifnull(json_extract(call.value, '$.unknowns'), 0) AS unknowns,
           (SELECT count(*) FROM json_each(call.value, '$.outputs') AS output
            WHERE json_extract(output.value, '$.role') IS NULL) AS outputs,
           json_extract(plan, '$.routes[' || ifnull(json_extract(call.value, '$.route'), 0) || ']') AS route
    FROM tasks JOIN json_each(progress, '$.calls') AS call WHERE ended_at IS NOT NULL;
  CREATE TEMP VIEW counted AS
    SELECT id, book, account, key, created_at / 3600000 AS hour, json_extract(plan, '$.model') AS model, state,
           ended_at, failure, hold, captured,
           ifnull((SELECT json_extract(route, '$.upstream') FROM calls
                   WHERE task = tasks.id AND (state <> 'waiting' OR attempts + hops > 0)
                   ORDER BY state = 'delivered' DESC, number LIMIT 1), '') AS upstream,
           ifnull((SELECT sum(outputs) FROM calls WHERE task = tasks.id), 0) AS outputs,
           ifnull((SELECT sum(attempts) FROM calls WHERE task = tasks.id), 0) AS attempts,
           ifnull((SELECT sum(((state = 'delivered') + unknowns) * ifnull(json_extract(route, '$.call_cost'), 0))
                   FROM calls WHERE task = tasks.id), 0) AS cost
    FROM tasks;
  INSERT INTO usage_hours
    SELECT book, hour, account, key, model, upstream, count(*), sum(state = 4), sum(state = 5), sum(state = 6),
           sum(outputs), sum(attempts), sum(hold), sum(captured),
           sum(CASE WHEN ended_at IS NULL THEN 0 ELSE hold - captured END), sum(cost)
    FROM counted GROUP BY 1, 2, 3, 4, 5, 6;
  INSERT INTO usage_days
    SELECT book, hour / 24 * 24, account, key, model, upstream, sum(tasks), sum(completed), sum(failed),
           sum(cancelled), sum(outputs), sum(attempts), sum(held), sum(captured), sum(refunded), sum(cost)
    FROM usage_hours GROUP BY 1, 2, 3, 4, 5, 6;
  INSERT INTO failures
    SELECT book, ended_at / 86400000, account, ifnull(failure, 'internal'), model, upstream, count(*), min(ended_at),
           max(ended_at), max(id)
    FROM counted WHERE state = 5 GROUP BY 1, 2, 3, 4, 5, 6;
  DROP VIEW counted;
  DROP VIEW calls;
  DROP TABLE usage;
)sql";

// is_console: the key with which the console itself submits for the account.
constexpr const char* kPeople = R"sql(
  ALTER TABLE keys ADD COLUMN is_console INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX keys_of_account ON keys (account, created_at, id);

  CREATE TABLE users (
    id BLOB PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password TEXT NOT NULL,
    is_operator INTEGER NOT NULL, language INTEGER, created_at INTEGER NOT NULL, last_login_at INTEGER,
    disabled_at INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE memberships (
    user BLOB NOT NULL REFERENCES users, account BLOB NOT NULL REFERENCES accounts, role INTEGER NOT NULL,
    PRIMARY KEY (user, account)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX members_of_account ON memberships (account, user);

  CREATE TABLE sessions (
    id BLOB PRIMARY KEY, user BLOB NOT NULL REFERENCES users, token BLOB NOT NULL UNIQUE, created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL, address TEXT NOT NULL, user_agent TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_of_user ON sessions (user, id);

  CREATE TABLE invites (
    user BLOB PRIMARY KEY REFERENCES users, token BLOB NOT NULL UNIQUE, expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Who changed what. digest: of the row and of the digest before it.
  CREATE TABLE deeds (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor BLOB, actor_email TEXT NOT NULL, action TEXT NOT NULL,
    account BLOB, account_name TEXT NOT NULL, target TEXT NOT NULL, value_before TEXT NOT NULL,
    value_after TEXT NOT NULL, address TEXT NOT NULL, request_id TEXT NOT NULL, digest BLOB NOT NULL
  ) STRICT;
  CREATE INDEX deeds_of_account ON deeds (account, number);
  CREATE TRIGGER deeds_never_change BEFORE UPDATE ON deeds
    BEGIN SELECT RAISE(ABORT, 'the log of changes never changes'); END;
  CREATE TRIGGER deeds_never_go BEFORE DELETE ON deeds
    BEGIN SELECT RAISE(ABORT, 'rows of the log of changes are never deleted'); END;
)sql";

// A grant is rare, and a submit writes nothing here.
constexpr const char* kGrants = R"sql(
  CREATE INDEX entries_of_grants ON entries (account, book, ref, amount) WHERE kind = 0;
)sql";

// value: JSON.
constexpr const char* kSettings = R"sql(
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
)sql";

// A task's row is its hold entry and its first event: both follow from what never changes of it.
constexpr const char* kImplied = R"sql(
  CREATE TRIGGER holds_never_change BEFORE UPDATE OF id, account, book, created_at, hold ON tasks
    BEGIN SELECT RAISE(ABORT, 'the holds of tasks never change'); END;
  CREATE TRIGGER holds_never_go BEFORE DELETE ON tasks
    BEGIN SELECT RAISE(ABORT, 'tasks are never deleted'); END;
  DROP TRIGGER entries_never_go;
  DELETE FROM entries WHERE kind = 1 AND EXISTS (
    SELECT 1 FROM tasks
    WHERE id = ref AND tasks.account = entries.account AND tasks.book = entries.book AND hold = amount);
  CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never deleted'); END;
)sql";

// What all accounts together came to on a day, by model and upstream (with an account of 16 zeros), and what each
// account came to (with neither): an operator's report reads these few rows, however many accounts and keys there are.
constexpr const char* kTotals = DR_USAGE_TABLE("usage_totals") R"sql(
  INSERT INTO usage_totals
    SELECT book, hour, zeroblob(16), zeroblob(16), model, upstream, sum(tasks), sum(completed), sum(failed),
           sum(cancelled), sum(outputs), sum(attempts), sum(held), sum(captured), sum(refunded), sum(cost)
    FROM usage_days GROUP BY book, hour, model, upstream;
  INSERT INTO usage_totals
    SELECT book, hour, account, zeroblob(16), '', '', sum(tasks), sum(completed), sum(failed),
           sum(cancelled), sum(outputs), sum(attempts), sum(held), sum(captured), sum(refunded), sum(cost)
    FROM usage_days GROUP BY book, hour, account;
)sql";

// lane: of webhook::Delivery. A callback that waits already stays in that of its endpoint.
constexpr const char* kLanes = R"sql(
  ALTER TABLE deliveries ADD COLUMN lane INTEGER NOT NULL DEFAULT 0;
  DROP INDEX deliveries_due;
  CREATE INDEX deliveries_due ON deliveries (webhook, lane, due_at, task) WHERE due_at NOT NULL;
)sql";

// Secrets are sealed from here on. The old table goes as a whole, overwritten with zeros. seal: what its key is known
// by.
constexpr const char* kSeals = R"sql(
  PRAGMA secure_delete = ON;
  CREATE TABLE seal (proof BLOB NOT NULL) STRICT;
  DROP INDEX webhooks_of_account;
  ALTER TABLE webhooks RENAME TO plain_webhooks;
  CREATE TABLE webhooks (
    id BLOB PRIMARY KEY, account BLOB NOT NULL REFERENCES accounts, url TEXT NOT NULL, events INTEGER NOT NULL,
    secret BLOB NOT NULL, former_secret BLOB NOT NULL, former_until INTEGER, created_at INTEGER NOT NULL,
    failing_since INTEGER, disabled_at INTEGER, disabled_by INTEGER NOT NULL, pending INTEGER NOT NULL,
    CHECK (pending >= 0)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO webhooks
    SELECT id, account, url, events, seal(id, secret), seal(id, former_secret), former_until, created_at, failing_since,
           disabled_at, disabled_by, pending
    FROM plain_webhooks;
  DROP TABLE plain_webhooks;
  CREATE INDEX webhooks_of_account ON webhooks (account, id);
)sql";

// A balance is written with nearly every commit, so its row is found by a number instead of by its account.
constexpr const char* kBalances = R"sql(
  CREATE TABLE numbered (
    number INTEGER PRIMARY KEY, account BLOB NOT NULL REFERENCES accounts, book INTEGER NOT NULL,
    granted INTEGER NOT NULL, held INTEGER NOT NULL, captured INTEGER NOT NULL, UNIQUE (account, book),
    CHECK (held >= 0 AND captured >= 0 AND granted - held - captured >= 0)
  ) STRICT;
  INSERT INTO numbered (account, book, granted, held, captured)
    SELECT account, book, granted, held, captured FROM balances;
  DROP TABLE balances;
  ALTER TABLE numbered RENAME TO balances;
)sql";

constexpr std::array kSteps = {kFirst,    kSubmits, kWebhooks, kKeyLimits, kUsage, kPeople,  kGrants,
                               kSettings, kImplied, kTotals,   kLanes,     kSeals, kBalances};
constexpr auto kNewest = static_cast<std::int64_t>(kSteps.size());

Status check_owner(Database& database) {
  const Result<std::int64_t> owner = database.get_integer("PRAGMA application_id");
  if (!owner) return fail(owner.error());
  const Result<std::int64_t> objects = database.get_integer("SELECT count(*) FROM sqlite_schema");
  if (!objects) return fail(objects.error());
  if (*owner == kApplicationId || (*owner == 0 && *objects == 0)) return {};
  return fail(Code::store_failed, "the file is a database of another program");
}

// The version of the file, if it is one that this program can bring up to date.
Result<std::int64_t> get_version(Database& database) {
  DR_TRY(check_owner(database));
  const Result<std::int64_t> version = database.get_integer("PRAGMA user_version");
  if (!version) return fail(version.error());
  if (*version < 0 || *version > kNewest) {
    return fail(Code::store_failed, fmt::format("the file has version {}, this darkroom knows versions up to {}; use a "
                                                "newer darkroom",
                                                *version, kNewest));
  }
  return version;
}

Status take_steps(Database& database, std::int64_t version) {
  for (std::int64_t next = version; next < kNewest; ++next) {
    const std::string step =
        fmt::format("BEGIN IMMEDIATE; {} PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT;",
                    kSteps.at(static_cast<std::size_t>(next)), kApplicationId, next + 1);
    if (Status done = database.execute(step.c_str()); !done) {
      if (database.in_transaction()) (void)database.execute("ROLLBACK");
      return fail(Code::store_failed, fmt::format("migration to version {}: {}", next + 1, done.error().message));
    }
  }
  // What a step has taken away is not left in the log either.
  return version == kNewest ? Status() : database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace

Result<std::unique_ptr<const Seal>> migrate(Database& database, const std::string& path, const Secret& seal_key) {
  const Result<std::int64_t> version = get_version(database);
  if (!version) return fail(version.error());
  Result<std::unique_ptr<const Seal>> seal = find_seal(database, path, seal_key);
  if (!seal) return fail(std::move(seal.error()));
  DR_TRY(use_seal(database, **seal));
  DR_TRY(take_steps(database, *version));
  DR_TRY(check_seal(database, path, seal_key));
  return seal;
}

}  // namespace darkroom::store::sqlite

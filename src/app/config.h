// Config: everything an operator can set, already checked. Flags win, then the environment, then the file, then
// defaults; where each value came from is kept for `config print`. Threads: a plain value, immutable once loaded. Fails
// with every error at once, each as "where: key: what is allowed".
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "engine/probe.h"
#include "net/url_guard.h"

namespace darkroom::app {

struct ServerConfig {
  std::string role = "all";  // "all": this release runs everything in one process
  std::string listen = "127.0.0.1:8080";
  std::string public_url;                   // without a slash at its end; empty: the real listening address
  std::uint32_t threads = 0;                // 0: one loop a core
  std::uint32_t balancer_seconds = 3;       // between "not ready" and the end of accepting, after SIGTERM
  std::uint32_t drain_seconds = 25;         // how long answers in flight may take then
  std::uint32_t waiting_requests = 15'000;  // held until their task has changed; more are answered at once
};

struct StoreConfig {
  std::string url = "sqlite:data/darkroom.db";  // "sqlite:PATH" or "memory:"
  Secret seal_key;                              // of the secrets in the database; empty: that of the file beside it
};

struct MediaConfig {
  std::string url = "file:data/media";  // "file:FOLDER"
  std::chrono::seconds retention = std::chrono::days(7);
};

struct LimitsConfig {
  std::uint32_t submits_per_minute = 600;
  std::uint32_t submit_burst = 100;
  std::uint32_t polls_per_second = 50;
  std::uint32_t concurrent_tasks = 50;  // of one account, running at once
  std::uint32_t queued_tasks = 10'000;  // of one account, not ended; above: 429
  std::uint64_t body_bytes = 1 << 20;
  std::uint64_t upload_bytes = 100 << 20;  // of a form with pictures
};

struct FetchConfig {
  std::vector<net::AllowedRange> allow;  // contacted although they are not public addresses
  std::uint64_t image_bytes = 20 << 20;
  std::uint64_t image_pixels = 64 << 20;
  std::uint32_t seconds = 15;
  std::uint64_t video_bytes = 200 << 20;  // of a reference film or sound
  std::uint32_t video_seconds = 60;       // to fetch one
};

struct RetryConfig {
  std::uint32_t attempts = 5;         // of one call, the first included
  std::uint32_t budget_seconds = 30;  // no new attempt later than this after the first failure
};

enum class CancelRunning : std::uint8_t { free, charge, refuse };

struct TasksConfig {
  CancelRunning cancel_running = CancelRunning::free;
};

struct OpenAiConfig {
  std::uint32_t wait_seconds = 300;  // how long /v1 waits for a task's end
};

struct ConsoleConfig {
  bool enabled = true;
  std::string operator_email;  // made at the start unless there is a user of that e-mail; empty: none
  Secret operator_password;
};

struct CatalogConfig {
  std::string dir;  // laid over the built-in catalogue; empty: none
};

struct LogConfig {
  log::Level level = log::Level::info;
  log::Format format = log::Format::automatic;
};

struct UpstreamConfig {
  std::string kind;                       // the adapter, such as "gemini"
  std::string base_url;                   // without a slash at its end; empty in the file: the vendor's own
  std::vector<Secret> api_keys;           // a pool, never empty
  std::uint32_t weight = 0;               // its share among neighbours that have one; 0: the order alone counts
  std::uint32_t concurrency = 64;         // calls out at once: unanswered, or jobs that the vendor works on
  std::uint32_t key_concurrency = 0;      // the same for each key; 0: no limit of its own
  std::uint32_t requests_per_minute = 0;  // submits of each key; 0: no limit
  std::uint32_t polls_per_second = 10;    // questions about jobs, over all keys; 0: no limit
  std::uint32_t timeout_seconds = 300;    // for one whole call
  std::uint32_t breaker_failures = 5;     // failures in a row that rest the upstream; 0: never
  engine::ProbePolicy probe = engine::ProbePolicy::off;  // unless it is set: recovery where there is a free call
  engine::BalanceSource balance;                         // empty: as the adapter says, if it does
};

struct Config {
  ServerConfig server;
  StoreConfig store;
  MediaConfig media;
  LimitsConfig limits;
  FetchConfig fetch;
  RetryConfig retry;
  TasksConfig tasks;
  OpenAiConfig openai;
  ConsoleConfig console;
  CatalogConfig catalog;
  LogConfig log;
  std::map<std::string, UpstreamConfig> upstreams;         // by name; empty: every route goes to the sandbox
  std::map<std::string, std::vector<std::string>> routes;  // model id -> names of upstreams, best first

  std::string file;  // what was read; empty: none
  std::string data_dir = "data";
  std::map<std::string, std::string> origins;  // key -> "file darkroom.toml:3:1"; a key that is absent has its default
  std::vector<std::string> warnings;           // what works but should be looked at

  // The database file; empty for "memory:".
  std::string database_path() const;
  // The folder of "file:".
  std::string media_path() const;
  // Where a running server takes administration requests: beside the database, so that whoever names the same store
  // finds it.
  std::string admin_socket_path() const;
};

// The name that no upstream of the file may have: test keys and unconfigured routes go to upstreams "sandbox/KIND".
inline constexpr std::string_view kSandboxUpstream = "sandbox";

// The value of a command-line flag that stands for a key, such as {"server.listen", "--listen", "0.0.0.0:80"}.
struct FlagValue {
  std::string key;
  std::string flag;
  std::string value;
};

struct ConfigSources {
  std::string file;      // --config; empty: DARKROOM_CONFIG, else no file
  std::string data_dir;  // --data; empty: DARKROOM_DATA, else "data"
  std::vector<FlagValue> flags;
  std::map<std::string, std::string> environment;  // a variable that is empty counts as unset
};

std::expected<Config, std::vector<std::string>> load_config(const ConfigSources& sources);

// The variables of this process.
std::map<std::string, std::string> process_environment();

// The whole configuration as TOML, each value with its origin as a comment, secrets as "***".
std::string print_config(const Config& config);
// The same as {"key", "value", "source"}.
json::array list_settings(const Config& config);

}  // namespace darkroom::app

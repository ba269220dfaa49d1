#include "app/config_keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "app/config_key_makers.h"
#include "people/password.h"
#include "people/person.h"
#include "store/sqlite/sqlite_store.h"

namespace darkroom::app {
namespace {

// Checks of strings. None of their refusals repeats a URL that could hold a password.

Result<std::string> check_role(const std::string& role) {
  if (role == "all") return role;
  if (role == "api" || role == "worker") {
    return fail(Code::bad_config,
                "must be \"all\": separate api and worker processes need a shared store, which this "
                "release does not have");
  }
  return fail(Code::bad_config, "must be \"all\", not " + print_toml_string(role));
}

Result<std::string> check_listen(const std::string& address) {
  if (is_host_port(address)) return address;
  return fail(Code::bad_config,
              "must be HOST:PORT such as \"127.0.0.1:8080\" or \"[::]:8080\" (port 0: any free one), not " +
                  print_toml_string(address));
}

Result<std::string> check_public_url(const std::string& url) {
  return url.empty() ? Result<std::string>(url) : parse_base_url(url);
}

Result<std::string> check_store_url(const std::string& url) {
  if (url.starts_with("postgres://") || url.starts_with("postgresql://")) {
    return fail(Code::bad_config, "must be \"sqlite:PATH\": PostgreSQL is not in this release");
  }
  if (url == "memory:" || (url.starts_with("sqlite:") && url.size() > 7 && !url.starts_with("sqlite://"))) return url;
  return fail(Code::bad_config,
              "must be \"sqlite:PATH\" such as \"sqlite:data/darkroom.db\", or \"memory:\" to forget "
              "everything at the end");
}

Result<std::string> check_media_url(const std::string& url) {
  if (url.starts_with("s3://")) return fail(Code::bad_config, "must be \"file:FOLDER\": S3 is not in this release");
  if (url.starts_with("file:") && url.size() > 5 && !url.starts_with("file://")) return url;
  return fail(Code::bad_config, "must be \"file:FOLDER\" such as \"file:data/media\"");
}

Result<std::string> check_email(const std::string& email) {
  if (email.empty()) return email;
  Result<std::string> read = people::read_email(email);
  if (!read) return fail(Code::bad_config, "must be an e-mail address, not " + print_toml_string(email));
  return read;
}

Result<std::string> accept(const std::string& given) { return given; }

ConfigKey<Config> retention() {
  return {.name = "media.retention",
          .read = [](Config& config, const ConfigValue& value) -> Status {
            const auto duration = value.duration();
            if (!duration) return fail(duration.error());
            config.media.retention = *duration;
            return {};
          },
          .print = [](const Config& config) { return print_toml_string(print_duration(config.media.retention)); }};
}

ConfigKey<Config> fetch_allow() {
  return {.name = "fetch.allow",
          .read = [](Config& config, const ConfigValue& value) -> Status {
            const auto entries = value.list();
            if (!entries) return fail(entries.error());
            std::vector<net::AllowedRange> ranges;
            std::vector<std::string> mistakes;
            for (const std::string& entry : *entries) {
              if (const auto range = net::AllowedRange::parse(entry)) {
                ranges.push_back(*range);
              } else {
                mistakes.push_back(range.error().message);
              }
            }
            if (!mistakes.empty()) return fail(Code::bad_config, fmt::format("{}", fmt::join(mistakes, "; ")));
            config.fetch.allow = std::move(ranges);
            return {};
          },
          .print =
              [](const Config& config) {
                std::vector<std::string> entries;
                for (const net::AllowedRange& range : config.fetch.allow) {
                  const std::string cidr = fmt::format("{}/{}", range.network.text(), range.prefix_bits);
                  if (!range.port) {
                    entries.push_back(cidr);
                  } else if (range.network.is_v4) {
                    entries.push_back(fmt::format("{}:{}", cidr, *range.port));
                  } else {
                    entries.push_back(fmt::format("[{}]:{}", cidr, *range.port));
                  }
                }
                return print_list(entries);
              }};
}

// A single secret; it comes as a list of one where a reference to the environment stood.
Result<std::string> read_secret(const ConfigValue& value) {
  Result<std::string> text = value.string();
  if (const auto list = value.list(); !text && list && list->size() == 1) text = list->front();
  if (!text) return fail(Code::bad_config, "must be a string");
  return text;
}

ConfigKey<Config> operator_password() {
  return {
      .name = "console.operator_password",
      .read = [](Config& config, const ConfigValue& value) -> Status {
        Result<std::string> text = read_secret(value);
        if (!text) return fail(std::move(text.error()));
        Secret password(std::move(*text));
        if (password.empty()) return {};  // as good as unset
        if (const Status checked = people::check_new_password(password, "it"); !checked) {
          return fail(Code::bad_config, checked.error().message);
        }
        config.console.operator_password = std::move(password);
        return {};
      },
      .print =
          [](const Config& config) { return print_toml_string(config.console.operator_password.empty() ? "" : "***"); },
      .is_secret = true};
}

ConfigKey<Config> seal_key() {
  return {.name = "store.seal_key",
          .read = [](Config& config, const ConfigValue& value) -> Status {
            Result<std::string> text = read_secret(value);
            if (!text) return fail(std::move(text.error()));
            Secret key(std::move(*text));
            if (!key.empty() && !store::is_seal_key(key.reveal())) {
              return fail(Code::bad_config, "must be 64 hex digits, such as `openssl rand -hex 32` prints");
            }
            config.store.seal_key = std::move(key);
            return {};
          },
          .print = [](const Config& config) { return print_toml_string(config.store.seal_key.empty() ? "" : "***"); },
          .is_secret = true};
}

std::vector<ConfigKey<Config>> make_config_keys() {
  constexpr std::int64_t kMany = 1'000'000;
  constexpr std::int64_t kGiB = std::int64_t{1} << 30;
  using C = Config;
  return {
      text<C>("server.role", DR_SETTING(server.role), check_role),
      text<C>("server.listen", DR_SETTING(server.listen), check_listen),
      text<C>("server.public_url", DR_SETTING(server.public_url), check_public_url),
      integer<C>("server.threads", 0, 256, DR_SETTING(server.threads)),
      integer<C>("server.balancer_seconds", 0, 300, DR_SETTING(server.balancer_seconds)),
      integer<C>("server.drain_seconds", 0, 3600, DR_SETTING(server.drain_seconds)),
      integer<C>("server.waiting_requests", 0, kMany, DR_SETTING(server.waiting_requests)),
      text<C>("store.url", DR_SETTING(store.url), check_store_url),
      seal_key(),
      text<C>("media.url", DR_SETTING(media.url), check_media_url),
      retention(),
      integer<C>("limits.submits_per_minute", 1, kMany, DR_SETTING(limits.submits_per_minute)),
      integer<C>("limits.submit_burst", 1, kMany, DR_SETTING(limits.submit_burst)),
      integer<C>("limits.polls_per_second", 1, kMany, DR_SETTING(limits.polls_per_second)),
      integer<C>("limits.concurrent_tasks", 1, kMany, DR_SETTING(limits.concurrent_tasks)),
      integer<C>("limits.queued_tasks", 1, kMany, DR_SETTING(limits.queued_tasks)),
      integer<C>("limits.body_bytes", 1024, kGiB, DR_SETTING(limits.body_bytes)),
      integer<C>("limits.upload_bytes", 1024, kGiB, DR_SETTING(limits.upload_bytes)),
      fetch_allow(),
      integer<C>("fetch.image_bytes", 1024, kGiB, DR_SETTING(fetch.image_bytes)),
      integer<C>("fetch.image_pixels", 1024, kGiB, DR_SETTING(fetch.image_pixels)),
      integer<C>("fetch.seconds", 1, 600, DR_SETTING(fetch.seconds)),
      integer<C>("fetch.video_bytes", 1024, kGiB, DR_SETTING(fetch.video_bytes)),
      integer<C>("fetch.video_seconds", 1, 600, DR_SETTING(fetch.video_seconds)),
      integer<C>("retry.attempts", 1, 20, DR_SETTING(retry.attempts)),
      integer<C>("retry.budget_seconds", 0, 3600, DR_SETTING(retry.budget_seconds)),
      choice<C>("tasks.cancel_running", {"free", "charge", "refuse"}, DR_SETTING(tasks.cancel_running)),
      integer<C>("openai.wait_seconds", 1, 3600, DR_SETTING(openai.wait_seconds)),
      truth<C>("console.enabled", DR_SETTING(console.enabled)),
      text<C>("console.operator_email", DR_SETTING(console.operator_email), check_email),
      operator_password(),
      text<C>("catalog.dir", DR_SETTING(catalog.dir), accept),
      choice<C>("log.level", {"debug", "info", "warn", "error", "off"}, DR_SETTING(log.level)),
      choice<C>("log.format", {"auto", "text", "json"}, DR_SETTING(log.format)),
  };
}

}  // namespace

const std::vector<ConfigKey<Config>>& config_keys() {
  static const auto keys = make_config_keys();
  return keys;
}

const std::vector<std::string>& config_sections() {
  static const auto sections = [] {
    std::vector<std::string> names;
    for (const auto& key : config_keys()) {
      std::string name = key.name.substr(0, key.name.find('.'));
      if (names.empty() || names.back() != name) names.push_back(std::move(name));
    }
    names.emplace_back("upstreams");
    names.emplace_back("routes");
    return names;
  }();
  return sections;
}

std::string variable_name(std::string_view key) {
  std::string name = "DARKROOM_";
  for (const char c : key) {
    name += c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

}  // namespace darkroom::app

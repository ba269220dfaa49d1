// The keys of [upstreams.<name>], and what an upstream of each kind is when nothing else is said.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "app/config_key_makers.h"
#include "base/json_exact.h"
#include "base/text.h"
#include "net/service_account.h"

namespace darkroom::app {
namespace {

constexpr UpstreamKind kUpstreamKinds[] = {
    {"ark-image", "ark-image", "https://ark.cn-beijing.volces.com", "ARK_API_KEY"},
    {"ark-video", "ark-video", "https://ark.cn-beijing.volces.com", "ARK_API_KEY"},
    {"dashscope", "dashscope", "https://dashscope.aliyuncs.com", "DASHSCOPE_API_KEY"},
    {"fal", "fal", "https://queue.fal.run", "FAL_KEY"},
    {"ffmpeg", "local", "", ""},
    {"gemini", "google", "https://generativelanguage.googleapis.com", "GEMINI_API_KEY"},
    {"openai", "openai", "https://api.openai.com/v1", "OPENAI_API_KEY"},
    {"openai-compatible", "openai-compatible", "http://127.0.0.1:1234/v1", ""},
    {"openrouter", "openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"},
    {"replicate", "replicate", "https://api.replicate.com", "REPLICATE_API_TOKEN"},
    {"veo", "veo", "https://generativelanguage.googleapis.com", "GEMINI_API_KEY"},
    {"veo-vertex", "veo-vertex", "https://aiplatform.googleapis.com/v1", "VERTEX_API_KEY"},
    {"vertex", "vertex", "https://aiplatform.googleapis.com/v1", "VERTEX_API_KEY"},
    {"vidu", "vidu", "https://api.vidu.com", "VIDU_API_KEY"},
    {"xai-image", "xai-image", "https://api.x.ai", "XAI_API_KEY"},
    {"xai-video", "xai", "https://api.x.ai", "XAI_API_KEY"},
};

Result<std::string> check_kind(const std::string& kind) {
  if (find_upstream_kind(kind)) return kind;
  std::vector<std::string> known;
  for (const UpstreamKind& row : kUpstreamKinds) known.push_back(print_toml_string(row.kind));
  return fail(Code::bad_config,
              fmt::format("must be one of {}, not {}", fmt::join(known, ", "), print_toml_string(kind)));
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

Result<std::string> check_balance_path(const std::string& path) {
  if (path.empty()) return path;  // as good as unset, like the next two
  if (path.starts_with('/') && path.size() <= 512 && is_printable(path)) return path;
  return fail(Code::bad_config, "must be a path from the host's root on, such as \"/v1/dashboard/balance\"");
}

Result<std::string> check_balance_field(const std::string& field) {
  if (field.empty() || json::is_pointer(field)) return field;
  return fail(Code::bad_config, "must be a JSON pointer to a number, such as \"/data/balance\"");
}

Result<std::string> check_balance_unit(const std::string& unit) {
  if (unit.size() <= 16 && is_printable(unit)) return unit;
  return fail(Code::bad_config, "must be at most 16 printable characters such as \"USD\" or \"credits\"");
}

// What a vendor issues: a word, or the key file of a service account.
Status check_api_key(const std::string& key) {
  if (trim(key, kBlanksAndLineEnds).starts_with('{')) {
    const auto account = net::parse_service_account(key);
    return account ? Status() : fail(account.error());
  }
  if (!key.empty() && is_printable(key)) return {};
  return fail(Code::bad_config, "a key is empty or has characters that no key has (blanks, control characters)");
}

ConfigKey<UpstreamConfig> api_keys() {
  return {.name = "api_keys",
          .read = [](UpstreamConfig& upstream, const ConfigValue& value) -> Status {
            const auto given = value.list();
            if (!given) return fail(Code::bad_config, "must be a list of strings");
            std::vector<Secret> keys;
            for (const std::string& key : *given) {
              if (const Status checked = check_api_key(key); !checked) return checked;
              keys.emplace_back(std::string(trim(key, kBlanksAndLineEnds)));
            }
            if (keys.empty()) return fail(Code::bad_config, "must name at least one key");
            upstream.api_keys = std::move(keys);
            return {};
          },
          .print =
              [](const UpstreamConfig& upstream) {
                return print_list(std::vector<std::string>(upstream.api_keys.size(), "***"));
              },
          .is_secret = true};
}

std::vector<ConfigKey<UpstreamConfig>> make_upstream_keys() {
  using U = UpstreamConfig;
  return {
      text<U>("kind", DR_SETTING(kind), check_kind),
      text<U>("base_url", DR_SETTING(base_url), parse_base_url),
      api_keys(),
      integer<U>("weight", 0, 1000, DR_SETTING(weight)),
      integer<U>("concurrency", 1, 10'000, DR_SETTING(concurrency)),
      integer<U>("key_concurrency", 0, 10'000, DR_SETTING(key_concurrency)),
      integer<U>("requests_per_minute", 0, 60'000, DR_SETTING(requests_per_minute)),
      integer<U>("polls_per_second", 0, 1000, DR_SETTING(polls_per_second)),
      integer<U>("timeout_seconds", 1, 3600, DR_SETTING(timeout_seconds)),
      integer<U>("breaker_failures", 0, 1000, DR_SETTING(breaker_failures)),
      choice<U>("probe", {"off", "recovery", "always"}, DR_SETTING(probe)),
      text<U>("balance_path", DR_SETTING(balance.path), check_balance_path),
      text<U>("balance_field", DR_SETTING(balance.field), check_balance_field),
      text<U>("balance_unit", DR_SETTING(balance.unit), check_balance_unit),
  };
}

}  // namespace

const std::vector<ConfigKey<UpstreamConfig>>& upstream_keys() {
  static const auto keys = make_upstream_keys();
  return keys;
}

std::span<const UpstreamKind> upstream_kinds() { return kUpstreamKinds; }

const UpstreamKind* find_upstream_kind(std::string_view kind) {
  const auto row = std::ranges::find(kUpstreamKinds, kind, &UpstreamKind::kind);
  return row == std::end(kUpstreamKinds) ? nullptr : row;
}

bool is_upstream_name(std::string_view name) {
  const auto plain = [](unsigned char c) { return std::islower(c) || std::isdigit(c); };
  return !name.empty() && name.size() <= 32 && plain(static_cast<unsigned char>(name.front())) &&
         std::ranges::all_of(name, [&](unsigned char c) { return plain(c) || c == '-' || c == '_'; });
}

}  // namespace darkroom::app

// The makers of the rows of the tables of configuration keys; config_keys.cpp and config_upstream_keys.cpp only.
// `member` gives the setting in its target, const or not: DR_SETTING(path). Threads: none.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "app/config_keys.h"

#define DR_SETTING(path) [](auto& target) -> auto& { return target.path; }

namespace darkroom::app {

inline std::string print_list(const std::vector<std::string>& list) {
  std::vector<std::string> quoted;
  for (const std::string& part : list) quoted.push_back(print_toml_string(part));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

template <class Target, class Member>
ConfigKey<Target> integer(std::string name, std::int64_t minimum, std::int64_t maximum, Member member) {
  return {.name = std::move(name),
          .read = [=](Target& target, const ConfigValue& value) -> Status {
            const auto number = value.integer(minimum, maximum);
            if (!number) return fail(number.error());
            auto& setting = member(target);
            setting = static_cast<std::remove_reference_t<decltype(setting)>>(*number);
            return {};
          },
          .print = [=](const Target& target) { return fmt::format("{}", member(target)); }};
}

template <class Target, class Member>
ConfigKey<Target> truth(std::string name, Member member) {
  return {.name = std::move(name),
          .read = [=](Target& target, const ConfigValue& value) -> Status {
            const auto truth = value.truth();
            if (!truth) return fail(truth.error());
            member(target) = *truth;
            return {};
          },
          .print = [=](const Target& target) { return member(target) ? "true" : "false"; }};
}

// A string that `check` accepts and may rewrite.
template <class Target, class Member, class Check>
ConfigKey<Target> text(std::string name, Member member, Check check) {
  return {.name = std::move(name),
          .read = [=](Target& target, const ConfigValue& value) -> Status {
            const auto given = value.string();
            if (!given) return fail(given.error());
            Result<std::string> checked = check(*given);
            if (!checked) return fail(checked.error());
            member(target) = std::move(*checked);
            return {};
          },
          .print = [=](const Target& target) { return print_toml_string(member(target)); }};
}

// One of the words, which stand for the enumerators in their order.
template <class Target, class Member>
ConfigKey<Target> choice(std::string name, std::vector<std::string_view> words, Member member) {
  return {
      .name = std::move(name),
      .read = [=](Target& target, const ConfigValue& value) -> Status {
        const auto word = value.word(words);
        if (!word) return fail(word.error());
        auto& setting = member(target);
        using Choice = std::remove_reference_t<decltype(setting)>;
        setting = static_cast<Choice>(std::ranges::find(words, *word) - words.begin());
        return {};
      },
      .print =
          [=](const Target& target) { return print_toml_string(words.at(static_cast<std::size_t>(member(target)))); }};
}

}  // namespace darkroom::app

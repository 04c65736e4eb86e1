// SPDX-License-Identifier: GPL-2.0-or-later
//
// How load_config gets from the sources to one configuration: each merge lays its source over what
// is there, notes where every key was last set, and collects problems instead of stopping. With
// problems, the configuration is not to be used. Internal to daemon/: callers use load_config.
#pragma once

#include "daemon/config.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctwarden::daemon {

struct Merged {
  Config config;
  std::map<std::string, std::string, std::less<>> origins;  // "log.level" -> "FILE:3:9"
  std::vector<ConfigProblem> problems;
};

// A file may add this many problems; the rest is counted. Nobody reads more, and the log stays
// bounded.
inline constexpr std::size_t kMaxProblemsPerFile = 100;

void merge_file(Merged& merged, std::string_view text, std::string_view file);
void merge_environment(Merged& merged, const std::vector<std::string>& environment);
void merge_flags(Merged& merged, const Options& options);

// What no single source can know; only meaningful while there are no problems.
void check_relations(Merged& merged);

// The value of NAME in `environment`; nothing if it is absent or empty.
[[nodiscard]] std::string_view environment_value(const std::vector<std::string>& environment,
                                                 std::string_view name);

// Lays one value over `target`, or notes what is wrong with it. `prefix` starts the problem's text.
template <typename T>
void assign(Merged& merged, std::string_view key, std::string where, T& target,
            model::Result<T> value, std::string_view prefix = {}) {
  if (value) {
    target = std::move(*value);
    merged.origins.insert_or_assign(std::string(key), std::move(where));
  } else {
    merged.problems.push_back(
        {.where = std::move(where), .text = std::string(prefix) + value.error().context});
  }
}

}  // namespace ctwarden::daemon

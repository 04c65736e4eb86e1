// SPDX-License-Identifier: GPL-2.0-or-later
//
// Repeats a round of measurements, within a limit of time.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace ctwarden::bench {

struct Rounds {
  unsigned wanted = 5;
  double time_limit_seconds = 600;
  bool quick = false;  // one round, and whatever else makes it short
};

void add_options(CLI::App& app, Rounds& rounds);

// Begins no round that would end after the limit, but always one. Returns how many there were.
std::size_t run_rounds(const Rounds& rounds, const std::function<void(std::size_t)>& round);

// For the head of a report, in markdown.
[[nodiscard]] std::string describe_rounds(std::size_t done, const Rounds& rounds);

}  // namespace ctwarden::bench

// SPDX-License-Identifier: GPL-2.0-or-later
//
// Repeats a round of measurements, within a limit of time.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace ctwarden::bench {

struct Rounds {
  unsigned wanted = 5;
  double time_limit_seconds = 300;
};

void add_options(CLI::App& app, Rounds& rounds);

// Begins no round that would end after the limit, but always one. Returns how many there were.
std::size_t run_rounds(const Rounds& rounds, const std::function<void(std::size_t)>& round);

}  // namespace ctwarden::bench

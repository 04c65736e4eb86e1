// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/events/rounds.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <chrono>

namespace ctwarden::bench {

void add_options(CLI::App& app, Rounds& rounds) {
  app.add_option("--repeats", rounds.wanted, "Rounds; everything is measured once in each")
      ->check(CLI::Range(1, 100));
  app.add_option("--time-limit", rounds.time_limit_seconds,
                 "Begin no round that would end after this many seconds");
}

std::size_t run_rounds(const Rounds& rounds, const std::function<void(std::size_t)>& round) {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  const auto limit = std::chrono::duration<double>(rounds.time_limit_seconds);
  Clock::duration longest{};
  std::size_t done = 0;
  while (done == 0 || (done < rounds.wanted && Clock::now() + longest - began < limit)) {
    const auto start = Clock::now();
    round(done);
    ++done;
    longest = std::max(longest, Clock::now() - start);
  }
  return done;
}

}  // namespace ctwarden::bench

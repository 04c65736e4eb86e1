// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/rounds.h"

#include "bench/stage/command.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>

namespace ctwarden::bench {

void add_options(CLI::App& app, Rounds& rounds) {
  app.add_option("--repeats", rounds.wanted, "Rounds; everything is measured once in each")
      ->check(CLI::Range(1, 100));
  app.add_option("--time-limit", rounds.time_limit_seconds,
                 "Begin no round that would end after this many seconds");
  add_quick_option(app, rounds.quick);
}

std::size_t run_rounds(const Rounds& rounds, const std::function<void(std::size_t)>& round) {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  const auto limit = std::chrono::duration<double>(rounds.time_limit_seconds);
  Clock::duration longest{};
  std::size_t done = 0;
  const std::size_t wanted = rounds.quick ? 1 : rounds.wanted;
  while (done == 0 || (done < wanted && Clock::now() + longest - began < limit)) {
    const auto start = Clock::now();
    round(done);
    ++done;
    longest = std::max(longest, Clock::now() - start);
  }
  return done;
}

std::string describe_rounds(std::size_t done, const Rounds& rounds) {
  return rounds.quick
             ? "- a quick run: it shows that the benchmark works, not how fast anything is\n"
             : fmt::format(
                   "- {} interleaved rounds; median, and in brackets least and "
                   "most\n",
                   done);
}

}  // namespace ctwarden::bench

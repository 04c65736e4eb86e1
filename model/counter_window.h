// SPDX-License-Identifier: GPL-2.0-or-later
//
// How much running totals grew over the last minute and the last ten, from readings taken about
// once a second. Keeps one reading in five seconds: 120 of them.
#pragma once

#include "model/kernel_stats.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace ctwarden::model {

// Totals that never go back; absent where the kernel does not tell.
struct Totals {
  std::array<std::optional<std::uint64_t>, kStatCount> stats{};
  std::uint64_t created = 0;      // new flows seen
  std::uint32_t created_dns = 0;  // of these UDP to port 53, modulo 2^32
  std::uint64_t lost = 0;         // events
};

// What they grew by, over `seconds`.
struct Growths {
  double seconds = 0;
  std::array<std::uint64_t, kStatCount> stats{};  // 0 where unknown
  std::uint64_t created = 0;
  std::uint64_t created_dns = 0;
  std::uint64_t lost = 0;

  [[nodiscard]] std::uint64_t of(Stat stat) const { return stats[static_cast<std::size_t>(stat)]; }
};

class CounterWindow {
 public:
  void sample(std::chrono::milliseconds now, const Totals& totals);

  // Since the reading that is at least `span` old, or since the first one. All zero before a second
  // reading.
  [[nodiscard]] Growths over(std::chrono::seconds span) const;

 private:
  struct Reading {
    std::chrono::milliseconds at{};
    Totals totals;
  };
  std::deque<Reading> kept_;
  Reading latest_;
};

}  // namespace ctwarden::model

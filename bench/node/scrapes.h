// SPDX-License-Identifier: GPL-2.0-or-later
//
// How long the daemon takes to answer GET /metrics, seen by a client on the same machine.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace ctwarden::bench {

struct Scrapes {
  std::vector<double> milliseconds;  // connect to last byte
  std::size_t bytes = 0;             // the largest answer

  [[nodiscard]] double share(double below) const;  // 0.5 is the median
};

// One begins every `interval`, or at once when the last took longer, while `more()`; at least one.
// Throws when one is refused or takes longer than five seconds.
[[nodiscard]] Scrapes scrape_while(const std::function<bool()>& more,
                                   std::chrono::milliseconds interval);

}  // namespace ctwarden::bench

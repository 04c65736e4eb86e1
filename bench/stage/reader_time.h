// SPDX-License-Identifier: GPL-2.0-or-later
//
// Processor time of a reader: the sum from the scheduler, exact; which part was user mode from
// looks at it.
#pragma once

#include "bench/stage/mode_samples.h"

#include <cstdint>
#include <vector>

namespace ctwarden::bench {

struct ReaderTime {
  std::uint64_t total_ns = 0;
  ModeCount modes = {};
};

// Of all rounds together: there are some hundred looks in one.
template <typename Sample>
[[nodiscard]] double user_share(const std::vector<Sample>& samples) {
  ModeCount sum;
  for (const Sample& sample : samples) {
    sum.user += sample.time.modes.user;
    sum.all += sample.time.modes.all;
  }
  return sum.all > 0 ? static_cast<double>(sum.user) / static_cast<double>(sum.all) : 0;
}

}  // namespace ctwarden::bench

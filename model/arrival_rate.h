// SPDX-License-Identifier: GPL-2.0-or-later
//
// How many arrive a second now: over the longest recent time in which the rate did not change, so
// that a steady trickle is averaged over minutes and a step is followed within two seconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace ctwarden::model {

class ArrivalRate {
 public:
  // Running total at a time in seconds, about once a second.
  void sample(double now, std::uint64_t total);
  // Absent until two seconds have been seen.
  [[nodiscard]] std::optional<double> per_second() const;

 private:
  struct Sample {
    double at = 0;
    std::uint64_t total = 0;
  };
  std::deque<Sample> samples_;
};

}  // namespace ctwarden::model

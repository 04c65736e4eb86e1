// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/arrival_rate.h"

#include <algorithm>
#include <cmath>
#include <ranges>

namespace ctwarden::model {

namespace {
constexpr double kShortest = 2;  // seconds; a single one may miss its tick
constexpr double kLongest = 256;
// Two windows agree when their rates could be the same: within two standard deviations of a
// Poisson count, and two per cent more, as real arrivals are never quite that regular.
constexpr double kDeviations = 2;
constexpr double kIrregular = 0.02;
}  // namespace

void ArrivalRate::sample(double now, std::uint64_t total) {
  samples_.push_back({.at = now, .total = total});
  while (samples_.size() > 2 && now - samples_[1].at >= kLongest) {
    samples_.pop_front();
  }
}

std::optional<double> ArrivalRate::per_second() const {
  if (samples_.empty()) {
    return std::nullopt;
  }
  const Sample& last = samples_.back();
  std::optional<double> rate;
  double low = 0;
  double high = HUGE_VAL;
  double window = kShortest;
  for (const Sample& sample : std::views::reverse(samples_)) {
    const double seconds = last.at - sample.at;
    if (seconds < window - 0.25) {  // ticks are late now and then
      continue;
    }
    const auto count = static_cast<double>(last.total - sample.total);
    const double wider = count / seconds;
    const double slack = kDeviations * std::sqrt(count + 1) / seconds + kIrregular * wider;
    low = std::max(low, wider - slack);
    high = std::min(high, wider + slack);
    if (low > high) {
      break;
    }
    rate = wider;
    window = seconds * 1.5;
  }
  return rate;
}

}  // namespace ctwarden::model

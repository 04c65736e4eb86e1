// SPDX-License-Identifier: GPL-2.0-or-later
//
// Holt's linear smoothing of one number: its level and how much it grows a second. Knows nothing of
// why, so it cries wolf early in every rise; good as a check.
#pragma once

#include <algorithm>
#include <optional>

namespace ctwarden::model {

class LinearTrend {
 public:
  void sample(double now, double value) {
    if (!at_) {
      level_ = value;
    } else {
      const double seconds = std::max(now - *at_, 0.001);
      const double expected = level_ + growth_ * seconds;
      const double level = expected + kLevelWeight * (value - expected);
      growth_ += kGrowthWeight * ((level - level_) / seconds - growth_);
      level_ = level;
    }
    at_ = now;
  }
  [[nodiscard]] double ahead(double seconds) const {
    return std::max(0.0, level_ + growth_ * seconds);
  }
  [[nodiscard]] double growth() const { return growth_; }

 private:
  // Smooth over the rounds of the kernel's collector, which takes expired entries in batches.
  static constexpr double kLevelWeight = 0.2;
  static constexpr double kGrowthWeight = 0.1;

  std::optional<double> at_;
  double level_ = 0;
  double growth_ = 0;
};

}  // namespace ctwarden::model

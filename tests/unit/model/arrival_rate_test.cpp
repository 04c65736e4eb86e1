// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/arrival_rate.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

namespace ctwarden::model {
namespace {

class Arrivals {
 public:
  explicit Arrivals(std::uint64_t seed = 1) : random_(seed) {}
  void run(int seconds, double per_second) {
    for (int i = 0; i < seconds; ++i) {
      if (per_second > 0) {
        total_ += static_cast<std::uint64_t>(std::poisson_distribution<>(per_second)(random_));
      }
      rate.sample(++now_, total_);
    }
  }
  ArrivalRate rate;

 private:
  std::mt19937_64 random_;
  double now_ = 0;
  std::uint64_t total_ = 0;
};

TEST(ArrivalRate, IsAbsentUntilTwoSecondsWereSeen) {
  Arrivals arrivals;
  arrivals.run(2, 100);
  EXPECT_FALSE(arrivals.rate.per_second());
  arrivals.run(1, 100);
  EXPECT_TRUE(arrivals.rate.per_second());
}

TEST(ArrivalRate, FollowsAStepWithinFourSeconds) {
  Arrivals arrivals;
  arrivals.run(300, 200);
  arrivals.run(4, 1000);
  EXPECT_NEAR(*arrivals.rate.per_second(), 1000, 100);
  arrivals.run(300, 1000);
  arrivals.run(4, 200);
  EXPECT_NEAR(*arrivals.rate.per_second(), 200, 40);
}

TEST(ArrivalRate, AveragesASteadyTrickleOverMinutes) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Arrivals arrivals(seed);
    arrivals.run(600, 4);
    EXPECT_NEAR(*arrivals.rate.per_second(), 4, 1.5) << "seed " << seed;
  }
}

TEST(ArrivalRate, IsZeroWhenNothingArrives) {
  Arrivals arrivals;
  arrivals.run(300, 100);
  arrivals.run(10, 0);
  EXPECT_EQ(*arrivals.rate.per_second(), 0);
}

TEST(ArrivalRate, CountsTheTimeReallyPassedWhenTicksAreLate) {
  ArrivalRate rate;
  rate.sample(10, 1000);
  rate.sample(13.5, 1350);
  EXPECT_DOUBLE_EQ(*rate.per_second(), 100);
}

}  // namespace
}  // namespace ctwarden::model

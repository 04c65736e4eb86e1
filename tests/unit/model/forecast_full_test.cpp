// SPDX-License-Identifier: GPL-2.0-or-later
//
// When the table will be full: within 20 % when it does fill, and never when it does not.
#include "tests/unit/model/simulated_flows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <tuple>
#include <vector>

namespace ctwarden::model {
namespace {

struct Case {
  const char* name;
  Lifetimes lifetimes;
};
void PrintTo(const Case& shown, std::ostream* out) { *out << shown.name; }

std::vector<Case> cases() {
  return {{"Fixed60", fixed(60)},
          {"Exponential60", exponential(60)},
          {"ShortAndLong", either(0.8, exponential(2), exponential(200))},
          {"TwoFixed", either(0.5, fixed(5), fixed(100))},
          {"Collected", collected(30, 15)}};
}

constexpr double kBefore = 200;
constexpr double kAfter = 1500;

// Steady at the lower rate, then the higher one, whose plateau is `share` of the limit.
class Full : public ::testing::TestWithParam<std::tuple<Case, double, int>> {
 protected:
  Full()
      : lifetimes_(std::get<0>(GetParam()).lifetimes),
        flows_(static_cast<std::uint64_t>(std::get<2>(GetParam()))) {
    flows_.limits.limit =
        static_cast<std::uint64_t>(kAfter * lifetimes_.mean / std::get<1>(GetParam()));
    flows_.run(std::ceil(lifetimes_.settled), udp(kBefore, lifetimes_));
  }
  Lifetimes lifetimes_;
  SimulatedFlows flows_;
};

std::string name_of(const ::testing::TestParamInfo<std::tuple<Case, double, int>>& test) {
  return std::string(std::get<0>(test.param).name) + "At" +
         std::to_string(std::lround(100 * std::get<1>(test.param))) + "PercentSeed" +
         std::to_string(std::get<2>(test.param));
}

class FillsUp : public Full {};

TEST_P(FillsUp, WhenForetold) {
  struct Said {
    double at = 0;
    double seconds = 0;
  };
  std::vector<Said> said;
  const double step = flows_.now();
  while (flows_.count() < *flows_.limits.limit) {
    ASSERT_LT(flows_.now(), step + 10 * lifetimes_.mean) << "the test's own limit is too high";
    flows_.run(1, udp(kAfter, lifetimes_));
    said.push_back({.at = flows_.now(), .seconds = flows_.seconds_to_full()});
  }
  // Looked at every second, so two more are nobody's fault.
  const double full = flows_.now();
  for (const double share : {0.2, 0.3, 0.5, 0.8}) {
    const Said& then = said[static_cast<std::size_t>(share * (full - step))];
    EXPECT_NEAR(then.seconds, full - then.at, 0.2 * (full - then.at) + 2) << "after " << share;
  }
}

INSTANTIATE_TEST_SUITE_P(Forecast, FillsUp,
                         ::testing::Combine(::testing::ValuesIn(cases()),
                                            ::testing::Values(1.4, 2.0, 3.0),
                                            ::testing::Values(1, 2)),
                         name_of);

class StaysBelow : public Full {};

TEST_P(StaysBelow, WithoutAnAlarm) {
  const double end = flows_.now() + 3 * lifetimes_.mean;
  while (flows_.now() < end) {
    flows_.run(1, udp(kAfter, lifetimes_));
    const double seconds = flows_.seconds_to_full();
    ASSERT_TRUE(seconds < 0 || std::isinf(seconds)) << seconds << " s at " << flows_.now();
  }
  EXPECT_TRUE(std::isinf(flows_.seconds_to_full()));
}

INSTANTIATE_TEST_SUITE_P(Forecast, StaysBelow,
                         ::testing::Combine(::testing::ValuesIn(cases()),
                                            ::testing::Values(0.3, 0.85), ::testing::Values(1, 2)),
                         name_of);

TEST(ForecastFull, IsAbsentWithoutALimit) {
  SimulatedFlows flows(1);
  flows.run(60, udp(1000, exponential(10)));
  ASSERT_TRUE(flows.forecast());
  EXPECT_FALSE(flows.forecast()->seconds_to_full);
  flows.limits.limit = 0;  // the kernel's way to say none
  flows.run(1, udp(1000, exponential(10)));
  EXPECT_FALSE(flows.forecast()->seconds_to_full);
}

TEST(ForecastFull, IsNowWhenTheCountIsAtTheLimit) {
  SimulatedFlows flows(1);
  flows.run(60, udp(1000, exponential(10)));
  flows.limits.limit = flows.count() / 2;
  flows.run(1, udp(1000, exponential(10)));
  EXPECT_EQ(flows.seconds_to_full(), 0);
}

TEST(ForecastFull, HasAnIntervalFromPastErrors) {
  SimulatedFlows flows(1);
  flows.limits.limit = 200'000;
  flows.run(5, udp(1000, exponential(200)));
  flows.run(60, udp(1000, exponential(200)));
  EXPECT_FALSE(flows.forecast()->earliest_full && *flows.forecast()->earliest_full == 0);
  flows.limits.limit = 120'000;
  flows.run(60, udp(1000, exponential(200)));
  const Forecast& forecast = *flows.forecast();
  ASSERT_TRUE(forecast.earliest_full && forecast.latest_full);
  EXPECT_LE(*forecast.earliest_full, *forecast.seconds_to_full);
  EXPECT_GE(*forecast.latest_full, *forecast.seconds_to_full);
  EXPECT_LT(*forecast.earliest_full, 0.999 * *forecast.latest_full);
}

// Half of the entries are nobody's births (made where no event tells): the forecast cannot know,
// the trend does.
TEST(ForecastFull, GoesByTheTrendWhenThatWasFarBetter) {
  Forecaster forecaster;
  LifeTable lives;
  TableLimits limits{.entries = 0, .limit = 100'000, .timeouts = {}, .changes_heard = true};
  for (std::uint32_t now = 1; now < 150; ++now) {
    lives.advance(now);
    limits.entries = 300U * now;
    forecaster.observe(now, lives, limits);
  }
  ASSERT_TRUE(forecaster.forecast());
  EXPECT_TRUE(forecaster.forecast()->by_trend);
  EXPECT_NEAR(*forecaster.forecast()->seconds_to_full, (100'000 - 300 * 149) / 300, 20);
}

}  // namespace
}  // namespace ctwarden::model

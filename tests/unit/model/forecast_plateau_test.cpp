// SPDX-License-Identifier: GPL-2.0-or-later
//
// The plateau after a step in the arrival rate: right within 15 % from a fifth of the residence
// time on, whatever the lifetimes.
#include "tests/unit/model/simulated_flows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <tuple>
#include <vector>

namespace ctwarden::model {
namespace {

constexpr double kTolerance = 0.15;

struct Case {
  const char* name;
  Lifetimes lifetimes;
};
void PrintTo(const Case& shown, std::ostream* out) { *out << shown.name; }

std::vector<Case> cases() {
  return {{"Fixed30", fixed(30)},
          {"Fixed120", fixed(120.5)},
          {"Exponential30", exponential(30)},
          {"Exponential120", exponential(120)},
          {"ShortAndLong", either(0.8, exponential(2), exponential(200))},
          {"TwoFixed", either(0.8, fixed(2), fixed(150))},
          {"Collected", collected(20, 12)}};
}

// From a fifth of the residence time after now until twice that time.
void expect_true_plateau(SimulatedFlows& flows, const Stream& stream, const Lifetimes& lifetimes) {
  const double truth = stream.per_second * lifetimes.mean;
  flows.run(std::ceil(0.2 * lifetimes.mean), stream);
  for (int look = 0; look < 10; ++look) {
    EXPECT_NEAR(flows.plateau(), truth, kTolerance * truth) << "look " << look;
    flows.run(std::ceil(0.2 * lifetimes.mean), stream);
  }
}

class Step : public ::testing::TestWithParam<std::tuple<Case, std::tuple<double, double>, int>> {};

TEST_P(Step, IsFollowed) {
  const auto& [lives, rates, seed] = GetParam();
  const auto [before, after] = rates;
  SimulatedFlows flows(static_cast<std::uint64_t>(seed));
  flows.run(std::ceil(lives.lifetimes.settled), udp(before, lives.lifetimes));
  expect_true_plateau(flows, udp(after, lives.lifetimes), lives.lifetimes);
}

using StepInfo = ::testing::TestParamInfo<Step::ParamType>;
std::string step_name(const StepInfo& test) {
  const auto& [lives, rates, seed] = test.param;
  return std::string(lives.name) + "From" + std::to_string(std::lround(std::get<0>(rates))) + "To" +
         std::to_string(std::lround(std::get<1>(rates))) + "Seed" + std::to_string(seed);
}

INSTANTIATE_TEST_SUITE_P(Forecast, Step,
                         ::testing::Combine(::testing::ValuesIn(cases()),
                                            ::testing::Values(std::tuple(300.0, 1500.0),
                                                              std::tuple(300.0, 600.0),
                                                              std::tuple(1500.0, 300.0)),
                                            ::testing::Values(1, 2)),
                         step_name);

// From an empty table: nothing was learnt before.
TEST(ForecastPlateau, IsKnownFromFewEndsWhenTheyComeAtAConstantHazard) {
  for (const int seed : {1, 2, 3}) {
    SimulatedFlows flows(static_cast<std::uint64_t>(seed));
    expect_true_plateau(flows, udp(3000, exponential(60)), exponential(60));
  }
}

TEST(ForecastPlateau, IsKnownFromTheTimeoutBeforeAnythingEnds) {
  for (const double timeout : {20.0, 30.0, 120.0}) {
    SimulatedFlows flows(1);
    flows.limits.timeouts[static_cast<std::size_t>(FlowClass::UdpOneWay)] = timeout;
    const Lifetimes lifetimes = collected(timeout, timeout / 2);
    expect_true_plateau(flows, udp(1000, lifetimes), lifetimes);
  }
}

TEST(ForecastPlateau, IsAbsentBeforeTheFirstFlowsEndWhenNothingElseTells) {
  SimulatedFlows flows(1);
  flows.run(39, udp(1000, fixed(40)));
  EXPECT_FALSE(flows.forecast());
  flows.run(10, udp(1000, fixed(40)));
  EXPECT_NEAR(flows.plateau(), 40'000, 1000);
}

TEST(ForecastPlateau, IsNotOverratedWhenTheFirstOfEquallyLongLivesEnd) {
  SimulatedFlows flows(1);
  flows.run(115, udp(50, fixed(120.5)));
  for (int second = 0; second < 20; ++second) {
    flows.run(1, udp(50, fixed(120.5)));
    EXPECT_LT(flows.plateau(), (1 + kTolerance) * 50 * 120.5) << flows.now();
  }
}

TEST(ForecastPlateau, IsNotTakenFromATimeoutThatMayBeOfAnotherClass) {
  SimulatedFlows flows(1);
  flows.limits.timeouts[static_cast<std::size_t>(FlowClass::UdpOneWay)] = 30;
  flows.limits.changes_heard = false;
  flows.run(25, udp(1000, fixed(120)));
  EXPECT_FALSE(flows.forecast());
}

TEST(ForecastPlateau, StaysWhenTheCollectorComesLaterThanItUsedTo) {
  SimulatedFlows flows(1);
  flows.limits.timeouts[static_cast<std::size_t>(FlowClass::UdpOneWay)] = 20;
  flows.limits.changes_heard = false;
  flows.run(120, udp(1000, collected(20, 2)));
  for (int second = 0; second < 60; ++second) {
    flows.run(1, udp(1000, collected(20, 15)));
    ASSERT_TRUE(flows.forecast()) << flows.now();
    EXPECT_LT(flows.plateau(), 1.6 * 21'000) << flows.now();
  }
  EXPECT_NEAR(flows.plateau(), 27'500, kTolerance * 27'500);
}

TEST(ForecastPlateau, OfAnIdleTableIsNothing) {
  SimulatedFlows flows(1);
  flows.run(10, udp(0, fixed(1)));
  ASSERT_TRUE(flows.forecast());
  EXPECT_EQ(flows.plateau(), 0);
}

// What a timeout of 120 s comes to on a table whose collector makes a round a minute.
Lifetimes two_minutes() { return collected(120, 60); }

// Connections of 20 s and their TIME_WAIT, then a flood of SYNs that nobody answers.
TEST(ForecastPlateau, OfAFloodIsNotTakenForUsualTraffic) {
  const Stream usual{.per_second = 300,
                     .stages = {{.which = FlowClass::TcpHalfOpen, .lifetimes = fixed(0.01)},
                                {.which = FlowClass::TcpEstablished, .lifetimes = exponential(20)},
                                {.which = FlowClass::TcpClosing, .lifetimes = two_minutes()}}};
  const Stream flood{.per_second = 3000,
                     .stages = {{.which = FlowClass::TcpHalfOpen, .lifetimes = two_minutes()}}};
  SimulatedFlows flows(1);
  flows.limits.timeouts[static_cast<std::size_t>(FlowClass::TcpHalfOpen)] = 120;
  flows.run(400, usual);
  EXPECT_NEAR(flows.plateau(), 300 * 170, 0.05 * 300 * 170);

  flows.run(24, {usual, flood});
  const double truth = 300 * 170 + 3000 * 150;
  EXPECT_NEAR(flows.plateau(), truth, kTolerance * truth);
  EXPECT_EQ(flows.forecast()->driver, FlowClass::TcpHalfOpen);
}

TEST(ForecastPlateau, CountsTheClassesAFlowHasStillToGoThrough) {
  const Stream stream{.per_second = 2000,
                      .stages = {{.which = FlowClass::TcpHalfOpen, .lifetimes = fixed(0.01)},
                                 {.which = FlowClass::TcpEstablished, .lifetimes = exponential(60)},
                                 {.which = FlowClass::TcpClosing, .lifetimes = two_minutes()}}};
  SimulatedFlows flows(1);
  flows.limits.timeouts[static_cast<std::size_t>(FlowClass::TcpClosing)] = 120;
  flows.run(42, stream);  // a fifth of 210 s: nothing has left yet
  EXPECT_NEAR(flows.plateau(), 2000 * 210, kTolerance * 2000 * 210);
  const auto closing = static_cast<std::size_t>(FlowClass::TcpClosing);
  EXPECT_NEAR(flows.forecast()->plateau_by_class[closing], 2000 * 150, kTolerance * 2000 * 150);
}

TEST(ForecastPlateau, IsNotRaisedByFlowsOlderThanTheDaemon) {
  SimulatedFlows flows(1);
  for (int i = 0; i < 60'000; ++i) {
    flows.lives.adopted(FlowClass::UdpTwoWay);
  }
  flows.run(60, udp(1000, exponential(60)));
  EXPECT_NEAR(flows.plateau(), 60'000, 0.1 * 60'000);
}

TEST(ForecastPlateau, IsAbsentWhilePausedAndBackSoonAfter) {
  SimulatedFlows flows(1);
  flows.run(200, udp(1000, exponential(20)));
  flows.forecaster.pause();
  EXPECT_FALSE(flows.forecast());
  flows.run(3, udp(1000, exponential(20)));
  EXPECT_NEAR(flows.plateau(), 20'000, kTolerance * 20'000);
}

}  // namespace
}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/kernel_stats.h"

#include <gtest/gtest.h>

#include <utility>

namespace ctwarden::model {
namespace {

CpuStats cpu(std::uint16_t number, std::initializer_list<std::pair<Stat, std::uint32_t>> values) {
  CpuStats stats{.cpu = number, .values = {}};
  for (const auto& [stat, value] : values) {
    stats.values[static_cast<std::size_t>(stat)] = value;
  }
  return stats;
}

TEST(StatAccumulator, KnowsNothingBeforeTheFirstReading) {
  EXPECT_EQ(StatAccumulator().total(Stat::Drop), std::nullopt);
  EXPECT_TRUE(StatAccumulator().cpus().empty());
}

TEST(StatAccumulator, StartsFromTheKernelsOwnValues) {
  StatAccumulator totals;
  totals.add({cpu(0, {{Stat::Drop, 5}}), cpu(1, {{Stat::Drop, 7}})});
  EXPECT_EQ(totals.total(Stat::Drop), 12U);
}

TEST(StatAccumulator, AddsTheGrowthOfEachCpu) {
  StatAccumulator totals;
  totals.add({cpu(0, {{Stat::Drop, 5}}), cpu(1, {{Stat::Drop, 7}})});
  totals.add({cpu(0, {{Stat::Drop, 6}}), cpu(1, {{Stat::Drop, 17}})});
  EXPECT_EQ(totals.total(Stat::Drop), 23U);
}

TEST(StatAccumulator, CountsOnOverAWrap) {
  StatAccumulator totals;
  totals.add({cpu(0, {{Stat::Found, 0xFFFFFFF0U}})});
  totals.add({cpu(0, {{Stat::Found, 0x10U}})});
  EXPECT_EQ(totals.total(Stat::Found), 0x100000010U);
  totals.add({cpu(0, {{Stat::Found, 0x0FU}})});
  EXPECT_EQ(totals.total(Stat::Found), 0x20000000FU);
}

TEST(StatAccumulator, SumOfCpusIsWiderThan32Bits) {
  StatAccumulator totals;
  totals.add({cpu(0, {{Stat::Found, 0xFFFFFFFFU}}), cpu(1, {{Stat::Found, 0xFFFFFFFFU}})});
  EXPECT_EQ(totals.total(Stat::Found), 0x1FFFFFFFEU);
}

TEST(StatAccumulator, TakesInACpuThatAppearsLater) {
  StatAccumulator totals;
  totals.add({cpu(0, {{Stat::Drop, 1}}), cpu(4, {{Stat::Drop, 10}})});
  totals.add({cpu(0, {{Stat::Drop, 2}}), cpu(2, {{Stat::Drop, 100}}), cpu(4, {{Stat::Drop, 20}})});
  totals.add({cpu(0, {{Stat::Drop, 3}}), cpu(2, {{Stat::Drop, 101}}), cpu(4, {{Stat::Drop, 21}})});
  EXPECT_EQ(totals.total(Stat::Drop), 3U + 101U + 21U);
  ASSERT_EQ(totals.cpus().size(), 3U);
  EXPECT_EQ(totals.cpus()[1].cpu, 2);
  EXPECT_EQ(totals.cpus()[1].totals[static_cast<std::size_t>(Stat::Drop)], 101U);
}

TEST(StatAccumulator, KeepsACpuThatWasNotInAReading) {
  StatAccumulator totals;
  totals.add({cpu(0, {{Stat::Drop, 1}}), cpu(1, {{Stat::Drop, 10}})});
  totals.add({cpu(0, {{Stat::Drop, 2}})});
  EXPECT_EQ(totals.total(Stat::Drop), 12U);
  totals.add({cpu(0, {{Stat::Drop, 2}}), cpu(1, {{Stat::Drop, 11}})});
  EXPECT_EQ(totals.total(Stat::Drop), 13U);
}

TEST(StatAccumulator, CpusMayComeInAnyOrder) {
  StatAccumulator totals;
  totals.add({cpu(1, {{Stat::Drop, 10}}), cpu(0, {{Stat::Drop, 1}})});
  totals.add({cpu(0, {{Stat::Drop, 2}}), cpu(1, {{Stat::Drop, 20}})});
  EXPECT_EQ(totals.total(Stat::Drop), 22U);
  EXPECT_EQ(totals.cpus().front().cpu, 0);
}

TEST(StatAccumulator, CounterTheKernelDoesNotSendIsAbsent) {
  StatAccumulator totals;
  totals.add({cpu(0, {{Stat::Drop, 1}})});
  EXPECT_EQ(totals.total(Stat::ChainTooLong), std::nullopt);
  EXPECT_EQ(totals.cpus()[0].totals[static_cast<std::size_t>(Stat::ChainTooLong)], std::nullopt);
}

TEST(StatAccumulator, CounterThatStaysAwayForAReadingIsKept) {
  StatAccumulator totals;
  totals.add({cpu(0, {{Stat::Drop, 5}, {Stat::Error, 3}})});
  totals.add({cpu(0, {{Stat::Drop, 6}})});
  EXPECT_EQ(totals.total(Stat::Error), 3U);
  totals.add({cpu(0, {{Stat::Drop, 6}, {Stat::Error, 4}})});
  EXPECT_EQ(totals.total(Stat::Error), 4U);
}

}  // namespace
}  // namespace ctwarden::model

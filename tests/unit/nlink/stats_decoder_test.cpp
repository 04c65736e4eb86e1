// SPDX-License-Identifier: GPL-2.0-or-later
#include "nlink/stats_decoder.h"

#include "tests/support/flows.h"
#include "tests/support/netlink_builder.h"

#include <gtest/gtest.h>

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include <cerrno>

namespace ctwarden::nlink {
namespace {

using model::CpuStats;
using model::GlobalStats;
using model::Stat;

TEST(StatsDecoder, ReadsEveryCounterOfACpu) {
  CpuStats sent{.cpu = 511, .values = {}};
  for (std::size_t i = 0; i < model::kStatCount; ++i) {
    sent.values[i] = static_cast<std::uint32_t>(0xf0000000U + i);
  }
  const StatsStep result = decode_stats(support::cpu_stats_message(sent));
  ASSERT_EQ(result.step.what, Decoded::Flow);
  EXPECT_EQ(std::get<CpuStats>(result.value), sent);
}

TEST(StatsDecoder, LeavesACounterTheKernelDoesNotSendAbsent) {
  CpuStats sent;
  sent.values[static_cast<std::size_t>(Stat::Drop)] = 3;
  const StatsStep result = decode_stats(support::cpu_stats_message(sent));
  const auto& values = std::get<CpuStats>(result.value).values;
  EXPECT_EQ(values[static_cast<std::size_t>(Stat::Drop)], 3U);
  EXPECT_FALSE(values[static_cast<std::size_t>(Stat::ChainTooLong)].has_value());
}

TEST(StatsDecoder, SkipsCountersNobodyCountsAnyMoreAndUnknownOnes) {
  support::NetlinkBuilder builder;
  builder.ctnetlink(IPCTNL_MSG_CT_GET_STATS_CPU, 0, AF_UNSPEC, 0, 1);
  builder.number(CTA_STATS_SEARCHED, 9U).number(CTA_STATS_NEW, 9U).number(200, 9U);
  const StatsStep result = decode_stats(builder.take());
  EXPECT_EQ(std::get<CpuStats>(result.value), (CpuStats{.cpu = 1, .values = {}}));
}

TEST(StatsDecoder, ReadsEntriesAndLimit) {
  const GlobalStats sent{.entries = 12, .max_entries = 262144};
  const StatsStep result = decode_stats(support::global_stats_message(sent));
  ASSERT_EQ(result.step.what, Decoded::Flow);
  EXPECT_EQ(std::get<GlobalStats>(result.value), sent);
}

TEST(StatsDecoder, LeavesALimitTheKernelDoesNotSendAbsent) {
  const GlobalStats sent{.entries = 12, .max_entries = std::nullopt};  // before 5.9
  EXPECT_EQ(std::get<GlobalStats>(decode_stats(support::global_stats_message(sent)).value), sent);
}

TEST(StatsDecoder, RefusesAShortCounter) {
  const support::Buffer three(3);
  for (const std::uint8_t operation : {IPCTNL_MSG_CT_GET_STATS_CPU, IPCTNL_MSG_CT_GET_STATS}) {
    support::NetlinkBuilder builder;
    builder.ctnetlink(operation, 0, AF_UNSPEC).attribute(CTA_STATS_FOUND, three);
    const StatsStep result = decode_stats(builder.take());
    EXPECT_EQ(result.step.what, Decoded::Malformed);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(result.value));
  }
}

TEST(StatsDecoder, PassesOverFlows) {
  const StatsStep result = decode_stats(support::flow_message(support::tcp_flow()));
  EXPECT_EQ(result.step.what, Decoded::Other);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(result.value));
}

TEST(StatsDecoder, ReadsTheEndOfADump) {
  const CpuStats cpu{.cpu = 1, .values = {}};
  const support::Buffer all =
      support::datagram({support::cpu_stats_message(cpu), support::done_message()});
  const StatsStep first = decode_stats(all);
  EXPECT_EQ(first.step.what, Decoded::Flow);
  EXPECT_EQ(decode_stats(std::span(all).subspan(first.step.size)).step.what, Decoded::Done);
}

TEST(StatsDecoder, ReadsARefusal) {
  const StatsStep result = decode_stats(support::error_message(EPERM));
  EXPECT_EQ(result.step.what, Decoded::Error);
  EXPECT_EQ(result.step.error, EPERM);
}

}  // namespace
}  // namespace ctwarden::nlink

// SPDX-License-Identifier: GPL-2.0-or-later
//
// What generated datagrams leave in the kernel's table.
#include "bench/traffic/generator.h"
#include "tests/support/flow_spaces.h"
#include "tests/support/kernel_dump.h"
#include "tests/support/scratch_netns.h"
#include "tests/support/shell.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <set>

namespace ctwarden::tests {
namespace {

using model::Family;
using traffic::Load;

// Plays the life through R and returns the table.
std::vector<KernelFlow> table_after(const traffic::Life& life, const Load& load) {
  const ScratchNetns router;
  load_nft(kTrackForwarded);
  auto legs = router.legs();
  const auto report = traffic::play(legs, life, load);
  EXPECT_TRUE(report) << report.error().context;
  EXPECT_EQ(report->flows, load.count);
  EXPECT_EQ(report->packets, load.count * life.size());
  EXPECT_EQ(conntrack_count(), load.count);
  EXPECT_EQ(conntrack_stats().at("invalid"), 0U);
  return dump_kernel_flows();
}

std::set<model::Tuple> originals(const std::vector<KernelFlow>& flows) {
  std::set<model::Tuple> tuples;
  for (const KernelFlow& flow : flows) {
    tuples.insert(flow.original);
  }
  return tuples;
}

std::set<model::Tuple> tuples_of(const Load& load) {
  std::set<model::Tuple> tuples;
  for (std::uint64_t i = 0; i < load.count; ++i) {
    tuples.insert(traffic::tuple_at(load.space, load.first + i));
  }
  return tuples;
}

bool all_replied(const std::vector<KernelFlow>& flows) {
  return std::ranges::all_of(
      flows, [](const KernelFlow& flow) { return (flow.status & model::kStatusSeenReply) != 0; });
}

bool none_replied(const std::vector<KernelFlow>& flows) {
  return std::ranges::none_of(
      flows, [](const KernelFlow& flow) { return (flow.status & model::kStatusSeenReply) != 0; });
}

TEST(UdpTraffic, LeavesExactlyOneEntryForEachOf100000Flows) {
  const Load load{.space = flow_space(kUdp, Family::Ipv4), .count = 100'000};
  const auto flows = table_after(traffic::udp_life(false), load);
  EXPECT_EQ(originals(flows), tuples_of(load));
  EXPECT_TRUE(none_replied(flows));
}

TEST(UdpTraffic, LeavesExactlyOneEntryForEachOf100000Ipv6Flows) {
  const Load load{.space = flow_space(kUdp, Family::Ipv6), .count = 100'000};
  const auto flows = table_after(traffic::udp_life(false), load);
  EXPECT_EQ(originals(flows), tuples_of(load));
}

TEST(UdpTraffic, IsSeenInBothDirectionsWhenTheServerAnswers) {
  const Load load{.space = flow_space(kUdp, Family::Ipv4), .count = 5000};
  EXPECT_TRUE(all_replied(table_after(traffic::udp_life(true), load)));
}

TEST(UdpTraffic, StaysUnderTheRateAskedFor) {
  const Load load{.space = flow_space(kUdp, Family::Ipv4), .count = 1000, .per_second = 10'000};
  const ScratchNetns router;
  load_nft(kTrackForwarded);
  auto legs = router.legs();

  const auto report = traffic::play(legs, traffic::udp_life(false), load);

  ASSERT_TRUE(report) << report.error().context;
  EXPECT_EQ(report->flows, 1000U);
  EXPECT_GE(report->seconds, 0.095);
}

TEST(UdpTraffic, StopsAtTheTimeLimitWithWholeFlows) {
  const ScratchNetns router;
  load_nft(kTrackForwarded);
  auto legs = router.legs();

  const auto report = traffic::play(legs, traffic::udp_life(false),
                                    {.space = flow_space(kUdp, Family::Ipv4),
                                     .count = 1'000'000,
                                     .per_second = 1000,
                                     .time_limit = std::chrono::milliseconds(50)});

  ASSERT_TRUE(report) << report.error().context;
  EXPECT_LT(report->flows, 1000U);
  EXPECT_EQ(conntrack_count(), report->flows);
}

TEST(UdpTraffic, NeedsAServerLegForAnswers) {
  const ScratchNetns router;
  auto legs = router.legs();
  legs.server.reset();

  const auto report =
      traffic::play(legs, traffic::udp_life(true), {.space = flow_space(kUdp, Family::Ipv4)});

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, EDESTADDRREQ);
}

TEST(DnsTraffic, IsAnswered) {
  const Load load{.space = flow_space(kUdp, Family::Ipv6, 53), .count = 2000};
  const auto flows = table_after(traffic::dns_life(true), load);
  EXPECT_EQ(originals(flows), tuples_of(load));
  EXPECT_TRUE(all_replied(flows));
}

TEST(EchoTraffic, LeavesEntriesOfIpv4) {
  const Load load{.space = flow_space(kIcmp, Family::Ipv4), .count = 2000};
  const auto flows = table_after(traffic::echo_life(false), load);
  EXPECT_EQ(originals(flows), tuples_of(load));
  EXPECT_TRUE(none_replied(flows));
}

TEST(EchoTraffic, LeavesEntriesOfIpv6AndIsAnswered) {
  const Load load{.space = flow_space(kIcmpv6, Family::Ipv6), .count = 2000};
  const auto flows = table_after(traffic::echo_life(true), load);
  EXPECT_EQ(originals(flows), tuples_of(load));
  EXPECT_TRUE(all_replied(flows));
}

}  // namespace
}  // namespace ctwarden::tests

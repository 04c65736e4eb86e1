// SPDX-License-Identifier: GPL-2.0-or-later
//
// Generated TCP connections reach the states they are meant to, and window tracking finds no packet
// invalid.
#include "bench/traffic/generator.h"
#include "tests/support/flow_spaces.h"
#include "tests/support/kernel_dump.h"
#include "tests/support/scratch_netns.h"
#include "tests/support/shell.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace ctwarden::tests {
namespace {

using model::Family;
using model::TcpState;
using traffic::TcpEnd;

// R's own addresses on the server leg, which masquerading puts in place of the clients'.
model::Address masquerade_address(Family family) {
  return traffic::address(family == Family::Ipv4 ? "10.2.0.1" : "fd00:2::1");
}

class TcpLives : public ::testing::Test {
 protected:
  void play(const traffic::Life& life, Family family, std::uint64_t count,
            std::optional<model::Address> nat_source = {}) {
    auto legs = router_.legs();
    const auto report = traffic::play(
        legs, life, {.space = flow_space(kTcp, family), .count = count, .nat_source = nat_source});
    ASSERT_TRUE(report) << report.error().context;
    ASSERT_EQ(report->flows, count);
    EXPECT_EQ(conntrack_count(), count);
    EXPECT_EQ(conntrack_stats().at("invalid"), 0U);
    flows_ = dump_kernel_flows();
  }

  [[nodiscard]] std::uint64_t in_state(TcpState state) const {
    return static_cast<std::uint64_t>(
        std::ranges::count(flows_, std::optional(state), &KernelFlow::tcp_state));
  }
  [[nodiscard]] std::uint64_t with_status(std::uint32_t bit) const {
    return static_cast<std::uint64_t>(std::ranges::count_if(
        flows_, [bit](const KernelFlow& flow) { return (flow.status & bit) != 0; }));
  }

  ScratchNetns router_;
  std::vector<KernelFlow> flows_;
};

TEST_F(TcpLives, EndInTimeWait) {
  load_nft(kTrackForwarded);
  play(traffic::tcp_life(TcpEnd::Closed), Family::Ipv4, 10'000);
  EXPECT_EQ(in_state(TcpState::TimeWait), 10'000U);
  EXPECT_EQ(with_status(model::kStatusAssured), 10'000U);
}

TEST_F(TcpLives, EndInTimeWaitOverIpv6) {
  load_nft(kTrackForwarded);
  play(traffic::tcp_life(TcpEnd::Closed), Family::Ipv6, 10'000);
  EXPECT_EQ(in_state(TcpState::TimeWait), 10'000U);
}

TEST_F(TcpLives, EndInTimeWaitBehindMasquerade) {
  load_nft(kTrackForwarded);
  load_nft(kMasquerade);
  play(traffic::tcp_life(TcpEnd::Closed, 100), Family::Ipv4, 10'000,
       masquerade_address(Family::Ipv4));
  EXPECT_EQ(in_state(TcpState::TimeWait), 10'000U);
  EXPECT_EQ(with_status(model::kStatusSourceNat), 10'000U);
}

TEST_F(TcpLives, EndInTimeWaitBehindIpv6Masquerade) {
  load_nft(kTrackForwarded);
  load_nft(kMasquerade);
  play(traffic::tcp_life(TcpEnd::Closed, 100), Family::Ipv6, 10'000,
       masquerade_address(Family::Ipv6));
  EXPECT_EQ(in_state(TcpState::TimeWait), 10'000U);
  EXPECT_EQ(with_status(model::kStatusSourceNat), 10'000U);
}

TEST_F(TcpLives, KeepTheirPortsBehindMasquerade) {
  load_nft(kTrackForwarded);
  load_nft(kMasquerade);
  play(traffic::tcp_life(TcpEnd::Established), Family::Ipv4, 1000,
       masquerade_address(Family::Ipv4));
  for (const KernelFlow& flow : flows_) {
    ASSERT_EQ(flow.reply.destination, traffic::address("10.2.0.1"));
    ASSERT_EQ(flow.reply.destination_port, flow.original.source_port);
  }
}

TEST_F(TcpLives, CarryDataWithoutLeavingTheWindow) {
  load_nft(kTrackForwarded);
  play(traffic::tcp_life(TcpEnd::Closed, 1400), Family::Ipv4, 1000);
  EXPECT_EQ(in_state(TcpState::TimeWait), 1000U);
}

TEST_F(TcpLives, StayEstablishedWhenLeftOpen) {
  load_nft(kTrackForwarded);
  play(traffic::tcp_life(TcpEnd::Established), Family::Ipv4, 2000);
  EXPECT_EQ(in_state(TcpState::Established), 2000U);
}

TEST_F(TcpLives, CloseWhenReset) {
  load_nft(kTrackForwarded);
  play(traffic::tcp_life(TcpEnd::Reset), Family::Ipv6, 2000);
  EXPECT_EQ(in_state(TcpState::Close), 2000U);
}

TEST_F(TcpLives, StayHalfOpenInAFlood) {
  load_nft(kTrackForwarded);
  play(traffic::tcp_life(TcpEnd::SynOnly), Family::Ipv4, 20'000);
  EXPECT_EQ(in_state(TcpState::SynSent), 20'000U);
  EXPECT_EQ(with_status(model::kStatusSeenReply), 0U);
}

TEST_F(TcpLives, WaitForTheLastAcknowledgement) {
  load_nft(kTrackForwarded);
  play(traffic::tcp_life(TcpEnd::SynAckOnly), Family::Ipv4, 2000);
  EXPECT_EQ(in_state(TcpState::SynRecv), 2000U);
}

}  // namespace
}  // namespace ctwarden::tests

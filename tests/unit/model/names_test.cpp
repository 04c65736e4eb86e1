// SPDX-License-Identifier: GPL-2.0-or-later
//
// Names are an interface: they are label values and parts of metric names.
#include "model/kernel_stats.h"
#include "model/snapshot.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ctwarden::model {
namespace {

template <typename Enum>
std::vector<std::string> names(std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.emplace_back(name(static_cast<Enum>(i)));
  }
  return all;
}

using Names = std::vector<std::string>;

TEST(Names, OfProtocols) {
  EXPECT_EQ(names<Protocol>(kProtocolCount),
            (Names{"tcp", "udp", "icmp", "icmpv6", "sctp", "gre", "udplite", "dccp", "other"}));
}

TEST(Names, OfTcpStates) {
  EXPECT_EQ(names<TcpState>(kTcpStateCount),
            (Names{"none", "syn_sent", "syn_recv", "established", "fin_wait", "close_wait",
                   "last_ack", "time_wait", "close", "syn_sent2"}));
}

TEST(Names, OfFamilies) { EXPECT_EQ(names<Family>(2), (Names{"ipv4", "ipv6"})); }

TEST(Names, OfStatuses) {
  EXPECT_EQ(names<FlowStatus>(kFlowStatusCount),
            (Names{"unreplied", "assured", "snat", "dnat", "helper", "offloaded"}));
}

TEST(Names, OfEndReasons) {
  EXPECT_EQ(names<EndReason>(kEndReasonCount),
            (Names{"closed", "timeout", "unreplied", "refused", "reset_seen", "deleted",
                   "removed_early", "unknown"}));
}

TEST(Names, OfResyncReasons) {
  EXPECT_EQ(names<ResyncReason>(kResyncReasonCount),
            (Names{"start", "loss", "interval", "count_gap", "resize"}));
}

TEST(Names, OfFidelities) { EXPECT_EQ(names<Fidelity>(3), (Names{"full", "lean", "dump_only"})); }

TEST(Names, OfStats) {
  EXPECT_EQ(names<Stat>(kStatCount),
            (Names{"found", "invalid", "insert", "insert_failed", "drop", "early_drop", "error",
                   "search_restart", "clash_resolve", "chaintoolong"}));
}

TEST(Protocols, AreKnownByTheirIanaNumbers) {
  EXPECT_EQ(protocol_of(6), Protocol::Tcp);
  EXPECT_EQ(protocol_of(17), Protocol::Udp);
  EXPECT_EQ(protocol_of(1), Protocol::Icmp);
  EXPECT_EQ(protocol_of(58), Protocol::Icmpv6);
  EXPECT_EQ(protocol_of(132), Protocol::Sctp);
  EXPECT_EQ(protocol_of(47), Protocol::Gre);
  EXPECT_EQ(protocol_of(136), Protocol::Udplite);
  EXPECT_EQ(protocol_of(33), Protocol::Dccp);
}

TEST(Protocols, EveryOtherNumberIsOther) {
  std::size_t others = 0;
  for (unsigned number = 0; number < 256; ++number) {
    others += protocol_of(static_cast<std::uint8_t>(number)) == Protocol::Other ? 1U : 0U;
  }
  EXPECT_EQ(others, 256U - 8U);
}

// The kernel's numbers: TCP_CONNTRACK_NONE 0 to TCP_CONNTRACK_SYN_SENT2 9; 10 and above (RETRANS,
// UNACK) are timeouts, not states.
TEST(TcpStates, FollowTheKernelsNumbers) {
  EXPECT_EQ(tcp_state_of(0), TcpState::None);
  EXPECT_EQ(tcp_state_of(3), TcpState::Established);
  EXPECT_EQ(tcp_state_of(9), TcpState::SynSent2);
  EXPECT_EQ(tcp_state_of(10), TcpState::None);
  EXPECT_EQ(tcp_state_of(255), TcpState::None);
}

}  // namespace
}  // namespace ctwarden::model

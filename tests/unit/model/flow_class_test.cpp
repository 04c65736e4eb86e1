// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_class.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

FlowClass tcp(TcpState state) { return flow_class_of(Protocol::Tcp, state, false); }

TEST(FlowClass, TcpIsHalfOpenUntilTheHandshakeIsComplete) {
  for (const TcpState state : {TcpState::SynSent, TcpState::SynRecv, TcpState::SynSent2}) {
    EXPECT_EQ(tcp(state), FlowClass::TcpHalfOpen) << name(state);
  }
}

TEST(FlowClass, TcpIsClosingFromTheFirstFinOrReset) {
  for (const TcpState state : {TcpState::FinWait, TcpState::CloseWait, TcpState::LastAck,
                               TcpState::TimeWait, TcpState::Close}) {
    EXPECT_EQ(tcp(state), FlowClass::TcpClosing) << name(state);
  }
}

TEST(FlowClass, TcpIsEstablishedBetweenThatAndWhenItsStateIsNotTold) {
  EXPECT_EQ(tcp(TcpState::Established), FlowClass::TcpEstablished);
  EXPECT_EQ(tcp(TcpState::None), FlowClass::TcpEstablished);
}

TEST(FlowClass, UdpIsOneWayUntilAReplyIsSeen) {
  EXPECT_EQ(flow_class_of(Protocol::Udp, TcpState::None, true), FlowClass::UdpOneWay);
  EXPECT_EQ(flow_class_of(Protocol::Udp, TcpState::None, false), FlowClass::UdpTwoWay);
}

TEST(FlowClass, BothIcmpProtocolsAreOneClassWhetherRepliedOrNot) {
  for (const bool unreplied : {false, true}) {
    EXPECT_EQ(flow_class_of(Protocol::Icmp, TcpState::None, unreplied), FlowClass::Icmp);
    EXPECT_EQ(flow_class_of(Protocol::Icmpv6, TcpState::None, unreplied), FlowClass::Icmp);
  }
}

TEST(FlowClass, EveryOtherProtocolIsOther) {
  for (const Protocol protocol :
       {Protocol::Sctp, Protocol::Gre, Protocol::Udplite, Protocol::Dccp, Protocol::Other}) {
    EXPECT_EQ(flow_class_of(protocol, TcpState::None, true), FlowClass::Other) << name(protocol);
  }
}

// The life table sends a flow from class to class of its group only.
TEST(FlowClass, NoStateTakesAFlowOutOfItsGroup) {
  const auto group_of = [](FlowClass which) {
    std::size_t group = 0;
    while (kFlowGroups[group].first + kFlowGroups[group].count <= static_cast<std::size_t>(which)) {
      ++group;
    }
    return group;
  };
  for (std::size_t p = 0; p < kProtocolCount; ++p) {
    const auto protocol = static_cast<Protocol>(p);
    const std::size_t group = group_of(flow_class_of(protocol, TcpState::None, true));
    for (std::size_t s = 0; s < kTcpStateCount; ++s) {
      for (const bool unreplied : {false, true}) {
        EXPECT_EQ(group_of(flow_class_of(protocol, static_cast<TcpState>(s), unreplied)), group);
      }
    }
  }
}

}  // namespace
}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/model/findings/sick_node.h"

namespace ctwarden::model {
namespace {

TEST(SynFlood, IsManyHalfOpenMoreThanEstablished) {
  Node node;
  node.tcp(TcpState::SynRecv) = 1'000;
  EXPECT_EQ(node.severity(FindingKind::SynFlood), std::nullopt);  // 1,000 are established
  node.tcp(TcpState::SynRecv) = 1'001;
  EXPECT_EQ(node.severity(FindingKind::SynFlood), Severity::Warning);
}

TEST(SynFlood, IsNotAFewHandshakes) {
  Node node;
  node.tcp(TcpState::Established) = 0;
  node.tcp(TcpState::SynSent) = 999;
  EXPECT_EQ(node.severity(FindingKind::SynFlood), std::nullopt);
}

TEST(SynFlood, TellsAnsweredFromUnanswered) {
  Node node;
  node.tcp(TcpState::SynRecv) = 5'000;
  EXPECT_NE(node.finding(FindingKind::SynFlood)->next.find("timeout_syn_recv"), std::string::npos);
  node.tcp(TcpState::SynSent) = 6'000;
  EXPECT_NE(node.finding(FindingKind::SynFlood)->next.find("timeout_syn_sent"), std::string::npos);
}

TEST(SynFlood, IsCriticalWhenItHoldsHalfTheLimit) {
  Node node;
  node.tcp(TcpState::SynRecv) = 140'000;
  EXPECT_EQ(node.severity(FindingKind::SynFlood), Severity::Critical);
}

TEST(TimeWait, IsNamedWhenItHoldsATenthOfTheLimitAndHalfOfTheTable) {
  Node node;
  node.tcp(TcpState::TimeWait) = 30'000;
  node.picture.composition->flows = 31'000;
  EXPECT_EQ(node.severity(FindingKind::TimeWaitShare), Severity::Info);
  EXPECT_EQ(node.finding(FindingKind::TimeWaitShare)->next,
            "sysctl -w net.netfilter.nf_conntrack_tcp_timeout_time_wait=30 (now 120 s)");
}

TEST(TimeWait, IsNoMatterInALargeTable) {
  Node node;
  node.tcp(TcpState::TimeWait) = 1'000;
  node.picture.composition->flows = 1'500;
  EXPECT_EQ(node.severity(FindingKind::TimeWaitShare), std::nullopt);
}

TEST(TimeWait, WarnsFromHalfTheLimit) {
  Node node;
  node.tcp(TcpState::TimeWait) = 131'072;
  node.picture.composition->flows = 140'000;
  EXPECT_EQ(node.severity(FindingKind::TimeWaitShare), Severity::Warning);
}

TEST(CloseWait, IsNamedWithItsTimeout) {
  Node node;
  node.settings[Setting::TcpCloseWait] = 3'600;
  node.tcp(TcpState::CloseWait) = 20'000;
  node.picture.composition->flows = 50'000;
  const auto finding = node.finding(FindingKind::CloseWaitShare);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->evidence.back(), (Evidence{"timeout_seconds", 3'600}));
}

}  // namespace
}  // namespace ctwarden::model

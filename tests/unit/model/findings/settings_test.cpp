// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/model/findings/sick_node.h"

namespace ctwarden::model {
namespace {

TEST(StrictTcp, MattersWhereAddressesAreTranslated) {
  Node node;
  node.grew(Stat::Invalid) = 100;
  EXPECT_EQ(node.severity(FindingKind::StrictTcp), std::nullopt);
  node.status(FlowStatus::DestinationNat) = 1;
  EXPECT_EQ(node.severity(FindingKind::StrictTcp), Severity::Warning);
  node.settings[Setting::TcpBeLiberal] = 1;
  EXPECT_EQ(node.severity(FindingKind::StrictTcp), std::nullopt);
}

TEST(StrictTcp, AStrayPacketIsNothing) {
  Node node;
  node.status(FlowStatus::DestinationNat) = 1;
  node.grew(Stat::Invalid) = 99;
  EXPECT_EQ(node.severity(FindingKind::StrictTcp), std::nullopt);
}

TEST(NoPickup, MattersWhenPacketsAreInvalid) {
  Node node;
  node.settings[Setting::TcpLoose] = 0;
  EXPECT_EQ(node.severity(FindingKind::NoPickup), std::nullopt);
  node.grew(Stat::Invalid) = 100;
  EXPECT_EQ(node.severity(FindingKind::NoPickup), Severity::Info);
}

TEST(CostlySettings, AreNamedOneByOne) {
  Node node;
  node.settings[Setting::Timestamp] = 1;
  node.settings[Setting::Accounting] = 1;
  const auto findings = node.findings();
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].subject, "nf_conntrack_timestamp");
  EXPECT_EQ(findings[1].subject, "nf_conntrack_acct");
}

TEST(LimitChanged, WarnsOfALowerOne) {
  Node node;
  node.picture.limit = 131'072;
  EXPECT_EQ(node.severity(FindingKind::LimitChanged), Severity::Warning);
  node.picture.limit = 524'288;
  EXPECT_EQ(node.severity(FindingKind::LimitChanged), Severity::Info);
  node.picture.limit = 0;  // none: higher than any
  node.limit_at_start = 0;
  EXPECT_EQ(node.severity(FindingKind::LimitChanged), std::nullopt);
}

TEST(NotTracking, SaysSoAndNothingElseAboutSight) {
  Node node;
  node.picture.tracking = Tracking::Off;
  node.picture.events_setting = 0;
  EXPECT_EQ(node.severity(FindingKind::NotTracking), Severity::Info);
  EXPECT_EQ(node.severity(FindingKind::EventsOff), std::nullopt);
}

TEST(EventsOff, Warns) {
  Node node;
  node.picture.events_setting = 0;
  EXPECT_EQ(node.severity(FindingKind::EventsOff), Severity::Warning);
}

TEST(EventsLost, WarnsUntilThePictureIsRepaired) {
  Node node;
  node.ten_minutes.lost = 10;
  node.picture.in_sync = false;
  EXPECT_EQ(node.severity(FindingKind::EventsLost), Severity::Warning);
  node.picture.in_sync = true;
  EXPECT_EQ(node.severity(FindingKind::EventsLost), Severity::Info);
}

}  // namespace
}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/model/findings/sick_node.h"

namespace ctwarden::model {
namespace {

TEST(DnsRace, FitsFailuresBesideManyQueries) {
  Node node;
  node.ten_minutes.created = 10'000;
  node.ten_minutes.created_dns = 6'000;
  node.grew(Stat::InsertFailed) = 40;
  EXPECT_EQ(node.severity(FindingKind::DnsRace), Severity::Warning);
  EXPECT_EQ(node.severity(FindingKind::InsertFailures), std::nullopt);
}

TEST(DnsRace, DoesNotFitWithoutQueriesAndSaysSo) {
  Node node;
  node.ten_minutes.created = 10'000;
  node.grew(Stat::InsertFailed) = 40;
  EXPECT_EQ(node.severity(FindingKind::DnsRace), std::nullopt);
  const auto finding = node.finding(FindingKind::InsertFailures);
  ASSERT_TRUE(finding);
  EXPECT_NE(finding->meaning.find("does not fit"), std::string::npos) << finding->meaning;
}

TEST(DnsRace, DoesNotFitMoreFailuresThanQueries) {
  Node node;
  node.ten_minutes.created = 100;
  node.ten_minutes.created_dns = 20;
  node.grew(Stat::InsertFailed) = 40;
  EXPECT_EQ(node.severity(FindingKind::DnsRace), std::nullopt);
  EXPECT_EQ(node.severity(FindingKind::InsertFailures), Severity::Warning);
}

TEST(InsertFailures, AFewAreLife) {
  Node node;
  node.grew(Stat::InsertFailed) = 9;
  EXPECT_EQ(node.severity(FindingKind::InsertFailures), std::nullopt);
}

TEST(InsertFailures, AreNotThoseOfLongChains) {
  Node node;
  node.grew(Stat::InsertFailed) = 1'000;
  node.grew(Stat::ChainTooLong) = 1'000;
  EXPECT_EQ(node.severity(FindingKind::InsertFailures), std::nullopt);
}

}  // namespace
}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/model/findings/sick_node.h"

namespace ctwarden::model {
namespace {

TEST(Findings, AreNoneOnAHealthyNode) { EXPECT_TRUE(Node().findings().empty()); }

TEST(Findings, AreNoneBeforeAnythingIsKnown) {
  Node node;
  node.picture = Snapshot{};
  node.settings = SettingValues{};
  node.minute = node.ten_minutes = Growths{};
  node.limit_at_start = std::nullopt;
  EXPECT_TRUE(node.findings().empty());
}

TEST(Findings, ComeMostSevereFirst) {
  Node node;
  node.settings[Setting::Timestamp] = 1;
  node.picture.entries = 200'000;
  node.grew(Stat::Drop) = 5;
  const auto findings = node.findings();
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(findings[0].severity, Severity::Critical);
  EXPECT_EQ(findings[1].severity, Severity::Warning);
  EXPECT_EQ(findings[2].severity, Severity::Info);
}

TEST(Findings, EveryOneSaysWhatItMeansAndWhatToDo) {
  Node node;
  node.picture.entries = 600'000;
  node.grew(Stat::Drop) = 500;
  node.grew(Stat::EarlyDrop) = 5;
  node.grew(Stat::InsertFailed) = 100;
  node.grew(Stat::Invalid) = 1'000;
  node.settings[Setting::Timestamp] = 1;
  node.limit_at_start = 500'000;
  for (const Finding& finding : node.findings()) {
    EXPECT_FALSE(finding.meaning.empty()) << name(finding.kind);
    EXPECT_FALSE(finding.next.empty()) << name(finding.kind);
    EXPECT_FALSE(finding.evidence.empty()) << name(finding.kind);
  }
}

TEST(TablePressure, BeginsAtThreeQuarters) {
  Node node;
  node.picture.limit = 1'000;
  node.picture.entries = 749;
  EXPECT_EQ(node.severity(FindingKind::TablePressure), std::nullopt);
  node.picture.entries = 750;
  EXPECT_EQ(node.severity(FindingKind::TablePressure), Severity::Warning);
  node.picture.entries = 950;
  EXPECT_EQ(node.severity(FindingKind::TablePressure), Severity::Critical);
}

TEST(TablePressure, SeesAFullTableComing) {
  Node node;
  node.picture.forecast.emplace();
  node.picture.forecast->driver = FlowClass::UdpOneWay;
  node.picture.forecast->seconds_to_full = std::numeric_limits<double>::infinity();
  EXPECT_EQ(node.severity(FindingKind::TablePressure), std::nullopt);
  node.picture.forecast->seconds_to_full = 3'600;
  EXPECT_EQ(node.severity(FindingKind::TablePressure), Severity::Warning);
  node.picture.forecast->seconds_to_full = 300;
  EXPECT_EQ(node.severity(FindingKind::TablePressure), Severity::Critical);
  const std::string meaning = node.finding(FindingKind::TablePressure)->meaning;
  EXPECT_NE(meaning.find("full in 5 minutes"), std::string::npos) << meaning;
  EXPECT_NE(meaning.find("UDP one-way"), std::string::npos) << meaning;
}

TEST(TablePressure, DoesNotExistWithoutALimit) {
  Node node;
  node.picture.limit = 0;
  EXPECT_EQ(node.severity(FindingKind::TablePressure), std::nullopt);
}

TEST(TablePressure, NamesTheCommandAndItsMemory) {
  Node node;
  node.picture.entries = 250'000;
  EXPECT_EQ(
      node.finding(FindingKind::TablePressure)->next,
      "sysctl -w net.netfilter.nf_conntrack_buckets=524288 && "
      "sysctl -w net.netfilter.nf_conntrack_max=524288  # up to 196 MiB of kernel memory when "
      "full");
}

TEST(HashTooSmall, BeginsAboveFourEntriesAChain) {
  Node node;
  node.picture.buckets = 500;
  EXPECT_EQ(node.severity(FindingKind::HashTooSmall), std::nullopt);  // 2 x 1,000 / 500 = 4
  node.picture.buckets = 499;
  EXPECT_EQ(node.severity(FindingKind::HashTooSmall), Severity::Warning);
  EXPECT_EQ(node.finding(FindingKind::HashTooSmall)->next,
            "sysctl -w net.netfilter.nf_conntrack_buckets=1024");
}

TEST(ChainTooLong, IsCriticalAndReplacesTheWarning) {
  Node node;
  node.picture.buckets = 10;
  node.grew(Stat::ChainTooLong) = 1;
  node.grew(Stat::InsertFailed) = 1;  // the kernel counts both
  EXPECT_EQ(node.severity(FindingKind::ChainTooLong), Severity::Critical);
  EXPECT_EQ(node.severity(FindingKind::HashTooSmall), std::nullopt);
}

TEST(PacketsDropped, IsNotTheDropOfALostRace) {
  Node node;
  node.grew(Stat::Drop) = 7;
  node.grew(Stat::InsertFailed) = 7;
  EXPECT_EQ(node.severity(FindingKind::PacketsDropped), std::nullopt);
  node.grew(Stat::Drop) = 8;
  EXPECT_EQ(node.severity(FindingKind::PacketsDropped), Severity::Critical);
}

TEST(EarlyDrops, WarnOfTheFirst) {
  Node node;
  node.grew(Stat::EarlyDrop) = 1;
  EXPECT_EQ(node.severity(FindingKind::EarlyDrops), Severity::Warning);
}

}  // namespace
}  // namespace ctwarden::model

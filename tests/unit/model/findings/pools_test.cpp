// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/model/findings/sick_node.h"

namespace ctwarden::model {
namespace {

Address ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {.bytes = {a, b, c, d}};
}

// A TCP connection to 198.51.100.9:443, translated to 203.0.113.5 and the port of its number.
FlowEvent translated(std::uint16_t number) {
  FlowEvent event;
  event.original = {.source = ipv4(10, 0, 0, 1),
                    .destination = ipv4(198, 51, 100, 9),
                    .source_port = 40'000,
                    .destination_port = 443,
                    .protocol = 6};
  event.reply = Tuple{.source = ipv4(198, 51, 100, 9),
                      .destination = ipv4(203, 0, 113, 5),
                      .source_port = 443,
                      .destination_port = static_cast<std::uint16_t>(1'024 + number),
                      .protocol = 6};
  event.status = kStatusConfirmed | kStatusSourceNat;
  return event;
}

void translate(Node& node, std::uint32_t flows) {
  for (std::uint32_t number = 0; number < flows; ++number) {
    node.occupancy.add(translated(static_cast<std::uint16_t>(number)), false);
  }
}

TEST(SnatPool, WarnsFromThreeQuartersOfItsPorts) {
  Node node;
  translate(node, 48'383);
  EXPECT_EQ(node.severity(FindingKind::SnatPool), std::nullopt);
  node.occupancy.add(translated(48'383), false);  // 48,384 of 64,512
  EXPECT_EQ(node.severity(FindingKind::SnatPool), Severity::Warning);
}

TEST(SnatPool, IsCriticalWhereInsertsBeginToFail) {
  Node node;
  translate(node, 56'126);  // 0.87 of 64,512
  EXPECT_EQ(node.severity(FindingKind::SnatPool), Severity::Critical);
}

TEST(SnatPool, NamesThePoolAsAnAddress) {
  Node node;
  translate(node, 50'000);
  const auto finding = node.finding(FindingKind::SnatPool);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->subject, "tcp 203.0.113.5 -> 198.51.100.9:443");
  EXPECT_TRUE(finding->names_address);
}

TEST(SnatPool, ExplainsFailedInserts) {
  Node node;
  node.grew(Stat::InsertFailed) = 50;
  EXPECT_EQ(node.severity(FindingKind::InsertFailures), Severity::Warning);
  translate(node, 57'000);
  EXPECT_EQ(node.severity(FindingKind::InsertFailures), std::nullopt);
  EXPECT_NE(node.finding(FindingKind::SnatPool)->meaning.find("50"), std::string::npos);
}

TEST(TunnelTracked, NamesTheTunnelPort) {
  Node node;
  FlowEvent event;
  event.original = {.source = ipv4(10, 0, 0, 1),
                    .destination = ipv4(10, 0, 0, 2),
                    .source_port = 1,
                    .destination_port = 4'789,
                    .protocol = 17};
  for (std::uint16_t port = 0; port < 99; ++port) {
    event.original.source_port = port;
    node.occupancy.add(event, true);
  }
  EXPECT_EQ(node.severity(FindingKind::TunnelTracked), std::nullopt);
  node.occupancy.add(event, true);
  EXPECT_EQ(node.severity(FindingKind::TunnelTracked), Severity::Info);
  EXPECT_EQ(node.finding(FindingKind::TunnelTracked)->subject, "udp/4789");
}

TEST(StaleDestinationNat, WarnsOfTheFirst) {
  Node node;
  node.stale_dnat = 1;
  EXPECT_EQ(node.severity(FindingKind::StaleDestinationNat), Severity::Warning);
}

}  // namespace
}  // namespace ctwarden::model

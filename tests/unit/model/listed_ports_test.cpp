// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/listed_ports.h"

#include "tests/support/flows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ctwarden::model {
namespace {

const MixingHash kHash(HashSecret{.k0 = 7, .k1 = 8});

class PortsListed : public ::testing::Test {
 protected:
  void begin(std::uint16_t port, unsigned times = 1, std::uint8_t protocol = 6) {
    for (unsigned i = 0; i < times; ++i) {
      arrivals_.add(flow(port, protocol), 1, false);
      occupancy_.add(flow(port, protocol), true);
    }
  }
  void end(std::uint16_t port, unsigned times = 1) {
    for (unsigned i = 0; i < times; ++i) {
      occupancy_.remove(flow(port, 6), true);
    }
  }
  PortLines look(std::size_t n = 2) { return listed_.look(occupancy_, arrivals_, n); }
  static PortLine line(const PortLines& lines, std::uint16_t port) {
    const auto found = std::ranges::find_if(
        lines.listed, [&](const PortLine& line) { return line.service.port == port; });
    return found == lines.listed.end() ? PortLine{} : *found;
  }
  static FlowEvent flow(std::uint16_t port, std::uint8_t protocol) {
    FlowEvent event;
    event.original = support::tuple_of(protocol, "192.0.2.1", 40000, "198.51.100.7", port);
    return event;
  }

  Occupancy occupancy_{kHash, 0};
  Arrivals arrivals_{kHash};
  ListedPorts listed_;
};

TEST_F(PortsListed, AreTheFullest) {
  begin(80, 3);
  begin(443, 5);
  begin(22, 1);
  begin(53, 4, 17);
  const PortLines lines = look();
  ASSERT_EQ(lines.listed.size(), 2U);
  EXPECT_EQ(line(lines, 443).flows, 5U);
  EXPECT_EQ(line(lines, 53).service.protocol, Protocol::Udp);
  EXPECT_EQ(lines.other_flows[0], 4U);
  EXPECT_EQ(lines.other_flows[1], 0U);
}

TEST_F(PortsListed, CountWhatWasCreatedWhileTheyWere) {
  begin(80, 3);
  EXPECT_EQ(line(look(), 80).created, 0U);
  EXPECT_EQ(look().other_created[0], 3U);
  begin(80, 4);
  EXPECT_EQ(line(look(), 80).created, 4U);
  EXPECT_EQ(look().other_created[0], 3U);
}

TEST_F(PortsListed, StayForAWhile) {
  begin(80, 3);
  (void)look(1);
  begin(443, 5);
  EXPECT_EQ(look(1).listed.size(), 2U);
  begin(22, 9);
  const PortLines lines = look(1);
  EXPECT_EQ(lines.listed.size(), 2U);
  EXPECT_EQ(line(lines, 443).flows, 5U);
  EXPECT_EQ(line(lines, 80).flows, 0U);  // the emptier one left
}

// Whatever comes, goes and is listed in between: no number falls, and nothing is lost.
TEST_F(PortsListed, NeverGoBackAndAlwaysAddUp) {
  std::mt19937 random(9);
  std::map<Service, std::uint64_t> before;
  std::uint64_t other_before = 0;
  std::uint64_t created = 0;
  for (int round = 0; round < 500; ++round) {
    for (int i = 0; i < 20; ++i) {
      const auto port = static_cast<std::uint16_t>(1 + random() % 40);
      begin(port);
      ++created;
      end(static_cast<std::uint16_t>(1 + random() % 40));
    }
    const PortLines lines = look(3);
    ASSERT_LE(lines.listed.size(), 6U);
    ASSERT_GE(lines.other_created[0], other_before);
    other_before = lines.other_created[0];
    for (const PortLine& line : lines.listed) {
      ASSERT_GE(line.created, before[line.service]);
      before[line.service] = line.created;
    }
    std::uint64_t sum = other_before;
    for (const auto& [service, count] : before) {
      sum += count;
    }
    ASSERT_EQ(sum, created);
  }
}

}  // namespace
}  // namespace ctwarden::model

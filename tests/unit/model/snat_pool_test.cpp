// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/snat_pool.h"

#include "model/occupancy.h"
#include "model/talkers_view.h"
#include "tests/support/flows.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

FlowEvent translated(std::uint16_t source_port, std::string_view destination = "198.51.100.7") {
  FlowEvent event;
  event.original = support::tuple_of(17, "10.0.0.5", source_port, destination, 53);
  event.reply = support::reverse_of(event.original);
  event.reply->destination = support::address_of("203.0.113.1");
  event.reply->destination_port = static_cast<std::uint16_t>(source_port + 7);
  event.status = kStatusConfirmed | kStatusSourceNat;
  return event;
}

class SnatPools : public ::testing::Test {
 protected:
  void add(const FlowEvent& event) { occupancy_.add(event, true); }
  void remove(const FlowEvent& event) { occupancy_.remove(event, true); }
  [[nodiscard]] std::vector<SnatPoolUse> uses() const {
    std::vector<SnatPoolUse> uses;
    for (const auto& line : occupancy_.pools().top(10)) {
      uses.push_back(snat_pool_use(line));
    }
    return uses;
  }
  Occupancy occupancy_{MixingHash(HashSecret{.k0 = 5, .k1 = 6}), 64};
};

TEST(SnatPool, ChoosesPortsByTheClassOfTheClients) {
  EXPECT_EQ(usable_range(1), (PortRange{.first = 1, .size = 511}));
  EXPECT_EQ(usable_range(511), (PortRange{.first = 1, .size = 511}));
  EXPECT_EQ(usable_range(512), (PortRange{.first = 600, .size = 424}));
  EXPECT_EQ(usable_range(1023), (PortRange{.first = 600, .size = 424}));
  EXPECT_EQ(usable_range(1024), (PortRange{.first = 1024, .size = 64512}));
  EXPECT_EQ(usable_range(65535), (PortRange{.first = 1024, .size = 64512}));
}

TEST_F(SnatPools, CountThePortsTowardsOneService) {
  add(translated(40000));
  add(translated(40001));
  add(translated(40002, "198.51.100.8"));
  const auto found = uses();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].used, (Bounds{2, 2}));
  EXPECT_EQ(found[0].egress, support::address_of("203.0.113.1"));
  EXPECT_EQ(found[0].destination, support::address_of("198.51.100.7"));
  EXPECT_EQ(found[0].destination_port, 53);
  EXPECT_EQ(found[0].protocol, Protocol::Udp);
  EXPECT_EQ(found[0].range, 64512U);
}

TEST_F(SnatPools, KeepTheClassesOfPortsApart) {
  add(translated(700));
  add(translated(40000));
  ASSERT_EQ(uses().size(), 2U);
  EXPECT_NE(uses()[0].range, uses()[1].range);
}

TEST_F(SnatPools, GiveAPortBackWhenItsFlowEnds) {
  add(translated(40000));
  remove(translated(40000));
  EXPECT_TRUE(uses().empty());
}

TEST_F(SnatPools, HoldNoFlowWithoutSourceNatOrWithoutPorts) {
  FlowEvent plain = translated(40000);
  plain.status = kStatusConfirmed | kStatusDestinationNat;
  add(plain);
  FlowEvent ping = translated(40000);
  ping.original.protocol = 1;
  add(ping);
  EXPECT_TRUE(uses().empty());
}

}  // namespace
}  // namespace ctwarden::model

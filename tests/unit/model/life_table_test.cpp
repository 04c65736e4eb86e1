// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/life_table.h"

#include <gtest/gtest.h>

#include <numeric>

namespace ctwarden::model {
namespace {

using enum FlowClass;

constexpr std::uint32_t kOldest = LifeTable::kAges - 1;

class LifeTableTest : public ::testing::Test {
 protected:
  LifeTableTest() { lives_.advance(100); }
  void born(FlowClass in, int flows) {
    for (int i = 0; i < flows; ++i) {
      lives_.born(in);
    }
  }
  LifeTable lives_;
};

TEST_F(LifeTableTest, FollowsACohortAsItAges) {
  born(UdpOneWay, 3);
  EXPECT_EQ(lives_.live(UdpOneWay, 0), 3U);
  lives_.advance(107);
  EXPECT_EQ(lives_.live(UdpOneWay, 7), 3U);
  EXPECT_EQ(lives_.live(UdpOneWay, 0), 0U);
}

TEST_F(LifeTableTest, KeepsTheVeryOldTogether) {
  born(UdpOneWay, 2);
  lives_.advance(101);
  born(UdpOneWay, 1);
  lives_.advance(100 + kOldest);
  EXPECT_EQ(lives_.live(UdpOneWay, kOldest), 2U);
  EXPECT_EQ(lives_.live(UdpOneWay, kOldest - 1), 1U);
  lives_.advance(100 + 5 * kOldest);
  EXPECT_EQ(lives_.live(UdpOneWay, kOldest), 3U);
  lives_.ended(UdpOneWay, 5 * kOldest);
  EXPECT_EQ(lives_.live(UdpOneWay, kOldest), 2U);
}

TEST_F(LifeTableTest, SecondsLivedAndEndsGoIntoTheCellOfTheirAge) {
  born(Icmp, 10);
  lives_.advance(101);  // born in the middle of a second on average: five seconds lived
  EXPECT_FLOAT_EQ(lives_.cell(Icmp, 0).at_risk, 10);
  EXPECT_FLOAT_EQ(lives_.cell(Icmp, 0).seconds, 5);
  for (int i = 0; i < 4; ++i) {
    lives_.ended(Icmp, 1);
  }
  lives_.advance(102);
  EXPECT_FLOAT_EQ(lives_.cell(Icmp, 1).at_risk, 10);
  EXPECT_FLOAT_EQ(lives_.cell(Icmp, 1).exits[0], 4);
  EXPECT_FLOAT_EQ(lives_.cell(Icmp, 1).seconds, 8);
}

TEST_F(LifeTableTest, AMoveLeavesOneClassForAnotherAtTheSameAge) {
  born(TcpHalfOpen, 5);
  lives_.moved(TcpHalfOpen, TcpEstablished, 0);
  lives_.advance(103);
  lives_.moved(TcpEstablished, TcpClosing, 3);
  lives_.advance(104);
  EXPECT_FLOAT_EQ(lives_.cell(TcpHalfOpen, 0).exits[2], 1);
  EXPECT_FLOAT_EQ(lives_.cell(TcpEstablished, 3).exits[3], 1);
  EXPECT_EQ(lives_.live(TcpHalfOpen, 4), 4U);
  EXPECT_EQ(lives_.live(TcpClosing, 4), 1U);
}

TEST_F(LifeTableTest, CountsBirthsArrivalsAndDepartures) {
  born(UdpOneWay, 5);
  lives_.moved(UdpOneWay, UdpTwoWay, 0);
  lives_.ended(UdpOneWay, 0);
  const ClassCounts& one_way = lives_.counts(UdpOneWay);
  EXPECT_EQ(one_way.occupancy, 3U);
  EXPECT_EQ(one_way.born, 5U);
  EXPECT_EQ(one_way.arrived, 5U);
  EXPECT_EQ(one_way.departed, 2U);
  EXPECT_EQ(lives_.counts(UdpTwoWay).born, 0U);
  EXPECT_EQ(lives_.counts(UdpTwoWay).arrived, 1U);
}

TEST_F(LifeTableTest, FlowsOfUnknownBirthCountButTeachNothing) {
  lives_.adopted(TcpEstablished);
  lives_.adopted(TcpEstablished);
  lives_.moved(TcpEstablished, TcpClosing, std::nullopt);
  lives_.ended(TcpEstablished, std::nullopt);
  lives_.advance(110);
  EXPECT_EQ(lives_.counts(TcpEstablished).occupancy, 0U);
  EXPECT_EQ(lives_.counts(TcpClosing).occupancy, 1U);
  EXPECT_EQ(lives_.of_unknown_birth(TcpClosing), 1U);
  EXPECT_EQ(lives_.live(TcpClosing, kOldest), 0U);
  EXPECT_FLOAT_EQ(lives_.cell(TcpEstablished, 0).at_risk, 0);
}

TEST_F(LifeTableTest, AForgottenFlowIsNoDeparture) {
  born(Other, 2);
  lives_.advance(105);
  lives_.forgotten(Other, 5);
  lives_.advance(106);
  EXPECT_EQ(lives_.counts(Other).occupancy, 1U);
  EXPECT_EQ(lives_.counts(Other).departed, 0U);
  EXPECT_FLOAT_EQ(lives_.cell(Other, 5).exits[0], 0);
}

TEST_F(LifeTableTest, MuchEvidenceFadesAndLittleStays) {
  born(Icmp, 1000);
  born(Other, 50);
  lives_.advance(101);
  lives_.advance(200);
  EXPECT_LT(lives_.cell(Icmp, 0).at_risk, 150);
  EXPECT_FLOAT_EQ(lives_.cell(Other, 0).at_risk, 50);
}

TEST_F(LifeTableTest, TimeThatGoesBackChangesNothing) {
  born(Icmp, 1);
  lives_.advance(90);
  EXPECT_EQ(lives_.live(Icmp, 0), 1U);
}

}  // namespace
}  // namespace ctwarden::model

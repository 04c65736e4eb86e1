// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/tracking_probe.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

TEST(TrackingProbe, KnowsNothingAtFirst) {
  EXPECT_EQ(TrackingProbe().verdict(), Tracking::Unknown);
}

TEST(TrackingProbe, EntryProvesOn) {
  TrackingProbe probe;
  probe.observe(1, 0, 100);
  EXPECT_EQ(probe.verdict(), Tracking::On);
}

TEST(TrackingProbe, ActivityProvesOnEvenWithAnEmptyTable) {
  TrackingProbe probe;
  probe.observe(0, 3, 100);
  EXPECT_EQ(probe.verdict(), Tracking::On);
}

TEST(TrackingProbe, NothingMovingProvesNothing) {
  TrackingProbe probe;
  probe.observe(0, 0, 100);
  probe.observe(0, 0, 100);
  EXPECT_EQ(probe.verdict(), Tracking::Unknown);
}

TEST(TrackingProbe, AFewPacketsProveNothing) {
  TrackingProbe probe;
  probe.observe(0, 0, 100);
  probe.observe(0, 0, 109);
  EXPECT_EQ(probe.verdict(), Tracking::Unknown);
}

TEST(TrackingProbe, PacketsThatLeftNoTraceProveOff) {
  TrackingProbe probe;
  probe.observe(0, 0, 100);
  probe.observe(0, 0, 110);
  EXPECT_EQ(probe.verdict(), Tracking::Off);
}

TEST(TrackingProbe, PacketsBeforeTheFirstLookProveNothing) {
  TrackingProbe probe;
  probe.observe(0, 0, 1'000'000);
  EXPECT_EQ(probe.verdict(), Tracking::Unknown);
}

TEST(TrackingProbe, PacketsAddUpOverSeveralLooks) {
  TrackingProbe probe;
  for (std::uint64_t packets = 100; packets < 110; ++packets) {
    probe.observe(0, 0, packets);
    ASSERT_EQ(probe.verdict(), Tracking::Unknown) << packets;
  }
  probe.observe(0, 0, 110);
  EXPECT_EQ(probe.verdict(), Tracking::Off);
}

TEST(TrackingProbe, TableThatBecameEmptyIsStillOn) {
  TrackingProbe probe;
  probe.observe(5, 10, 1000);
  probe.observe(0, 10, 1005);
  EXPECT_EQ(probe.verdict(), Tracking::On);
}

TEST(TrackingProbe, EvidenceBeginsTheCountOfPacketsAnew) {
  TrackingProbe probe;
  probe.observe(0, 0, 100);
  probe.observe(5, 5, 1000);
  probe.observe(0, 5, 1009);
  EXPECT_EQ(probe.verdict(), Tracking::On);
  probe.observe(0, 5, 1010);
  EXPECT_EQ(probe.verdict(), Tracking::Off);
}

TEST(TrackingProbe, TurnsOnAgainWithNewEvidence) {
  TrackingProbe probe;
  probe.observe(0, 0, 100);
  probe.observe(0, 0, 200);
  probe.observe(1, 1, 201);
  EXPECT_EQ(probe.verdict(), Tracking::On);
}

TEST(TrackingProbe, WithoutPacketCountsThereIsNoOff) {
  TrackingProbe probe;
  probe.observe(0, 0, std::nullopt);
  probe.observe(0, 0, std::nullopt);
  EXPECT_EQ(probe.verdict(), Tracking::Unknown);
}

TEST(TrackingProbe, CountsPacketsFromTheFirstReadableTotal) {
  TrackingProbe probe;
  probe.observe(5, 5, std::nullopt);
  probe.observe(0, 5, 1000);
  probe.observe(0, 5, 1009);
  EXPECT_EQ(probe.verdict(), Tracking::On);
  probe.observe(0, 5, 1010);
  EXPECT_EQ(probe.verdict(), Tracking::Off);
}

// One of the two files it is summed from may be unreadable for a moment.
TEST(TrackingProbe, PacketTotalThatWentBackIsNoTraffic) {
  TrackingProbe probe;
  probe.observe(0, 0, 100);
  probe.observe(0, 0, 40);
  EXPECT_EQ(probe.verdict(), Tracking::Unknown);
}

TEST(TrackingProbe, WithoutACountNothingIsKnown) {
  TrackingProbe probe;
  probe.observe(5, 5, 100);
  probe.observe(std::nullopt, 5, 100);
  EXPECT_EQ(probe.verdict(), Tracking::Unknown);
}

}  // namespace
}  // namespace ctwarden::model

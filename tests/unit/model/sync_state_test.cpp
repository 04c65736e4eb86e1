// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/sync_state.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

void resync(SyncState& sync) {
  sync.resync_began();
  sync.resync_completed();
}

SyncState in_sync() {
  SyncState sync;
  sync.set_streaming(true);
  resync(sync);
  return sync;
}

TEST(SyncState, HasNoPictureBeforeTheFirstDump) {
  SyncState sync;
  sync.set_streaming(true);
  EXPECT_FALSE(sync.has_picture());
  EXPECT_FALSE(sync.in_sync());
  EXPECT_EQ(sync.error_bound(0), std::nullopt);
}

TEST(SyncState, IsInSyncAfterADumpUnderARunningStream) {
  const SyncState sync = in_sync();
  EXPECT_TRUE(sync.has_picture());
  EXPECT_TRUE(sync.in_sync());
  EXPECT_FALSE(sync.needs_repair());
  EXPECT_EQ(sync.error_bound(0), 0U);
}

TEST(SyncState, DumpThatIsNotCompleteProvesNothing) {
  SyncState sync;
  sync.set_streaming(true);
  sync.resync_began();
  EXPECT_FALSE(sync.has_picture());
  EXPECT_FALSE(sync.in_sync());
}

TEST(SyncState, LossEndsSync) {
  SyncState sync = in_sync();
  sync.set_losses(3);
  EXPECT_FALSE(sync.in_sync());
  EXPECT_TRUE(sync.needs_repair());
  EXPECT_EQ(sync.unrepaired(), 3U);
  EXPECT_EQ(sync.error_bound(0), 3U);
}

TEST(SyncState, ResyncThatBeganAfterTheLossRepairsIt) {
  SyncState sync = in_sync();
  sync.set_losses(3);
  resync(sync);
  EXPECT_TRUE(sync.in_sync());
  EXPECT_EQ(sync.error_bound(0), 0U);
}

TEST(SyncState, LossDuringAResyncIsNotRepairedByIt) {
  SyncState sync = in_sync();
  sync.set_losses(3);
  sync.resync_began();
  sync.set_losses(5);
  sync.resync_completed();
  EXPECT_FALSE(sync.in_sync());
  EXPECT_EQ(sync.error_bound(0), 2U);
  resync(sync);
  EXPECT_TRUE(sync.in_sync());
}

TEST(SyncState, AbandonedResyncRepairsNothing) {
  SyncState sync = in_sync();
  sync.set_losses(3);
  sync.resync_began();
  EXPECT_EQ(sync.unrepaired(), 3U);
  sync.set_losses(4);
  resync(sync);
  EXPECT_EQ(sync.unrepaired(), 0U);
}

TEST(SyncState, SilentFlowsWidenTheBoundOnly) {
  SyncState sync = in_sync();
  EXPECT_EQ(sync.error_bound(7), 7U);
  EXPECT_TRUE(sync.in_sync());
  sync.set_losses(2);
  EXPECT_EQ(sync.error_bound(7), 9U);
}

TEST(SyncState, WithoutAStreamNothingIsInSync) {
  SyncState sync;
  resync(sync);
  EXPECT_TRUE(sync.has_picture());
  EXPECT_FALSE(sync.in_sync());
  EXPECT_EQ(sync.error_bound(0), std::nullopt);
}

TEST(SyncState, WithoutAStreamThereIsNothingToRepair) {
  SyncState sync;
  resync(sync);
  EXPECT_FALSE(sync.needs_repair());
}

TEST(SyncState, StreamThatStartsAfterTheDumpAsksForAnother) {
  SyncState sync;
  resync(sync);
  sync.set_streaming(true);
  EXPECT_FALSE(sync.in_sync());
  EXPECT_TRUE(sync.needs_repair());
  resync(sync);
  EXPECT_TRUE(sync.in_sync());
}

TEST(SyncState, InterruptedStreamLeavesDoubtUntilTheNextResync) {
  SyncState sync = in_sync();
  sync.set_streaming(false);
  EXPECT_FALSE(sync.in_sync());
  sync.set_streaming(true);
  EXPECT_FALSE(sync.in_sync());
  EXPECT_EQ(sync.error_bound(0), std::nullopt);
  EXPECT_TRUE(sync.needs_repair());
  resync(sync);
  EXPECT_TRUE(sync.in_sync());
}

TEST(SyncState, StreamInterruptedDuringAResyncSpoilsIt) {
  SyncState sync = in_sync();
  sync.resync_began();
  sync.set_streaming(false);
  sync.set_streaming(true);
  sync.resync_completed();
  EXPECT_FALSE(sync.in_sync());
  EXPECT_TRUE(sync.needs_repair());
}

TEST(SyncState, StreamThatStartsDuringAResyncCameTooLateForIt) {
  SyncState sync;
  sync.resync_began();
  sync.set_streaming(true);
  sync.resync_completed();
  EXPECT_FALSE(sync.in_sync());
}

TEST(SyncState, ResyncUnderWayRepairsWhatWasLostBeforeItBegan) {
  SyncState sync = in_sync();
  sync.set_losses(5);
  sync.resync_began();
  EXPECT_TRUE(sync.needs_repair());
  EXPECT_FALSE(sync.will_need_repair());
}

TEST(SyncState, ResyncUnderWayLeavesWhatWasLostSince) {
  SyncState sync = in_sync();
  sync.set_losses(5);
  sync.resync_began();
  sync.set_losses(6);
  EXPECT_TRUE(sync.will_need_repair());
}

TEST(SyncState, ResyncThatBeganWithoutEventsLeavesTheDoubt) {
  SyncState sync = in_sync();
  sync.set_streaming(false);
  sync.resync_began();
  EXPECT_FALSE(sync.will_need_repair());
  sync.set_streaming(true);
  EXPECT_TRUE(sync.will_need_repair());
}

}  // namespace
}  // namespace ctwarden::model

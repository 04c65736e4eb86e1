// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/model/table_story.h"

namespace ctwarden::model {
namespace {

TEST(FlowTableResync, RowAddsAFlowNobodyAnnouncedAsSilent) {
  TableStory story;
  const SweepCounts counts = story.resync({row(1, TcpState::Established)});
  EXPECT_EQ(counts.missing, 1U);
  EXPECT_EQ(story.in_state(TcpState::Established), 1U);
  EXPECT_EQ(story.table.silent(), 1U);
  EXPECT_EQ(story.table.events().created, 0U);
}

TEST(FlowTableResync, RowOutsideAResyncIsIgnored) {
  TableStory story;
  story.tell(row(1));
  EXPECT_EQ(story.table.size(), 0U);
}

TEST(FlowTableResync, RowRenewsTheStateOfAKnownFlow) {
  TableStory story;
  story.tell(created(1, TcpState::SynSent));
  const SweepCounts counts = story.resync({row(1, TcpState::Established)});
  EXPECT_EQ(counts.missing, 0U);
  EXPECT_EQ(story.in_state(TcpState::Established), 1U);
  EXPECT_EQ(story.table.silent(), 0U);  // its NEW was seen: it will announce its end
}

TEST(FlowTableResync, WhatTheDumpDidNotShowIsSweptAsAGhost) {
  TableStory story;
  story.tell({created(1), created(2)});
  const SweepCounts counts = story.resync({row(1)});
  EXPECT_EQ(counts.ghosts, 1U);
  EXPECT_EQ(counts.silent, 0U);
  EXPECT_EQ(story.table.size(), 1U);
}

TEST(FlowTableResync, SilentFlowThatLeftIsSweptAsSilent) {
  TableStory story;
  story.resync({row(1), row(2)});
  const SweepCounts counts = story.resync({row(1)});
  EXPECT_EQ(counts.ghosts, 0U);
  EXPECT_EQ(counts.silent, 1U);
  EXPECT_EQ(story.table.silent(), 1U);
}

TEST(FlowTableResync, RowOfAFlowThatEndedMeanwhileIsKeptOut) {
  TableStory story;
  story.tell(created(1));
  story.table.begin_resync();
  story.tell({destroyed(1), row(1)});
  EXPECT_EQ(story.finish().missing, 0U);
  EXPECT_EQ(story.table.size(), 0U);
}

TEST(FlowTableResync, RowOfAnUnknownFlowThatEndedMeanwhileIsKeptOut) {
  TableStory story;
  story.table.begin_resync();
  story.tell({destroyed(1), row(1)});
  story.finish();
  EXPECT_EQ(story.table.size(), 0U);
}

TEST(FlowTableResync, TombstonesDoNotOutliveTheirDump) {
  TableStory story;
  story.tell(created(1));
  story.table.begin_resync();
  story.tell(destroyed(1));
  story.finish();
  story.resync({row(1)});
  EXPECT_EQ(story.table.size(), 1U);
}

TEST(FlowTableResync, RecreatedFlowIsStoredInSpiteOfItsTombstone) {
  TableStory story;
  story.tell(created(1));
  story.table.begin_resync();
  story.tell({destroyed(1), created(1, TcpState::SynSent), row(1, TcpState::Established)});
  EXPECT_EQ(story.finish().missing, 0U);
  EXPECT_EQ(story.in_state(TcpState::SynSent), 1U);  // the row may be of the predecessor
}

TEST(FlowTableResync, NewClearsTheTombstone) {
  TableStory story(1);  // full, so that only the row can bring flow 2
  story.tell({created(1), created(2)});
  story.table.begin_resync();
  story.tell({destroyed(2), created(2), destroyed(1), row(2)});
  story.finish();
  EXPECT_EQ(story.table.size(), 1U);
}

TEST(FlowTableResync, UpdateInThisGenerationKnowsBetterThanARow) {
  TableStory story;
  story.tell(created(1));
  story.table.begin_resync();
  story.tell({updated(1, TcpState::FinWait), row(1, TcpState::Established)});
  story.finish();
  EXPECT_EQ(story.in_state(TcpState::FinWait), 1U);
}

TEST(FlowTableResync, SecondRowOfTheSameFlowCountsOnce) {
  TableStory story;
  EXPECT_EQ(story.resync({row(1), row(1)}).missing, 1U);
  EXPECT_EQ(story.table.size(), 1U);
  EXPECT_EQ(story.table.silent(), 1U);
}

TEST(FlowTableResync, FlowWhoseNewIsReadAfterItsRowIsNotMissing) {
  TableStory story;
  story.table.begin_resync();
  story.tell({row(1), created(1)});
  EXPECT_EQ(story.finish().missing, 0U);
  EXPECT_EQ(story.table.silent(), 0U);
}

TEST(FlowTableResync, NewReadAfterItsRowDoesNotTakeBackWhatTheRowSaid) {
  TableStory story;
  story.table.begin_resync();
  story.tell({row(1, TcpState::Established), created(1, TcpState::SynSent)});
  story.finish();
  EXPECT_EQ(story.in_state(TcpState::Established), 1U);
}

TEST(FlowTableResync, UpdateBetweenARowAndItsNewIsKept) {
  TableStory story;
  story.table.begin_resync();
  story.tell({row(1, TcpState::Established), updated(1, TcpState::FinWait), created(1)});
  EXPECT_EQ(story.finish().missing, 0U);
  EXPECT_EQ(story.in_state(TcpState::FinWait), 1U);
}

TEST(FlowTableResync, SilentFlowRecreatedDuringADumpIsNotSubtractedFromMissing) {
  TableStory story;
  story.resync({row(1)});
  story.table.begin_resync();
  story.tell({row(1, TcpState::Established), created(1, TcpState::SynSent)});
  EXPECT_EQ(story.finish().missing, 0U);
  EXPECT_EQ(story.in_state(TcpState::SynSent), 1U);
}

TEST(FlowTableResync, FlowAddedByAnEarlierDumpIsNotSubtractedFromMissing) {
  TableStory story;
  story.resync({row(1)});
  story.table.begin_resync();
  story.tell({updated(1, TcpState::Established), created(1, TcpState::SynSent)});
  EXPECT_EQ(story.finish().missing, 0U);
  EXPECT_EQ(story.in_state(TcpState::SynSent), 1U);
}

TEST(FlowTableResync, NewAfterTheRowsIsARecreation) {
  TableStory story;
  story.resync({row(1, TcpState::Established)});
  story.tell(created(1, TcpState::SynSent));
  EXPECT_EQ(story.in_state(TcpState::SynSent), 1U);
  EXPECT_EQ(story.table.silent(), 0U);
}

// Whoever sends updates has the event extension and will announce its end.
TEST(FlowTableResync, UpdateEndsSilence) {
  TableStory story;
  story.resync({row(1)});
  story.tell(updated(1));
  EXPECT_EQ(story.table.silent(), 0U);
  EXPECT_EQ(story.resync({}).ghosts, 1U);
}

TEST(FlowTableResync, DestroyOfASilentFlowRemovesItFromTheSilent) {
  TableStory story;
  story.resync({row(1)});
  story.tell(destroyed(1));
  EXPECT_EQ(story.table.size(), 0U);
  EXPECT_EQ(story.table.silent(), 0U);
}

TEST(FlowTableResync, FlowCreatedDuringTheDumpIsNotSwept) {
  TableStory story;
  story.table.begin_resync();
  story.tell(created(1));
  EXPECT_EQ(story.finish().ghosts, 0U);
  EXPECT_EQ(story.table.size(), 1U);
}

TEST(FlowTableResync, EventsBetweenTheSlicesOfTheSweepAreRespected) {
  TableStory story;
  story.tell({created(1), created(2), created(3)});
  story.table.begin_resync();
  story.tell({row(1), row(2)});
  story.table.finish_rows();
  for (std::size_t number = 0; number < FlowIndex::kTables; ++number) {
    if (number == FlowIndex::kTables / 2) {
      story.tell({created(4), destroyed(1)});
    }
    story.table.sweep(number, story.now);
  }
  EXPECT_EQ(story.table.size(), 2U);  // 2 and 4
  expect_sums(story.table.composition());
}

TEST(FlowTableResync, AbortedDumpRemovesNothing) {
  TableStory story;
  story.tell({created(1), created(2)});
  story.table.begin_resync();
  story.tell(row(3));
  story.table.abort_resync();
  EXPECT_FALSE(story.table.resyncing());
  EXPECT_EQ(story.table.size(), 3U);
}

TEST(FlowTableResync, RowsAfterAnAbortAreIgnored) {
  TableStory story;
  story.table.begin_resync();
  story.table.abort_resync();
  story.tell(row(1));
  EXPECT_EQ(story.table.size(), 0U);
}

TEST(FlowTableResync, FullTombstonesAreTold) {
  TableStory story(100, 2);
  story.table.begin_resync();
  story.tell({destroyed(1), destroyed(2)});
  EXPECT_FALSE(story.table.tombstones_full());
  story.tell(destroyed(3));
  EXPECT_TRUE(story.table.tombstones_full());
}

TEST(FlowTableResync, RowsAreNotTrustedOnceTheTombstonesAreFull) {
  TableStory story(100, 2);
  story.tell(created(9));
  story.table.begin_resync();
  story.tell({destroyed(1), destroyed(2), destroyed(3), destroyed(9), row(9)});
  story.table.abort_resync();
  EXPECT_EQ(story.table.size(), 0U);
}

TEST(FlowTableResync, NextDumpStartsWithRoomForTombstones) {
  TableStory story(100, 2);
  story.table.begin_resync();
  story.tell({destroyed(1), destroyed(2), destroyed(3)});
  story.table.abort_resync();
  story.resync({row(1), row(2), row(3)});
  EXPECT_FALSE(story.table.tombstones_full());
  EXPECT_EQ(story.table.size(), 3U);
}

TEST(FlowTableResync, CompletedDumpCountsAnewWhatFoundNoRoom) {
  TableStory story(2);
  story.tell({created(1), created(2), created(3), created(4), created(5)});
  EXPECT_EQ(story.table.unstored(), 3U);
  story.resync({row(1), row(2), row(3)});
  EXPECT_EQ(story.table.unstored(), 1U);
}

TEST(FlowTableResync, FlowThatFoundNoRoomDuringTheDumpStaysCounted) {
  TableStory story(1);
  story.tell(created(1));
  story.table.begin_resync();
  story.tell({row(1), created(2)});
  story.finish();
  EXPECT_EQ(story.table.unstored(), 1U);
}

TEST(FlowTableResync, DumpThatIsNotCompleteForgetsNoneThatFoundNoRoom) {
  TableStory story(1);
  story.tell({created(1), created(2), created(3)});
  story.table.begin_resync();
  EXPECT_EQ(story.table.unstored(), 2U);
  story.tell({row(1), row(2), row(3)});
  story.table.abort_resync();
  EXPECT_EQ(story.table.unstored(), 2U);
}

}  // namespace
}  // namespace ctwarden::model

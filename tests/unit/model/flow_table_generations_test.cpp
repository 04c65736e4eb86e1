// SPDX-License-Identifier: GPL-2.0-or-later
//
// Generations are seven bits wide and come round; no flow may be lost or come back because of that.
#include "tests/unit/model/table_story.h"

namespace ctwarden::model {
namespace {

constexpr int kSeveralRounds = 300;

TEST(FlowTableGenerations, CompletedResyncsForSeveralRoundsKeepWhatTheDumpShows) {
  TableStory story;
  story.tell(created(1));
  for (int i = 0; i < kSeveralRounds; ++i) {
    const SweepCounts counts = story.resync({row(1)});
    ASSERT_EQ(counts.ghosts + counts.silent + counts.missing, 0U) << "resync " << i;
    ASSERT_EQ(story.table.size(), 1U) << "resync " << i;
  }
}

TEST(FlowTableGenerations, CompletedResyncsForSeveralRoundsRemoveWhatTheDumpDoesNotShow) {
  TableStory story;
  for (int i = 0; i < kSeveralRounds; ++i) {
    story.tell(created(1));
    ASSERT_EQ(story.resync({}).ghosts, 1U) << "resync " << i;
    ASSERT_EQ(story.table.size(), 0U) << "resync " << i;
  }
}

TEST(FlowTableGenerations, AbortedResyncsForSeveralRoundsLoseNothing) {
  TableStory story;
  story.tell({created(1), created(2)});
  for (int i = 0; i < kSeveralRounds; ++i) {
    story.table.begin_resync();
    story.tell(row(1));
    story.table.abort_resync();
    ASSERT_EQ(story.table.size(), 2U) << "abort " << i;
  }
}

// A flow stamped long ago must not look fresh because its number has come round.
TEST(FlowTableGenerations, GhostIsFoundAfterAnyNumberOfAbortedResyncs) {
  for (int aborts = 0; aborts < kSeveralRounds; ++aborts) {
    TableStory story;
    story.tell({created(1), created(2)});
    for (int i = 0; i < aborts; ++i) {
      story.table.begin_resync();
      story.table.abort_resync();
    }
    ASSERT_EQ(story.resync({row(2)}).ghosts, 1U) << aborts << " aborts";
    ASSERT_EQ(story.table.size(), 1U) << aborts << " aborts";
  }
}

// The row of a flow stamped long ago must renew it, not be taken for an earlier row of this dump.
TEST(FlowTableGenerations, RowRenewsTheStateAfterAnyNumberOfAbortedResyncs) {
  for (int aborts = 0; aborts < kSeveralRounds; ++aborts) {
    TableStory story;
    story.tell(created(1, TcpState::SynSent));
    for (int i = 0; i < aborts; ++i) {
      story.table.begin_resync();
      story.table.abort_resync();
    }
    story.resync({row(1, TcpState::Established)});
    ASSERT_EQ(story.in_state(TcpState::Established), 1U) << aborts << " aborts";
  }
}

}  // namespace
}  // namespace ctwarden::model

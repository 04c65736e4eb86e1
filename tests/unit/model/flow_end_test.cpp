// SPDX-License-Identifier: GPL-2.0-or-later
//
// The decision table of docs/ends.md: row by row, then over every combination of the evidence.
#include "model/flow_end.h"

#include "tests/unit/model/table_story.h"

#include <gtest/gtest.h>

#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace ctwarden::model {
namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kSctp = 132;

constexpr std::uint32_t kUnanswered = kStatusConfirmed | kStatusDying;
constexpr std::uint32_t kAnswered = kUnanswered | kStatusSeenReply;

FlowEvent end(std::uint8_t protocol, std::uint32_t status, std::uint32_t timeout_seconds = 0) {
  FlowEvent event;
  event.kind = EventKind::Destroy;
  event.original.protocol = protocol;
  event.status = status;
  if (timeout_seconds != 0) {  // as the kernel sends it
    event.timeout_seconds = timeout_seconds;
  }
  return event;
}

FlowEvent tcp_end(TcpState state, std::uint32_t status, std::uint32_t timeout_seconds = 0) {
  FlowEvent event = end(kTcp, status, timeout_seconds);
  event.tcp_state = static_cast<std::uint8_t>(state);
  return event;
}

TEST(FlowEnd, IsClosedInTimeWaitAndLastAck) {
  EXPECT_EQ(end_of(tcp_end(TcpState::TimeWait, kAnswered)), EndReason::Closed);
  EXPECT_EQ(end_of(tcp_end(TcpState::LastAck, kAnswered)), EndReason::Closed);
}

TEST(FlowEnd, IsClosedWhenANewConnectionTookThePlace) {
  EXPECT_EQ(end_of(tcp_end(TcpState::TimeWait, kAnswered, 118)), EndReason::Closed);
}

TEST(FlowEnd, IsATimeoutWhenOnlyOneSideClosed) {
  EXPECT_EQ(end_of(tcp_end(TcpState::FinWait, kAnswered)), EndReason::Timeout);
  EXPECT_EQ(end_of(tcp_end(TcpState::CloseWait, kAnswered)), EndReason::Timeout);
}

TEST(FlowEnd, IsRefusedWhenAResetWasTheOnlyAnswer) {
  EXPECT_EQ(end_of(tcp_end(TcpState::Close, kUnanswered, 120)), EndReason::Refused);
}

TEST(FlowEnd, IsAResetAfterAnAnswer) {
  EXPECT_EQ(end_of(tcp_end(TcpState::Close, kAnswered)), EndReason::ResetSeen);
  EXPECT_EQ(end_of(tcp_end(TcpState::Close, kAnswered, 9)), EndReason::ResetSeen);
}

TEST(FlowEnd, IsUnrepliedWhenNothingCameBack) {
  EXPECT_EQ(end_of(tcp_end(TcpState::SynSent, kUnanswered)), EndReason::Unreplied);
  EXPECT_EQ(end_of(end(kUdp, kUnanswered)), EndReason::Unreplied);
}

// A view of one direction only: nobody knows what the other side did.
TEST(FlowEnd, IsUnrepliedInTimeWaitWithoutAReply) {
  EXPECT_EQ(end_of(tcp_end(TcpState::TimeWait, kUnanswered)), EndReason::Unreplied);
}

TEST(FlowEnd, IsATimeoutAfterAnAnswer) {
  EXPECT_EQ(end_of(end(kUdp, kAnswered)), EndReason::Timeout);
  EXPECT_EQ(end_of(tcp_end(TcpState::Established, kAnswered)), EndReason::Timeout);
}

TEST(FlowEnd, IsEarlyWithTimeLeft) {
  EXPECT_EQ(end_of(end(kUdp, kUnanswered, 1)), EndReason::RemovedEarly);
  EXPECT_EQ(end_of(tcp_end(TcpState::Established, kAnswered, 431'999)), EndReason::RemovedEarly);
}

TEST(FlowEnd, IsADeletionWhateverElseIsSaid) {
  FlowEvent event = tcp_end(TcpState::TimeWait, kAnswered);
  event.requester = 11077;
  EXPECT_EQ(end_of(event), EndReason::Deleted);
}

TEST(FlowEnd, OfSctpIsClosedInItsClosedState) {
  FlowEvent event = end(kSctp, kAnswered);
  event.sctp_state = 1;
  EXPECT_EQ(end_of(event), EndReason::Closed);
  event.sctp_state = 4;
  EXPECT_EQ(end_of(event), EndReason::Timeout);
}

TEST(FlowEnd, IsUnknownWithoutAStatus) {
  FlowEvent event = tcp_end(TcpState::TimeWait, 0);
  event.status.reset();
  EXPECT_EQ(end_of(event), EndReason::Unknown);
}

TEST(FlowEnd, OfTcpIsUnknownWithoutAKnownState) {
  EXPECT_EQ(end_of(end(kTcp, kAnswered)), EndReason::Unknown);
  FlowEvent event = end(kTcp, kAnswered);
  event.tcp_state = 200;
  EXPECT_EQ(end_of(event), EndReason::Unknown);
}

// The table once more, written as its rows, over all evidence.
struct Evidence {
  std::uint8_t protocol;
  std::optional<std::uint8_t> state;  // of TCP, or of SCTP
  std::optional<bool> answered;       // nothing: no status at all
  bool assured;
  std::optional<std::uint32_t> left;
  std::uint32_t requester;
};

EndReason by_rows(const Evidence& e) {
  const bool tcp = e.protocol == kTcp;
  const bool in_close = tcp && e.state == 8;
  const bool both_done = tcp ? e.state == 6 || e.state == 7 : e.protocol == kSctp && e.state == 1;
  const bool time_left = e.left.has_value() && *e.left > 0;
  const bool stateless = tcp && (!e.state || *e.state == 0 || *e.state > 9);
  const std::vector<std::pair<bool, EndReason>> rows = {
      {e.requester != 0, EndReason::Deleted},
      {!e.answered, EndReason::Unknown},
      {in_close && e.answered == false, EndReason::Refused},
      {in_close, EndReason::ResetSeen},
      {both_done && e.answered == true, EndReason::Closed},
      {time_left, EndReason::RemovedEarly},
      {e.answered == false, EndReason::Unreplied},
      {stateless, EndReason::Unknown},
      {true, EndReason::Timeout},
  };
  for (const auto& [fits, reason] : rows) {
    if (fits) {
      return reason;
    }
  }
  return EndReason::Unknown;
}

FlowEvent message(const Evidence& e) {
  FlowEvent event;
  event.kind = EventKind::Destroy;
  event.original.protocol = e.protocol;
  event.requester = e.requester;
  event.timeout_seconds = e.left;
  (e.protocol == kSctp ? event.sctp_state : event.tcp_state) = e.state;
  if (e.answered) {
    event.status = (*e.answered ? kAnswered : kUnanswered) | (e.assured ? kStatusAssured : 0);
  }
  return event;
}

std::vector<Evidence> all_evidence() {
  std::vector<Evidence> all;
  std::vector<std::optional<std::uint8_t>> states = {std::nullopt, 10, 255};
  for (std::uint8_t state = 0; state < 10; ++state) {
    states.emplace_back(state);
  }
  for (int protocol = 0; protocol < 256; ++protocol) {
    for (const auto state : states) {
      for (const std::optional<bool> answered : {std::optional<bool>{}, {false}, {true}}) {
        for (const bool assured : {false, true}) {
          for (const std::optional<std::uint32_t> left :
               {std::optional<std::uint32_t>{}, {0}, {1}, {431'999}}) {
            for (const std::uint32_t requester : {0U, 11'077U}) {
              all.push_back({.protocol = static_cast<std::uint8_t>(protocol),
                             .state = state,
                             .answered = answered,
                             .assured = assured,
                             .left = left,
                             .requester = requester});
            }
          }
        }
      }
    }
  }
  return all;
}

TEST(EveryFlowEnd, FollowsTheRowsOfTheTable) {
  for (const Evidence& evidence : all_evidence()) {
    ASSERT_EQ(end_of(message(evidence)), by_rows(evidence))
        << "protocol " << int{evidence.protocol} << " state "
        << (evidence.state ? int{*evidence.state} : -1);
  }
}

TEST(EveryFlowEnd, HasAReasonThatItsProtocolCanHave) {
  for (const Evidence& evidence : all_evidence()) {
    ASSERT_TRUE(possible(protocol_of(evidence.protocol), end_of(message(evidence))))
        << int{evidence.protocol} << " " << name(end_of(message(evidence)));
  }
}

TEST(FlowEnds, AreCountedByProtocolAndReason) {
  TableStory story;
  story.tell({created(1), created(2)});
  FlowEvent refused = destroyed(1);
  refused.tcp_state = 8;
  story.tell(refused);
  FlowEvent closed = destroyed(2);
  closed.status = kAnswered | kStatusAssured;
  closed.tcp_state = 7;
  story.tell(closed);
  const Churn& churn = story.table.churn();
  const auto& tcp = churn.ended[static_cast<std::size_t>(Protocol::Tcp)];
  EXPECT_EQ(tcp[static_cast<std::size_t>(EndReason::Refused)], 1U);
  EXPECT_EQ(tcp[static_cast<std::size_t>(EndReason::Closed)], 1U);
  EXPECT_EQ(std::accumulate(tcp.begin(), tcp.end(), 0U), 2U);
}

TEST(FlowEnds, OfFlowsTheTableNeverKnewAreCounted) {
  TableStory story;
  story.tell(destroyed(1));
  EXPECT_EQ(story.table.churn().ended[0][static_cast<std::size_t>(EndReason::Unreplied)], 1U);
}

TEST(FlowEnds, KnowWhoWasNeverAssured) {
  TableStory story;
  story.tell(destroyed(1));
  FlowEvent assured = destroyed(2);
  assured.status = kAnswered | kStatusAssured;
  story.tell(assured);
  EXPECT_EQ(story.table.churn().never_assured[static_cast<std::size_t>(Protocol::Tcp)], 1U);
}

}  // namespace
}  // namespace ctwarden::model

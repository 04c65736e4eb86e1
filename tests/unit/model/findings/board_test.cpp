// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/findings/board.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

using namespace std::chrono_literals;

Finding finding(FindingKind kind, Severity severity = Severity::Warning, std::string subject = {}) {
  return {.kind = kind,
          .severity = severity,
          .subject = std::move(subject),
          .evidence = {},
          .meaning = {},
          .next = {}};
}

TEST(FindingBoard, TellsANewFindingOnce) {
  FindingBoard board;
  EXPECT_EQ(board.update({finding(FindingKind::EarlyDrops)}, 1s).size(), 1U);
  EXPECT_TRUE(board.update({finding(FindingKind::EarlyDrops)}, 6s).empty());
  ASSERT_EQ(board.standing().size(), 1U);
  EXPECT_EQ(board.standing()[0].since, 1s);
}

TEST(FindingBoard, KeepsAFindingAWhileAfterItsEvidence) {
  FindingBoard board;
  board.update({finding(FindingKind::EarlyDrops)}, 1s);
  board.update({}, 31s);
  EXPECT_EQ(board.standing().size(), 1U);
  board.update({}, 32s);
  EXPECT_TRUE(board.standing().empty());
  EXPECT_EQ(board.update({finding(FindingKind::EarlyDrops)}, 40s).size(), 1U);
}

TEST(FindingBoard, TellsSubjectsApart) {
  FindingBoard board;
  board.update({finding(FindingKind::TunnelTracked, Severity::Info, "udp/4789")}, 1s);
  EXPECT_EQ(board
                .update({finding(FindingKind::TunnelTracked, Severity::Info, "udp/4789"),
                         finding(FindingKind::TunnelTracked, Severity::Info, "udp/6081")},
                        6s)
                .size(),
            1U);
}

TEST(FindingBoard, TakesOverANewSeverityAndOrdersByIt) {
  FindingBoard board;
  board.update({finding(FindingKind::TablePressure), finding(FindingKind::EventsOff)}, 1s);
  board.update(
      {finding(FindingKind::TablePressure), finding(FindingKind::EventsOff, Severity::Critical)},
      6s);
  EXPECT_EQ(board.standing()[0].finding.kind, FindingKind::EventsOff);
  EXPECT_EQ(board.standing()[0].since, 1s);
}

}  // namespace
}  // namespace ctwarden::model

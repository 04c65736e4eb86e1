// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the flow table tells its life table: classes, ages, and which births are known.
#include "tests/unit/model/table_story.h"

#include <array>
#include <random>

namespace ctwarden::model {
namespace {

using enum FlowClass;

class FlowTableLives : public ::testing::Test {
 protected:
  FlowTableLives() { story_.now = 1000; }
  const LifeTable& lives() { return story_.table.lives(story_.now); }
  std::uint64_t occupancy(FlowClass which) { return lives().counts(which).occupancy; }
  void expect_classes(const Composition& composition) {
    std::array<std::uint64_t, kFlowClassCount> expected{};
    const auto& tcp = composition.by_state[0];
    for (std::size_t state = 0; state < kTcpStateCount; ++state) {
      const auto which = flow_class_of(Protocol::Tcp, static_cast<TcpState>(state), false);
      expected[static_cast<std::size_t>(which)] += tcp[state];
    }
    for (std::size_t which = 0; which < 3; ++which) {
      EXPECT_EQ(occupancy(static_cast<FlowClass>(which)), expected[which]) << which;
    }
    std::uint64_t flows = 0;
    for (std::size_t c = 0; c < kFlowClassCount; ++c) {
      const auto which = static_cast<FlowClass>(c);
      std::uint64_t at_some_age = lives().of_unknown_birth(which);
      for (std::uint32_t age = 0; age < LifeTable::kAges; ++age) {
        at_some_age += lives().live(which, age);
      }
      EXPECT_EQ(at_some_age, occupancy(which)) << c;
      flows += occupancy(which);
    }
    EXPECT_EQ(flows, composition.flows);
  }
  TableStory story_;
};

TEST_F(FlowTableLives, AConnectionGoesThroughItsClasses) {
  story_.tell(created(1));
  story_.now += 2;
  story_.tell(updated(1));
  story_.now += 5;
  story_.tell(updated(1, TcpState::FinWait));
  story_.tell(updated(1, TcpState::TimeWait));
  story_.now += 120;
  story_.tell(destroyed(1));
  story_.now += 1;
  EXPECT_FLOAT_EQ(lives().cell(TcpHalfOpen, 2).exits[2], 1);
  EXPECT_FLOAT_EQ(lives().cell(TcpEstablished, 7).exits[3], 1);
  EXPECT_FLOAT_EQ(lives().cell(TcpClosing, 127).exits[0], 1);
  EXPECT_EQ(lives().counts(TcpClosing).arrived, 1U);
  EXPECT_EQ(occupancy(TcpClosing), 0U);
}

TEST_F(FlowTableLives, ARowsFlowIsOfUnknownBirthUntilItsNewIsRead) {
  story_.table.begin_resync();
  story_.tell({row(1), row(2)});
  EXPECT_EQ(lives().of_unknown_birth(TcpEstablished), 2U);
  story_.tell(created(1, TcpState::Established));
  EXPECT_EQ(lives().of_unknown_birth(TcpEstablished), 1U);
  EXPECT_EQ(lives().live(TcpEstablished, 0), 1U);
  EXPECT_EQ(occupancy(TcpEstablished), 2U);
}

TEST_F(FlowTableLives, ARowMovesAFlowWhoseUpdateWasNotHeard) {
  story_.tell(created(1));
  story_.now += 30;
  story_.table.begin_resync();
  story_.tell(row(1));
  EXPECT_EQ(lives().live(TcpEstablished, 30), 1U);
  EXPECT_EQ(occupancy(TcpHalfOpen), 0U);
}

TEST_F(FlowTableLives, ASuccessorWithTheSameTupleIsABirthOfItsOwn) {
  story_.tell(created(1));
  story_.now += 9;
  story_.tell(created(1));
  EXPECT_EQ(occupancy(TcpHalfOpen), 1U);
  EXPECT_EQ(lives().live(TcpHalfOpen, 0), 1U);
  EXPECT_EQ(lives().counts(TcpHalfOpen).born, 2U);
}

TEST_F(FlowTableLives, WhatASweepRemovesIsForgotten) {
  story_.tell({created(1), created(2)});
  story_.now += 3;
  story_.table.begin_resync();
  story_.tell(row(1, TcpState::SynSent));
  story_.finish();
  EXPECT_EQ(occupancy(TcpHalfOpen), 1U);
  EXPECT_EQ(lives().live(TcpHalfOpen, 3), 1U);
  EXPECT_EQ(lives().counts(TcpHalfOpen).departed, 0U);
}

// Every flow in one class, and in it at one age or of unknown birth.
TEST_F(FlowTableLives, ClassesEqualTheCompositionAfterAnyStory) {
  std::mt19937 random(11);
  const auto one_of = [&](unsigned count) { return static_cast<unsigned>(random() % count); };
  for (int step = 0; step < 30'000; ++step) {
    FlowEvent event = about(static_cast<EventKind>(one_of(4)), one_of(300),
                            static_cast<TcpState>(one_of(kTcpStateCount)));
    event.original.protocol = *event.id % 3 == 0 ? 17 : 6;
    event.status = static_cast<std::uint32_t>(random()) & 0xFFFFU;
    story_.tell(event);
    story_.now += one_of(5) == 0 ? one_of(20) : 0;
    if (step % 97 == 0 && !story_.table.resyncing()) {
      story_.table.begin_resync();
    } else if (step % 131 == 0 && story_.table.resyncing()) {
      one_of(2) == 0 ? story_.table.abort_resync() : static_cast<void>(story_.finish());
    }
    if (step % 500 == 0) {
      expect_classes(story_.table.composition());
      ASSERT_FALSE(HasFailure()) << "step " << step;
    }
  }
}

}  // namespace
}  // namespace ctwarden::model

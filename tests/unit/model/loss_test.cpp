// SPDX-License-Identifier: GPL-2.0-or-later
//
// What counts as a loss, and how it is counted.
#include "model/growth.h"
#include "model/snapshot.h"

#include <gtest/gtest.h>

namespace ctwarden::model {
namespace {

TEST(Growth, IsTheDifferenceOfTwoReadings) { EXPECT_EQ(growth(5, 12), 7U); }

TEST(Growth, GoesOnOverAWrap) { EXPECT_EQ(growth(0xFFFFFFFEU, 3), 5U); }

TEST(Losses, AreWhatDidNotFitAndWhatCouldNotBeRead) {
  EXPECT_EQ((EventCounts{.lost = 3, .malformed = 4}).losses(), 7U);
}

TEST(Losses, AreNotWhatOthersSentAndWhatCameTooLate) {
  EXPECT_EQ((EventCounts{.created = 1, .updated = 2, .destroyed = 3, .foreign = 4, .unmatched = 5})
                .losses(),
            0U);
}

}  // namespace
}  // namespace ctwarden::model

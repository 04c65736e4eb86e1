// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/config_values.h"

#include <gtest/gtest.h>

#include <array>

namespace ctwarden::daemon {
namespace {

constexpr std::array<std::string_view, 4> kKnown = {"listen", "level", "resync_interval", "strict"};

TEST(Closest, FindsWhatWasMisspelt) {
  EXPECT_EQ(closest("lisen", kKnown), "listen");    // one left out
  EXPECT_EQ(closest("listenn", kKnown), "listen");  // one too many
  EXPECT_EQ(closest("lisetn", kKnown), "listen");   // neighbours swapped
  EXPECT_EQ(closest("Strict", kKnown), "strict");   // case
  EXPECT_EQ(closest("resync-interval", kKnown), "resync_interval");
  EXPECT_EQ(closest("resync", kKnown), "resync_interval");  // the beginning
}

TEST(Closest, FindsNothingFarAway) {
  EXPECT_EQ(closest("colour", kKnown), std::nullopt);
  EXPECT_EQ(closest("l", kKnown), std::nullopt);
  EXPECT_EQ(closest("", kKnown), std::nullopt);
}

TEST(Closest, DoesNotWorkOnEndlessWords) {
  EXPECT_EQ(closest(std::string(65, 'l'), kKnown), std::nullopt);
}

TEST(Suggestion, IsTheEndOfASentenceOrNothing) {
  EXPECT_EQ(suggestion("lisen", kKnown), "; did you mean \"listen\"?");
  EXPECT_EQ(suggestion("colour", kKnown), "");
}

}  // namespace
}  // namespace ctwarden::daemon

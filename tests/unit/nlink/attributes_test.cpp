// SPDX-License-Identifier: GPL-2.0-or-later
#include "nlink/attributes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace ctwarden::nlink {
namespace {

// Headers are in host order; the tests are written for little-endian machines, like every one the
// project runs on.
std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> result;
  for (const int value : values) {
    result.push_back(static_cast<std::byte>(value));
  }
  return result;
}

struct Walk {
  bool intact = false;
  std::vector<std::pair<std::uint16_t, std::size_t>> seen;  // type, payload size
};

Walk walk(const std::vector<std::byte>& attributes) {
  Walk result;
  result.intact = walk_attributes(attributes, [&](const Attribute& attribute) {
    result.seen.emplace_back(attribute.type, attribute.payload.size());
    return true;
  });
  return result;
}

using Seen = std::vector<std::pair<std::uint16_t, std::size_t>>;

TEST(WalkAttributes, VisitsNothingInNothing) {
  const Walk result = walk({});
  EXPECT_TRUE(result.intact);
  EXPECT_TRUE(result.seen.empty());
}

TEST(WalkAttributes, StepsOverThePadding) {
  const Walk result = walk(bytes({5, 0, 1, 0, 0xaa, 0, 0, 0, 8, 0, 2, 0, 1, 2, 3, 4}));
  EXPECT_TRUE(result.intact);
  EXPECT_EQ(result.seen, (Seen{{1, 1}, {2, 4}}));
}

TEST(WalkAttributes, TakesALastAttributeWithoutItsPadding) {
  const Walk result = walk(bytes({5, 0, 1, 0, 0xaa}));
  EXPECT_TRUE(result.intact);
  EXPECT_EQ(result.seen, (Seen{{1, 1}}));
}

TEST(WalkAttributes, MasksTheFlagBitsOffTheType) {
  EXPECT_EQ(walk(bytes({4, 0, 1, 0x80})).seen, (Seen{{1, 0}}));
  EXPECT_EQ(walk(bytes({4, 0, 1, 0x40})).seen, (Seen{{1, 0}}));
}

TEST(WalkAttributes, RefusesALengthBelowItsOwnHeader) {
  EXPECT_FALSE(walk(bytes({3, 0, 1, 0})).intact);
  EXPECT_FALSE(walk(bytes({0, 0, 1, 0})).intact);
}

TEST(WalkAttributes, RefusesALengthBeyondTheBytesLeft) {
  const Walk result = walk(bytes({9, 0, 1, 0, 1, 2, 3, 4}));
  EXPECT_FALSE(result.intact);
  EXPECT_TRUE(result.seen.empty());
}

TEST(WalkAttributes, RefusesLeftoverBytesTooFewForAHeader) {
  EXPECT_FALSE(walk(bytes({4, 0, 1, 0, 0, 0, 0})).intact);
  EXPECT_FALSE(walk(bytes({0})).intact);
}

TEST(WalkAttributes, StopsWhenTheVisitorRefuses) {
  int visits = 0;
  const auto two = bytes({4, 0, 1, 0, 4, 0, 2, 0});
  EXPECT_FALSE(walk_attributes(two, [&](const Attribute&) {
    ++visits;
    return false;
  }));
  EXPECT_EQ(visits, 1);
}

TEST(Attribute, ReadsNetworkOrder) {
  const auto payload = bytes({0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08});
  const Attribute attribute{.type = 1, .payload = payload};
  std::uint64_t wide = 0;
  std::optional<std::uint16_t> narrow;
  ASSERT_TRUE(attribute.read(wide));
  EXPECT_EQ(wide, 0x0102030405060708U);
  ASSERT_TRUE(attribute.read(narrow));
  EXPECT_EQ(narrow, 0x0102);
}

TEST(Attribute, LeavesTheValueAloneWhenThePayloadIsShort) {
  const auto payload = bytes({1, 2, 3});
  const Attribute attribute{.type = 1, .payload = payload};
  std::optional<std::uint32_t> value;
  EXPECT_FALSE(attribute.read(value));
  EXPECT_FALSE(value.has_value());
}

}  // namespace
}  // namespace ctwarden::nlink

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/live_counts.h"

#include "model/mixing_hash.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace ctwarden::model {
namespace {

const MixingHash kHash(HashSecret{.k0 = 1, .k1 = 2});

struct Counted {
  explicit Counted(std::size_t max_keys) : counts(max_keys) {}
  void add(std::uint64_t key, unsigned times = 1, bool unreplied = false) {
    for (unsigned i = 0; i < times; ++i) {
      counts.add(key, kHash(0, key), unreplied);
    }
  }
  void remove(std::uint64_t key, unsigned times = 1, bool unreplied = false) {
    for (unsigned i = 0; i < times; ++i) {
      counts.remove(key, kHash(0, key), unreplied);
    }
  }
  [[nodiscard]] Bounds flows(std::uint64_t key) const { return line(key).flows; }
  [[nodiscard]] Bounds unreplied(std::uint64_t key) const { return line(key).unreplied; }
  [[nodiscard]] LiveCounts<std::uint64_t>::Line line(std::uint64_t key) const {
    LiveCounts<std::uint64_t>::Line found;
    counts.for_each([&](const auto& line) { found = line.key == key ? line : found; });
    return found;
  }

  LiveCounts<std::uint64_t> counts;
};

TEST(LiveCounts, AreExactWhileEveryKeyHasRoom) {
  Counted all(64);
  for (std::uint64_t key = 0; key < 64; ++key) {
    all.add(key, static_cast<unsigned>(key + 1));
  }
  all.remove(63, 4);
  EXPECT_TRUE(all.counts.exact());
  EXPECT_EQ(all.flows(63), (Bounds{60, 60}));
  EXPECT_EQ(all.flows(7), (Bounds{8, 8}));
  EXPECT_EQ(all.counts.unlisted(), 0U);
}

TEST(LiveCounts, ForgetAKeyWithItsLastFlow) {
  Counted all(64);
  all.add(5, 2);
  all.remove(5, 2);
  EXPECT_EQ(all.counts.keys(), 0U);
  EXPECT_EQ(all.counts.flows(), 0U);
}

TEST(LiveCounts, NameTheKeysWithTheMostFlowsFirst) {
  Counted all(64);
  all.add(1, 3);
  all.add(2, 9);
  all.add(3, 6);
  const auto top = all.counts.top(2);
  ASSERT_EQ(top.size(), 2U);
  EXPECT_EQ(top[0].key, 2U);
  EXPECT_EQ(top[1].key, 3U);
}

TEST(LiveCounts, KeepTheKeysWithManyFlowsWhenTheMapIsFull) {
  Counted all(64);
  all.add(1000, 500);
  for (std::uint64_t key = 0; key < 640; ++key) {
    all.add(key);
  }
  EXPECT_FALSE(all.counts.exact());
  EXPECT_LE(all.counts.keys(), 64U);
  EXPECT_EQ(all.counts.top(1).front().key, 1000U);
  EXPECT_TRUE(all.flows(1000).hold(500));
  EXPECT_EQ(all.counts.flows(), 1140U);
}

TEST(LiveCounts, LoseNoFlowWhenKeysLeaveTheMap) {
  Counted all(64);
  for (std::uint64_t key = 0; key < 640; ++key) {
    all.add(key, 1 + static_cast<unsigned>(key % 7), key % 2 == 0);
  }
  std::uint64_t flows = all.counts.cold().flows;
  std::uint64_t unreplied = all.counts.cold().unreplied;
  all.counts.for_each([&](const auto& line) {
    flows += line.flows.lower;
    unreplied += line.unreplied.lower;
  });
  EXPECT_EQ(flows, all.counts.flows());
  EXPECT_EQ(unreplied, 1278U);
}

TEST(LiveCounts, TakeAKeyInOnceItHasManyFlows) {
  Counted all(64);
  for (std::uint64_t key = 0; key < 640; ++key) {
    all.add(key);
  }
  all.add(9999, 300);
  EXPECT_EQ(all.counts.top(1).front().key, 9999U);
  EXPECT_TRUE(all.flows(9999).hold(300));
}

TEST(LiveCounts, AreExactAgainWhenTheCrowdHasGone) {
  Counted all(64);
  for (std::uint64_t key = 0; key < 640; ++key) {
    all.add(key);
  }
  for (std::uint64_t key = 0; key < 640; ++key) {
    all.remove(key);
  }
  all.add(1, 7);
  EXPECT_TRUE(all.counts.exact());
  EXPECT_EQ(all.counts.top(9).size(), 1U);
  EXPECT_EQ(all.flows(1), (Bounds{7, 7}));
}

TEST(LiveCounts, CountUnrepliedFlowsBesideTheOthers) {
  Counted all(64);
  all.add(1, 5, true);
  all.add(1, 2, false);
  all.counts.set_unreplied(1, kHash(0, 1), false);
  all.remove(1, 1, true);
  EXPECT_EQ(all.flows(1), (Bounds{6, 6}));
  EXPECT_EQ(all.unreplied(1), (Bounds{3, 3}));
  all.counts.set_unreplied(1, kHash(0, 1), true);
  EXPECT_EQ(all.unreplied(1), (Bounds{4, 4}));
}

TEST(LiveCounts, BoundWhatTheySayOfKeysThatAreNotListed) {
  Counted all(64);
  for (std::uint64_t key = 0; key < 640; ++key) {
    all.add(key, 3);
  }
  EXPECT_GE(all.counts.unlisted(), 3U);
  EXPECT_LE(all.counts.cold().flows, 1920U);
}

TEST(LiveCounts, SurviveAnEndWithoutABeginning) {
  Counted all(64);
  all.remove(1, 3, true);
  all.add(1, 2);
  EXPECT_EQ(all.flows(1), (Bounds{2, 2}));
  EXPECT_EQ(all.counts.flows(), 2U);
}

}  // namespace
}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
//
// Memory that a peak needed is given back by the sweeps after it.
#include "model/flow_index.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace ctwarden::model {
namespace {

// The same keys whenever it starts: a peak of millions needs no list of them.
class Keys {
 public:
  FlowKey next() { return {.hash = random_(), .id = 7}; }

 private:
  std::mt19937_64 random_{21};
};

void insert(FlowIndex& index, FlowKey key, std::uint16_t value = 0) {
  FlowSlot& slot = index.find_or_insert(key);
  slot.generation = 1;
  slot.zone = value;
}

FlowIndex filled(int flows) {
  FlowIndex index;
  Keys keys;
  for (int i = 0; i < flows; ++i) {
    insert(index, keys.next(), static_cast<std::uint16_t>(i));
  }
  return index;
}

// The first `kept` stay.
void drop_to(FlowIndex& index, int kept, int of) {
  Keys keys;
  for (int i = 0; i < of; ++i) {
    const FlowKey key = keys.next();
    if (i >= kept) {
      index.erase(*index.find(key), key);
    }
  }
}

void shrink_all(FlowIndex& index) {
  for (std::size_t table = 0; table < FlowIndex::kTables; ++table) {
    index.shrink(table);
  }
}

void expect_the_first(FlowIndex& index, int kept, int of) {
  ASSERT_EQ(index.size(), static_cast<std::size_t>(kept));
  Keys keys;
  for (int i = 0; i < of; ++i) {
    const FlowSlot* slot = index.find(keys.next());
    ASSERT_EQ(slot != nullptr, i < kept) << i;
    if (slot != nullptr) {
      ASSERT_EQ(slot->zone, static_cast<std::uint16_t>(i));
    }
  }
}

TEST(FlowIndexShrink, GivesBackWhatAPeakNeeded) {
  FlowIndex index = filled(1'000'000);
  const std::size_t peak = index.memory_bytes();
  drop_to(index, 10'000, 1'000'000);
  EXPECT_EQ(index.memory_bytes(), peak);  // not by itself: ends are events, and wait for nothing
  shrink_all(index);
  EXPECT_LT(index.memory_bytes(), 10'000U * 64);
}

TEST(FlowIndexShrink, KeepsEveryFlow) {
  for (const int kept : {0, 1, 1'000, 24'000}) {
    FlowIndex index = filled(100'000);
    drop_to(index, kept, 100'000);
    shrink_all(index);
    expect_the_first(index, kept, 100'000);
  }
}

TEST(FlowIndexShrink, GrowsAgainAfterwards) {
  FlowIndex index = filled(100'000);
  drop_to(index, 1'000, 100'000);
  shrink_all(index);
  Keys keys;
  for (int i = 0; i < 100'000; ++i) {
    insert(index, keys.next(), static_cast<std::uint16_t>(i));
  }
  expect_the_first(index, 100'000, 100'000);
}

// Runs as long as the margin allows, and one that must grow it.
TEST(FlowIndexShrink, KeepsRunsThatReachTheEnd) {
  for (const std::uint32_t kept : {1U, 7U, 8U, 9U, 30U}) {
    FlowIndex index;
    const auto key = [](std::uint32_t id) {
      return FlowKey{.hash = std::uint64_t{0xFFFFFFFF} << 22, .id = id};
    };
    for (std::uint32_t id = 0; id < 200; ++id) {
      insert(index, key(id));
    }
    for (std::uint32_t id = kept; id < 200; ++id) {
      index.erase(*index.find(key(id)), key(id));
    }
    index.shrink(0);
    for (std::uint32_t id = 0; id < 200; ++id) {
      ASSERT_EQ(index.find(key(id)) != nullptr, id < kept) << id << " of " << kept;
    }
  }
}

// 800 flows in one table, so that the numbers below are its own.
FlowKey in_one_table(std::uint64_t number) {
  return {.hash = number * 0x9E3779B97F4A7C15U >> 10, .id = 7};
}

TEST(FlowIndexShrink, LeavesATableAloneThatIsAQuarterFull) {
  FlowIndex index;
  for (std::uint64_t i = 0; i < 800; ++i) {
    insert(index, in_one_table(i));
  }
  const std::size_t peak = index.memory_bytes();
  const std::size_t slots = (peak - FlowIndex().memory_bytes()) / sizeof(FlowSlot);
  for (std::uint64_t i = slots / 4; i < 800; ++i) {
    index.erase(*index.find(in_one_table(i)), in_one_table(i));
  }
  index.shrink(0);
  EXPECT_EQ(index.memory_bytes(), peak);
}

TEST(FlowIndexShrink, LeavesRoomSoThatATableNeitherGrowsNorShrinksSoon) {
  FlowIndex index;
  for (std::uint64_t i = 0; i < 800; ++i) {
    insert(index, in_one_table(i));
  }
  for (std::uint64_t i = 200; i < 800; ++i) {
    index.erase(*index.find(in_one_table(i)), in_one_table(i));
  }
  index.shrink(0);
  const std::size_t small = index.memory_bytes();
  for (std::uint64_t i = 200; i < 290; ++i) {  // three quarters of 400 homes
    insert(index, in_one_table(i));
  }
  EXPECT_EQ(index.memory_bytes(), small);
  for (std::uint64_t i = 110; i < 290; ++i) {
    index.erase(*index.find(in_one_table(i)), in_one_table(i));
  }
  index.shrink(0);
  EXPECT_EQ(index.memory_bytes(), small);
}

TEST(FlowIndexShrink, EmptyTablesStayAsSmallAsTheyAre) {
  FlowIndex index;
  const std::size_t bare = index.memory_bytes();
  shrink_all(index);
  EXPECT_EQ(index.memory_bytes(), bare);
}

}  // namespace
}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
//
// The index against std::unordered_map, under key patterns that stress each part of it.
#include "model/flow_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <unordered_map>
#include <vector>

namespace ctwarden::model {
namespace {

struct KeyHasher {
  std::size_t operator()(const FlowKey& key) const { return key.hash ^ key.id; }
};
using Oracle = std::unordered_map<FlowKey, std::uint16_t, KeyHasher>;
using Random = std::mt19937_64;
using DrawKey = std::function<FlowKey(Random&)>;

// Bits 54 to 63 choose the table, 22 to 53 the place in it.
FlowKey key_at(std::uint64_t table, std::uint64_t position, std::uint32_t id) {
  return {.hash = table << 54 | position << 22, .id = id};
}

class Comparison {
 public:
  explicit Comparison(std::uint64_t seed) : random_(seed) {}

  void run(int steps, const DrawKey& draw, unsigned insert_percent) {
    for (int step = 0; step < steps; ++step) {
      const FlowKey key = draw(random_);
      if (random_() % 100 < insert_percent) {
        insert(key);
      } else {
        erase(key);
      }
      ASSERT_EQ(index_.size(), oracle_.size()) << "step " << step;
    }
    expect_equal();
  }

  // Drops every slot whose value is a multiple of `divisor`, and adds one to the others.
  void sweep(std::uint16_t divisor) {
    for (std::size_t table = 0; table < FlowIndex::kTables; ++table) {
      index_.sweep(table, [&](FlowSlot& slot) { return slot.zone++ % divisor == 0; });
    }
    std::erase_if(oracle_, [&](const auto& entry) { return entry.second % divisor == 0; });
    for (auto& [key, value] : oracle_) {
      ++value;
    }
    expect_equal();
  }

  void expect_equal() {
    ASSERT_EQ(index_.size(), oracle_.size());
    for (const auto& [key, value] : oracle_) {
      const FlowSlot* slot = index_.find(key);
      ASSERT_NE(slot, nullptr);
      ASSERT_EQ(slot->zone, value);
    }
    std::size_t seen = 0;
    for (std::size_t table = 0; table < FlowIndex::kTables; ++table) {
      index_.sweep(table, [&](const FlowSlot&) { return ++seen, false; });
    }
    ASSERT_EQ(seen, oracle_.size());
  }

 private:
  void insert(FlowKey key) {
    FlowSlot& slot = index_.find_or_insert(key);
    const auto known = oracle_.find(key);
    ASSERT_EQ(slot.live(), known != oracle_.end());
    if (slot.live()) {
      ASSERT_EQ(slot.zone, known->second);
    }
    slot.generation = 1;
    slot.zone = static_cast<std::uint16_t>(random_());
    oracle_[key] = slot.zone;
  }
  void erase(FlowKey key) {
    FlowSlot* slot = index_.find(key);
    ASSERT_EQ(slot != nullptr, oracle_.contains(key));
    if (slot != nullptr) {
      index_.erase(*slot, key);
      oracle_.erase(key);
    }
  }

  Random random_;
  FlowIndex index_;
  Oracle oracle_;
};

// Fills, churns around a constant size, shrinks, with sweeps between: the life of a table.
void live(const DrawKey& draw) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Comparison comparison(seed);
    comparison.run(20'000, draw, 90);
    comparison.sweep(3);
    comparison.run(40'000, draw, 50);
    comparison.sweep(2);
    comparison.run(20'000, draw, 10);
    comparison.sweep(1);
    comparison.run(5'000, draw, 80);
    if (testing::Test::HasFatalFailure()) {
      FAIL() << "seed " << seed;
    }
  }
}

TEST(FlowIndex, EqualsAMapWithUniformKeys) {
  live([](Random& random) { return FlowKey{.hash = random() % 20'000 * 0x9E3779B97F4A7C15U}; });
}

TEST(FlowIndex, EqualsAMapWithEveryKeyInOneTable) {
  live([](Random& random) { return key_at(1023, random() % 5'000 * 858'993, 7); });
}

TEST(FlowIndex, EqualsAMapWithRunsThatReachTheEnd) {
  live([](Random& random) {
    const std::uint64_t last = 0xFFFFFFFFU;
    return key_at(random() % 2, random() % 4 == 0 ? random() % 64 : last - random() % 64, 7);
  });
}

TEST(FlowIndex, EqualsAMapWithOneHomeForAllKeys) {
  live([](Random& random) {
    return key_at(5, 0x80000000U, static_cast<std::uint32_t>(random() % 200));
  });
}

TEST(FlowIndex, EqualsAMapWithRunsThatTouch) {
  live([](Random& random) {
    return key_at(6, random() % 12 * 0x01000000U, static_cast<std::uint32_t>(random() % 30));
  });
}

TEST(FlowIndex, FindsNothingInAnEmptyTable) {
  FlowIndex index;
  EXPECT_EQ(index.find(key_at(3, 4, 5)), nullptr);
}

TEST(FlowIndex, TellsKeysApartByIdAlone) {
  FlowIndex index;
  index.find_or_insert(key_at(3, 4, 5)).generation = 1;
  EXPECT_EQ(index.find(key_at(3, 4, 6)), nullptr);
}

TEST(FlowIndex, FreshSlotIsEmptyAlsoWhereAnotherWasErased) {
  FlowIndex index;
  FlowSlot& first = index.find_or_insert(key_at(3, 4, 5));
  first.generation = 127;
  first.silent = 1;
  first.status = 0x3F;
  index.erase(first, key_at(3, 4, 5));
  const FlowSlot& second = index.find_or_insert(key_at(3, 4, 5));
  EXPECT_FALSE(second.live());
  EXPECT_EQ(second.silent, 0U);
  EXPECT_EQ(second.status, 0U);
}

TEST(FlowIndex, PrefetchOfAnEmptyTableIsHarmless) {
  const FlowIndex index;
  index.prefetch(key_at(3, 0xFFFFFFFFU, 5));
  EXPECT_EQ(index.size(), 0U);
}

// Backward shifts must neither skip a slot nor show one twice.
TEST(FlowIndex, SweepShowsEachSlotOnceWhateverItDrops) {
  for (unsigned pattern = 0; pattern < 1024; ++pattern) {
    FlowIndex index;
    for (std::uint32_t id = 0; id < 10; ++id) {
      index.find_or_insert(key_at(0, 0xF8000000U, id)).generation = 1;
    }
    std::vector<int> shown(10);
    index.sweep(0, [&](const FlowSlot& slot) {
      ++shown[slot.id];
      return (pattern >> slot.id & 1U) != 0;
    });
    ASSERT_EQ(std::ranges::count(shown, 1), 10) << "pattern " << pattern;
    for (std::uint32_t id = 0; id < 10; ++id) {
      ASSERT_EQ(index.find(key_at(0, 0xF8000000U, id)) == nullptr, (pattern >> id & 1U) != 0);
    }
  }
}

}  // namespace
}  // namespace ctwarden::model

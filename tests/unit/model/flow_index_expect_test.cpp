// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_index.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace ctwarden::model {
namespace {

FlowKey draw(std::mt19937_64& random) {
  return {.hash = random(), .id = static_cast<std::uint32_t>(random())};
}

TEST(FlowIndexExpecting, GrowsToWhatIsExpectedInOneStep) {
  std::mt19937_64 random(3);
  FlowIndex index;
  index.expect(200'000);
  for (int i = 0; i < 20'000; ++i) {
    index.find_or_insert(draw(random)).generation = 1;
  }
  const std::size_t after_first = index.memory_bytes();
  for (int i = 20'000; i < 180'000; ++i) {
    index.find_or_insert(draw(random)).generation = 1;
  }
  // A table in some hundreds gets more than its part and grows once more.
  EXPECT_LE(index.memory_bytes(), after_first + after_first / 100);
}

TEST(FlowIndexExpecting, TakesNoMoreThanGrowingWould) {
  std::mt19937_64 random(4);
  FlowIndex index;
  index.expect(1'000'000);
  for (int i = 0; i < 1'000'000; ++i) {
    index.find_or_insert(draw(random)).generation = 1;
  }
  EXPECT_LE(static_cast<double>(index.memory_bytes()) / 1e6, 27);
}

TEST(FlowIndexExpecting, HoldsMoreThanWasExpected) {
  std::mt19937_64 random(5);
  FlowIndex index;
  index.expect(1'000);
  std::vector<FlowKey> keys;
  for (int i = 0; i < 50'000; ++i) {
    keys.push_back(draw(random));
    index.find_or_insert(keys.back()).generation = 1;
  }
  for (const FlowKey& key : keys) {
    ASSERT_NE(index.find(key), nullptr);
  }
}

TEST(FlowIndexExpecting, CanBeTakenBack) {
  std::mt19937_64 random(6);
  FlowIndex index;
  index.expect(4'000'000'000);
  index.expect(0);
  index.find_or_insert(draw(random)).generation = 1;
  EXPECT_LT(index.memory_bytes(), 100'000U);
}

}  // namespace
}  // namespace ctwarden::model

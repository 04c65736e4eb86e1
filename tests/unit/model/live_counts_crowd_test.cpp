// SPDX-License-Identifier: GPL-2.0-or-later
//
// A million addresses, twelve lifetimes of the whole table, against exact counts: Zipf(1.0) as in
// life, and uniform, where nobody matters and only noise could.
#include "model/live_counts.h"
#include "model/mixing_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace ctwarden::model {
namespace {

constexpr std::uint32_t kAddresses = 1'000'000;
constexpr std::size_t kFlows = 200'000;
constexpr std::size_t kMaxKeys = 16'384;
constexpr std::size_t kShare = 1024;

// Ranks 0.. by the inverse of the continuous distribution function.
std::uint32_t zipf(std::mt19937_64& random) {
  const double u = std::uniform_real_distribution<>(0, 1)(random);
  return static_cast<std::uint32_t>(std::exp(u * std::log(kAddresses + 1.0))) - 1;
}
std::uint32_t uniform(std::mt19937_64& random) {
  return std::uniform_int_distribution<std::uint32_t>(0, kAddresses - 1)(random);
}

// Flows that come and go, counted both ways.
class Crowd {
 public:
  explicit Crowd(std::uint64_t seed, std::size_t max_keys)
      : random_(seed),
        hash_(HashSecret{.k0 = seed * 77, .k1 = seed + 5}),
        counts_(max_keys),
        flows_of_(kAddresses),
        unreplied_of_(kAddresses) {}

  template <typename Draw>
  void begin(Draw draw) {
    const Flow flow{.address = draw(random_) % kAddresses, .unreplied = random_() % 3 == 0};
    counts_.add(flow.address, hash_(0, flow.address), flow.unreplied);
    ++flows_of_[flow.address];
    unreplied_of_[flow.address] += flow.unreplied ? 1 : 0;
    live_.push_back(flow);
  }
  void end_any() {
    std::swap(live_[random_() % live_.size()], live_.back());
    const Flow flow = live_.back();
    live_.pop_back();
    counts_.remove(flow.address, hash_(0, flow.address), flow.unreplied);
    --flows_of_[flow.address];
    unreplied_of_[flow.address] -= flow.unreplied ? 1 : 0;
  }
  void answer_any() {
    Flow& flow = live_[random_() % live_.size()];
    if (flow.unreplied) {
      flow.unreplied = false;
      counts_.set_unreplied(flow.address, hash_(0, flow.address), false);
      --unreplied_of_[flow.address];
    }
  }
  [[nodiscard]] std::size_t size() const { return live_.size(); }
  [[nodiscard]] const LiveCounts<std::uint32_t>& counts() const { return counts_; }
  [[nodiscard]] std::vector<std::uint32_t> exact_top(std::size_t n) const {
    std::vector<std::uint32_t> counts = flows_of_;
    std::ranges::partial_sort(counts, counts.begin() + static_cast<std::ptrdiff_t>(n),
                              std::greater<>{});
    counts.resize(n);
    return counts;
  }

  // Every bound holds, listed or not.
  void expect_bounds() const {
    std::vector<bool> listed(kAddresses);
    counts_.for_each([&](const auto& line) {
      listed[line.key] = true;
      ASSERT_TRUE(line.flows.hold(flows_of_[line.key])) << line.key;
      ASSERT_TRUE(line.unreplied.hold(unreplied_of_[line.key])) << line.key;
    });
    const std::uint64_t unlisted = counts_.unlisted();
    for (std::uint32_t address = 0; address < kAddresses; ++address) {
      ASSERT_TRUE(listed[address] || flows_of_[address] <= unlisted) << address;
    }
    EXPECT_EQ(counts_.flows(), live_.size());
  }
  void expect_heavy_ones_listed() const {
    std::vector<bool> listed(kAddresses);
    counts_.for_each([&](const auto& line) { listed[line.key] = true; });
    for (std::uint32_t address = 0; address < kAddresses; ++address) {
      EXPECT_TRUE(listed[address] || flows_of_[address] <= live_.size() / kShare)
          << address << " has " << flows_of_[address];
    }
  }

 private:
  struct Flow {
    std::uint32_t address = 0;
    bool unreplied = false;
  };
  std::mt19937_64 random_;
  MixingHash hash_;
  LiveCounts<std::uint32_t> counts_;
  std::vector<std::uint32_t> flows_of_;
  std::vector<std::uint32_t> unreplied_of_;
  std::vector<Flow> live_;
};

template <typename Draw>
void live_through(Crowd& crowd, Draw draw) {
  while (crowd.size() < kFlows) {
    crowd.begin(draw);
  }
  for (int lifetime = 0; lifetime < 12; ++lifetime) {
    for (std::size_t i = 0; i < kFlows; ++i) {
      crowd.end_any();
      crowd.begin(draw);
      crowd.answer_any();
    }
    crowd.expect_bounds();
    crowd.expect_heavy_ones_listed();
  }
}

class LiveCountsOfACrowd : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(LiveCountsOfACrowd, HoldEveryBoundAndEveryHeavyHitterUnderZipf) {
  Crowd crowd(GetParam(), kMaxKeys);
  live_through(crowd, zipf);
  EXPECT_FALSE(crowd.counts().exact());
}

TEST_P(LiveCountsOfACrowd, HoldEveryBoundUnderUniformTraffic) {
  Crowd crowd(GetParam(), kMaxKeys);
  live_through(crowd, uniform);
  EXPECT_FALSE(crowd.counts().exact());
}

TEST_P(LiveCountsOfACrowd, NameTheTopTwentyExactlyWhileTheMapHolds) {
  Crowd crowd(GetParam(), std::size_t{1} << 20);
  live_through(crowd, zipf);
  EXPECT_TRUE(crowd.counts().exact());
  const auto top = crowd.counts().top(20);
  const auto truth = crowd.exact_top(20);
  ASSERT_EQ(top.size(), truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    EXPECT_EQ(top[i].flows, (Bounds{truth[i], truth[i]})) << i;
  }
}

// A flood of addresses comes and goes over the usual crowd.
TEST_P(LiveCountsOfACrowd, HoldThroughAFloodAndAfterIt) {
  Crowd crowd(GetParam(), kMaxKeys);
  live_through(crowd, zipf);
  while (crowd.size() < 5 * kFlows) {
    crowd.begin(uniform);
  }
  crowd.expect_bounds();
  while (crowd.size() > kFlows / 10) {
    crowd.end_any();
  }
  crowd.expect_bounds();
}

INSTANTIATE_TEST_SUITE_P(Seeds, LiveCountsOfACrowd, ::testing::Values(1, 2, 3));

}  // namespace
}  // namespace ctwarden::model

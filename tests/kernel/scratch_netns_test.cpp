// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/scratch_netns.h"

#include "tests/support/flow_spaces.h"
#include "tests/support/kernel_dump.h"
#include "tests/support/shell.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace ctwarden::tests {
namespace {

using model::Family;

std::string current_netns() { return std::filesystem::read_symlink("/proc/self/ns/net"); }

std::uint64_t device_counter(const std::string& device, const std::string& counter) {
  std::ifstream file("/sys/class/net/" + device + "/statistics/" + counter);
  std::uint64_t value = 0;
  if (!(file >> value)) {
    throw std::runtime_error("read " + counter + " of " + device);
  }
  return value;
}

TEST(ScratchNetns, IsLeftAgain) {
  const std::string home = current_netns();
  {
    const ScratchNetns router;
    EXPECT_NE(current_netns(), home);
  }
  EXPECT_EQ(current_netns(), home);
}

TEST(ScratchNetns, StartsEmptyEachTime) {
  {
    const ScratchNetns router;
    load_nft(kTrackForwarded);
    auto legs = router.legs();
    ASSERT_TRUE(traffic::play(legs, traffic::udp_life(false),
                              {.space = flow_space(kUdp, Family::Ipv4), .count = 10}));
    ASSERT_EQ(conntrack_count(), 10U);
    std::ofstream("/run/left-over") << "x";
  }
  const ScratchNetns router;
  EXPECT_EQ(conntrack_count(), 0U);
  EXPECT_EQ(checked_command({"nft", "list", "ruleset"}), "");
  EXPECT_TRUE(std::filesystem::is_empty("/run"));
}

TEST(ScratchNetns, ForwardsAndSendsNothingByItself) {
  const ScratchNetns router;
  load_nft(kTrackForwarded);
  auto legs = router.legs();

  for (const Family family : {Family::Ipv4, Family::Ipv6}) {
    ASSERT_TRUE(traffic::play(legs, traffic::udp_life(true),
                              {.space = flow_space(kUdp, family), .count = 500}));
  }

  EXPECT_EQ(device_counter("rs0", "tx_packets"), 1000U);
  EXPECT_EQ(device_counter("rc0", "tx_packets"), 1000U);
  EXPECT_EQ(device_counter("rs0", "rx_packets"), 1000U);
  EXPECT_EQ(device_counter("rc0", "rx_packets"), 1000U);
}

TEST(ScratchNetns, TracksNothingWithoutARule) {
  const ScratchNetns router;
  auto legs = router.legs();
  ASSERT_TRUE(traffic::play(legs, traffic::udp_life(false),
                            {.space = flow_space(kUdp, Family::Ipv4), .count = 100}));
  EXPECT_EQ(device_counter("rs0", "tx_packets"), 100U);
  EXPECT_EQ(conntrack_count(), 0U);
}

TEST(ScratchNetns, KeepsSettingsToItself) {
  const std::string before = read_setting("net/netfilter/nf_conntrack_udp_timeout");
  {
    const ScratchNetns router;
    write_setting("net/netfilter/nf_conntrack_udp_timeout", "77");
    EXPECT_EQ(read_setting("net/netfilter/nf_conntrack_udp_timeout"), "77");
  }
  EXPECT_EQ(read_setting("net/netfilter/nf_conntrack_udp_timeout"), before);
}

TEST(ScratchNetns, ComesBackFromOutsideAlsoAfterAnException) {
  const ScratchNetns router;
  const std::string inside = current_netns();
  EXPECT_THROW(router.in_outside([&] {
    EXPECT_NE(current_netns(), inside);
    throw std::runtime_error("out there");
  }),
               std::runtime_error);
  EXPECT_EQ(current_netns(), inside);
}

TEST(LoadNft, ShowsTheRulesThatWereRefused) {
  const ScratchNetns router;
  try {
    load_nft("table inet t {\n  chain c { no such rule; }\n}\n");
    FAIL() << "the rules were accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("2:   chain c { no such rule; }"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace ctwarden::tests

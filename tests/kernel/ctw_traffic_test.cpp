// SPDX-License-Identifier: GPL-2.0-or-later
//
// The program on top of the generator, as scripts use it.
#include "tests/support/kernel_dump.h"
#include "tests/support/scratch_netns.h"
#include "tests/support/shell.h"

#include <gtest/gtest.h>

namespace ctwarden::tests {
namespace {

// In R, where `create` belongs.
Output ctw_traffic(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), CTWARDEN_TRAFFIC_PATH);
  return run_command(arguments);
}

// In X, on both legs.
Output send_from_outside(const ScratchNetns& router, std::vector<std::string> arguments) {
  const std::vector<std::string> legs = {
      "--device",       "c0", "--dmac",       "02:00:00:00:01:01",
      "--reply-device", "s0", "--reply-dmac", "02:00:00:00:02:01"};
  arguments.insert(arguments.end(), legs.begin(), legs.end());
  return router.in_outside([&] { return ctw_traffic(arguments); });
}

TEST(CtwTraffic, SendsAndPrintsItsFigures) {
  const ScratchNetns router;
  load_nft(kTrackForwarded);

  const Output sent = send_from_outside(router, {"udp", "--count", "3000", "--reply"});

  EXPECT_EQ(sent.code, 0) << sent.err;
  EXPECT_TRUE(sent.out.starts_with("flows=3000 packets=6000 seconds=")) << sent.out;
  EXPECT_EQ(conntrack_count(), 3000U);
}

TEST(CtwTraffic, PlaysConnectionsBehindMasquerade) {
  const ScratchNetns router;
  load_nft(kTrackForwarded);
  load_nft(kMasquerade);

  const Output sent = send_from_outside(
      router, {"tcp", "--count", "500", "--end", "established", "--nat", "10.2.0.1"});

  EXPECT_EQ(sent.code, 0) << sent.err;
  for (const KernelFlow& flow : dump_kernel_flows()) {
    ASSERT_EQ(flow.tcp_state, model::TcpState::Established);
  }
  EXPECT_EQ(conntrack_count(), 500U);
}

TEST(CtwTraffic, CreatesAndDeletesEntries) {
  const ScratchNetns router;
  const std::vector<std::string> flows = {"--protocol", "tcp", "--family", "6",
                                          "--zone",     "3",   "--count",  "1000"};
  std::vector<std::string> create = {"create", "--tcp-state", "time_wait"};
  create.insert(create.end(), flows.begin(), flows.end());
  std::vector<std::string> erase = {"delete"};
  erase.insert(erase.end(), flows.begin(), flows.end());

  EXPECT_EQ(ctw_traffic(create).code, 0);
  EXPECT_EQ(conntrack_count(), 1000U);
  EXPECT_EQ(dump_kernel_flows().at(0).tcp_state, model::TcpState::TimeWait);
  EXPECT_EQ(ctw_traffic(erase).code, 0);
  EXPECT_EQ(conntrack_count(), 0U);
}

TEST(CtwTraffic, FailsWhenTheKernelRefuses) {
  const ScratchNetns router;
  ASSERT_EQ(ctw_traffic({"create", "--count", "10"}).code, 0);

  const Output again = ctw_traffic({"create", "--count", "10"});

  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(again.err, "ctw-traffic: the kernel refused 10 of 10: File exists\n");
}

TEST(CtwTraffic, TakesAnUnknownOptionAsAMistake) {
  EXPECT_EQ(ctw_traffic({"udp", "--no-such-option"}).code, 2);
  EXPECT_EQ(ctw_traffic({"create", "--source", "10.1.0"}).code, 2);
}

}  // namespace
}  // namespace ctwarden::tests

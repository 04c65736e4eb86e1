// SPDX-License-Identifier: GPL-2.0-or-later
//
// Entries written through ctnetlink are what a dump then shows.
#include "bench/traffic/table_writer.h"

#include "tests/support/flow_spaces.h"
#include "tests/support/kernel_dump.h"
#include "tests/support/scratch_netns.h"
#include "tests/support/shell.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ctwarden::tests {
namespace {

using model::Family;
using traffic::TableWriter;

class TableWriterTest : public ::testing::Test {
 protected:
  // Creates the flows; all have to be accepted.
  void create(const traffic::FlowSpace& space, std::uint64_t count,
              const traffic::EntryOptions& options = {}) {
    const auto written = writer_.create_flows(space, 0, count, options);
    ASSERT_TRUE(written) << written.error().context;
    ASSERT_EQ(written->refused, 0U) << std::strerror(written->first_error);
  }

  ScratchNetns netns_;
  TableWriter writer_ = TableWriter::open().value();
};

TEST_F(TableWriterTest, Creates200000Flows) {
  create(flow_space(kUdp, Family::Ipv4), 200'000);
  EXPECT_EQ(conntrack_count(), 200'000U);
}

TEST_F(TableWriterTest, WritesTheTupleItWasGiven) {
  const auto space = flow_space(kTcp, Family::Ipv6);
  create(space, 1, {.timeout_seconds = 500, .mark = 7, .tcp_state = std::uint8_t{3}});

  const auto flows = dump_kernel_flows();

  ASSERT_EQ(flows.size(), 1U);
  EXPECT_EQ(flows[0].original, traffic::tuple_at(space, 0));
  EXPECT_EQ(flows[0].reply, traffic::inverse(traffic::tuple_at(space, 0)));
  EXPECT_EQ(flows[0].tcp_state, model::TcpState::Established);
  EXPECT_EQ(flows[0].mark, 7U);
  EXPECT_GE(flows[0].timeout_seconds, 490U);
  EXPECT_LE(flows[0].timeout_seconds, 500U);
  EXPECT_EQ(flows[0].status,
            model::kStatusConfirmed | model::kStatusSeenReply | model::kStatusAssured);
}

TEST_F(TableWriterTest, WritesZones) {
  create(flow_space(kUdp, Family::Ipv4), 10, {.zone = 5});
  create(flow_space(kUdp, Family::Ipv4), 10, {.zone = 6});

  const auto flows = dump_kernel_flows();

  EXPECT_EQ(flows.size(), 20U);
  EXPECT_EQ(std::ranges::count(flows, 5, &KernelFlow::zone), 10);
  EXPECT_TRUE(std::ranges::all_of(
      flows, [](const KernelFlow& flow) { return flow.original.zone == flow.zone; }));
}

TEST_F(TableWriterTest, WritesSourceNat) {
  create(flow_space(kUdp, Family::Ipv4), 100, {.nat_source = traffic::address("192.0.2.1")});

  const auto flows = dump_kernel_flows();

  ASSERT_EQ(flows.size(), 100U);
  for (const KernelFlow& flow : flows) {
    EXPECT_EQ(flow.reply.destination, traffic::address("192.0.2.1"));
    EXPECT_NE(flow.status & model::kStatusSourceNat, 0U);
  }
}

TEST_F(TableWriterTest, WritesEchoFlowsOfBothFamilies) {
  create(flow_space(kIcmp, Family::Ipv4), 1);
  create(flow_space(kIcmpv6, Family::Ipv6), 1);

  auto flows = dump_kernel_flows();
  std::ranges::sort(flows);

  ASSERT_EQ(flows.size(), 2U);
  EXPECT_EQ(flows[0].reply, traffic::inverse(flows[0].original));
  EXPECT_EQ(flows[1].reply, traffic::inverse(flows[1].original));
}

TEST_F(TableWriterTest, CountsWhatTheKernelRefuses) {
  const auto space = flow_space(kUdp, Family::Ipv4);
  create(space, 100);

  const auto again = writer_.create_flows(space, 50, 100);

  ASSERT_TRUE(again) << again.error().context;
  EXPECT_EQ(again->messages, 100U);
  EXPECT_EQ(again->refused, 50U);
  EXPECT_EQ(again->first_error, EEXIST);
  EXPECT_EQ(conntrack_count(), 150U);
}

TEST_F(TableWriterTest, DeletesTheFlowsOfOneZone) {
  const auto space = flow_space(kUdp, Family::Ipv4);
  create(space, 1000, {.zone = 1});
  create(space, 1000, {.zone = 2});

  const auto deleted = writer_.delete_flows(space, 0, 1000, 1);

  ASSERT_TRUE(deleted) << deleted.error().context;
  EXPECT_EQ(deleted->refused, 0U);
  EXPECT_TRUE(std::ranges::all_of(dump_kernel_flows(),
                                  [](const KernelFlow& flow) { return flow.zone == 2; }));
  EXPECT_EQ(conntrack_count(), 1000U);
}

TEST_F(TableWriterTest, DeletesOneFlowOnce) {
  const auto space = flow_space(kTcp, Family::Ipv4);
  create(space, 2);

  EXPECT_TRUE(writer_.delete_flow(traffic::tuple_at(space, 1)));
  const auto again = writer_.delete_flow(traffic::tuple_at(space, 1));

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ENOENT);
  EXPECT_EQ(dump_kernel_flows().at(0).original, traffic::tuple_at(space, 0));
}

TEST_F(TableWriterTest, FlushesBothFamilies) {
  create(flow_space(kUdp, Family::Ipv4), 100);
  create(flow_space(kUdp, Family::Ipv6), 100);

  ASSERT_TRUE(writer_.flush());

  EXPECT_EQ(conntrack_count(), 0U);
}

TEST_F(TableWriterTest, AgreesWithTheConntrackTool) {
  create(flow_space(kTcp, Family::Ipv4), 1, {.tcp_state = std::uint8_t{7}});
  const std::string listed = checked_command({"conntrack", "-L"});
  EXPECT_NE(listed.find("TIME_WAIT src=10.1.0.10 dst=10.2.0.10 sport=1024 dport=80 "
                        "src=10.2.0.10 dst=10.1.0.10 sport=80 dport=1024 [ASSURED]"),
            std::string::npos)
      << listed;
}

}  // namespace
}  // namespace ctwarden::tests

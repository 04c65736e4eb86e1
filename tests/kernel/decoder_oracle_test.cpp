// SPDX-License-Identifier: GPL-2.0-or-later
//
// The decoder against libnetfilter_conntrack on what this kernel really sends: flows of every kind,
// created and by real packets, as events and as dump rows. With CTWARDEN_CAPTURE_DIR set, the
// datagrams are kept there (see tests/data/ctnetlink/README.md).
#include "nlink/flow_decoder.h"
#include "tests/support/created_flows.h"
#include "tests/support/ctnetlink_socket.h"
#include "tests/support/flow_text.h"
#include "tests/support/flows.h"
#include "tests/support/library_decoder.h"
#include "tests/support/loopback_traffic.h"
#include "tests/support/private_namespace.h"

#include <gtest/gtest.h>

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

namespace ctwarden::nlink {
namespace {

using model::EventKind;
using model::FlowEvent;
using support::Buffer;
using support::CreatedFlow;
using support::to_text;
using support::tuple_of;

// "new_6_ipv4": kind, protocol number, family; a dump's datagrams by the number of rows.
std::string capture_name(const FlowEvent& event, std::size_t flows) {
  if (event.kind == EventKind::DumpRow) {
    return "dump_of_" + std::to_string(flows);
  }
  constexpr std::array kKinds = {"new", "update", "destroy"};
  return std::string(kKinds[static_cast<std::size_t>(event.kind)]) + "_" +
         std::to_string(event.original.protocol) + "_" + std::string(name(event.original.family));
}

// Decodes every flow in the datagrams and compares it with the library's reading.
std::vector<FlowEvent> compare_all(const std::vector<Buffer>& datagrams) {
  std::vector<FlowEvent> flows;
  for (const Buffer& datagram : datagrams) {
    const std::size_t before = flows.size();
    std::span<const std::byte> left = datagram;
    for (const FlowEvent& expected : support::decode_all_with_library(datagram)) {
      FlowEvent event;
      const Step step = decode_message(left, event);
      EXPECT_EQ(step.what, Decoded::Flow);
      EXPECT_EQ(to_text(event), to_text(expected));
      left = left.subspan(step.size);
      flows.push_back(event);
    }
    FlowEvent unused;
    EXPECT_TRUE(left.empty() || decode_message(left, unused).what == Decoded::Done);
    if (flows.size() > before) {
      support::keep_capture(capture_name(flows.back(), flows.size() - before), datagram);
    }
  }
  return flows;
}

template <typename Predicate>
std::size_t count(const std::vector<FlowEvent>& flows, Predicate matches) {
  return static_cast<std::size_t>(std::ranges::count_if(flows, matches));
}

std::set<std::uint8_t> protocols_of(const std::vector<FlowEvent>& flows) {
  std::set<std::uint8_t> protocols;
  for (const FlowEvent& flow : flows) {
    protocols.insert(flow.original.protocol);
  }
  return protocols;
}

class DecoderOnTheKernel : public testing::Test {
 protected:
  DecoderOnTheKernel() {
    namespace_.write_setting("nf_conntrack_acct", "1");
    namespace_.write_setting("nf_conntrack_timestamp", "1");
    events_.subscribe();
  }

  std::vector<FlowEvent> dump() {
    support::CtnetlinkSocket socket;
    return compare_all(socket.dump(IPCTNL_MSG_CT_GET));
  }

  // Nothing to wait for: an event is queued before the request is acknowledged, or the packet
  // leaves, that caused it.
  std::vector<FlowEvent> events() { return compare_all(events_.receive_queued()); }

  support::PrivateNamespace namespace_;
  support::CtnetlinkSocket events_;
};

CreatedFlow created(const model::Tuple& original) {
  CreatedFlow flow;
  flow.original = original;
  return flow;
}

std::vector<CreatedFlow> flows_of_every_protocol() {
  std::vector<CreatedFlow> flows;
  constexpr std::array<std::uint8_t, 3> kWithPorts = {IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_GRE};
  for (const std::uint8_t protocol : kWithPorts) {
    flows.push_back(created(tuple_of(protocol, "192.0.2.1", 1000, "192.0.2.2", 53)));
    flows.push_back(created(tuple_of(protocol, "2001:db8::1", 1000, "2001:db8::2", 53)));
  }
  flows.push_back(created(tuple_of(IPPROTO_ICMP, "192.0.2.1", 77, "192.0.2.2", 8U << 8U)));
  flows.push_back(created(tuple_of(IPPROTO_ICMPV6, "2001:db8::1", 78, "2001:db8::2", 128U << 8U)));
  flows.push_back(created(tuple_of(IPPROTO_SCTP, "192.0.2.1", 1000, "192.0.2.2", 36412)));
  flows.back().sctp_state = 4;
  flows.push_back(created(tuple_of(IPPROTO_TCP, "2001:db8::1", 1000, "2001:db8::2", 22)));
  flows.back().tcp_state = 3;
  flows.push_back(created(tuple_of(IPPROTO_ESP, "192.0.2.1", 0, "192.0.2.2", 0)));
  return flows;
}

TEST_F(DecoderOnTheKernel, AgreesOnEveryProtocolFromBirthToDeath) {
  support::FlowCreator creator;
  const std::vector<CreatedFlow> flows = flows_of_every_protocol();
  for (const CreatedFlow& flow : flows) {
    creator.create(flow);
  }
  const auto born = events();
  const auto rows = dump();
  for (const CreatedFlow& flow : flows) {
    creator.destroy(flow);
  }
  const auto died = events();

  EXPECT_EQ(count(born, [](const auto& f) { return f.kind == EventKind::New; }), flows.size());
  EXPECT_EQ(rows.size(), flows.size());
  EXPECT_EQ(count(rows, [](const auto& f) { return f.kind == EventKind::DumpRow; }), flows.size());
  EXPECT_EQ(count(died, [](const auto& f) { return f.kind == EventKind::Destroy; }), flows.size());
  EXPECT_EQ(count(died, [](const auto& f) { return f.requester != 0; }), flows.size());
  EXPECT_EQ(protocols_of(rows), (std::set<std::uint8_t>{1, 6, 17, 47, 50, 58, 132, 136}));
}

TEST_F(DecoderOnTheKernel, AgreesOnEveryTcpState) {
  support::FlowCreator creator;
  for (std::uint8_t state = 1; state <= 9; ++state) {
    CreatedFlow flow = created(tuple_of(IPPROTO_TCP, "192.0.2.1", state, "192.0.2.2", 80));
    flow.tcp_state = state;
    creator.create(flow);
  }
  std::set<std::uint8_t> states;
  for (const FlowEvent& row : dump()) {
    states.insert(row.tcp_state.value_or(0));
  }
  EXPECT_EQ(states, (std::set<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(DecoderOnTheKernel, AgreesOnZonesOfBothAndOfOneDirection) {
  support::FlowCreator creator;
  CreatedFlow both = created(tuple_of(IPPROTO_UDP, "192.0.2.1", 1, "192.0.2.2", 53));
  both.zone = 5;
  creator.create(both);
  CreatedFlow one = created(tuple_of(IPPROTO_UDP, "192.0.2.1", 2, "192.0.2.2", 53));
  one.original.zone = 6;
  creator.create(one);

  const auto rows = dump();
  EXPECT_EQ(count(rows,
                  [](const auto& f) {
                    return f.zone == 5 && f.original.zone == 5 && f.reply && f.reply->zone == 5;
                  }),
            1U);
  EXPECT_EQ(count(rows,
                  [](const auto& f) {
                    return !f.zone && f.original.zone == 6 && f.reply && f.reply->zone == 0;
                  }),
            1U);
}

TEST_F(DecoderOnTheKernel, AgreesOnMarkNatAndHelper) {
  support::FlowCreator creator;
  CreatedFlow flow = created(tuple_of(IPPROTO_TCP, "192.0.2.1", 1, "192.0.2.2", 21));
  flow.tcp_state = 3;
  flow.mark = 0xdeadbeef;
  flow.source_nat = support::address_of("198.51.100.9");
  flow.helper = "ftp";
  creator.create(flow);

  const auto rows = dump();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].mark, 0xdeadbeef);
  EXPECT_EQ(rows[0].reply.value_or(model::Tuple{}).destination,
            support::address_of("198.51.100.9"));
  EXPECT_NE(rows[0].status.value_or(0) & model::kStatusSourceNat, 0U);
  EXPECT_TRUE(rows[0].has_helper);
}

// Tracks, marks and labels everything; some ports get a zone or a helper.
constexpr const char* kRules = R"(
table inet t {
  ct helper ftp-standard { type "ftp" protocol tcp; }
  chain zones {
    type filter hook output priority raw;
    udp dport 7001 ct original zone set 11
    udp dport 7002 ct zone set 12
  }
  chain filter {
    type filter hook output priority filter;
    ct state new ct mark set 42
    ct state new ct label set 1
    tcp dport 2121 ct helper set "ftp-standard"
  }
})";

void send_packets_of_every_kind() {
  support::exchange_tcp("127.0.0.1", 8080);
  support::exchange_tcp("::1", 8080);
  support::exchange_tcp("127.0.0.1", 2121);
  support::refuse_tcp("127.0.0.1", 8081);
  support::exchange_udp("127.0.0.1", 7000, IPPROTO_UDP);
  support::exchange_udp("127.0.0.1", 7001, IPPROTO_UDP);
  support::exchange_udp("127.0.0.1", 7002, IPPROTO_UDP);
  support::exchange_udp("::1", 7000, IPPROTO_UDP);
  support::exchange_udp("127.0.0.1", 7000, IPPROTO_UDPLITE);
  support::ping("127.0.0.1");
  support::ping("::1");
  const std::array<std::byte, 32> zeros{};
  support::send_raw(IPPROTO_GRE, std::span(zeros).first(4));
  // A REQUEST in its smallest form: the DCCP tracker of 6.1 and 6.12 takes nothing less (6.18 has
  // none, and takes anything).
  auto dccp_request = zeros;
  dccp_request[4] = std::byte{5};  // header length in words
  dccp_request[8] = std::byte{1};  // type 0, long sequence numbers
  support::send_raw(IPPROTO_DCCP, dccp_request);
  support::send_raw(89, zeros);  // OSPF: no tracker of its own
}

TEST_F(DecoderOnTheKernel, AgreesOnRealPackets) {
  namespace_.load_rules(kRules);
  send_packets_of_every_kind();
  const auto seen = events();
  const auto rows = dump();

  EXPECT_GE(count(seen, [](const auto& f) { return f.kind == EventKind::New; }), 13U);
  EXPECT_GE(count(seen, [](const auto& f) { return f.kind == EventKind::Update; }), 10U);
  EXPECT_EQ(count(seen, [](const auto& f) { return f.kind == EventKind::Destroy; }), 1U);
  EXPECT_EQ(count(seen, [](const auto& f) { return f.requester != 0; }), 0U);
  // 89 is OSPF; 132 (SCTP) would need a valid chunk to be tracked.
  const std::set<std::uint8_t> expected = {1, 6, 17, 33, 47, 58, 89, 136};
  EXPECT_EQ(protocols_of(rows), expected);
  EXPECT_GE(count(rows, [](const auto& f) { return f.has_helper; }), 1U);
  EXPECT_GE(count(rows, [](const auto& f) { return f.has_labels; }), 10U);
  EXPECT_GE(count(rows, [](const auto& f) { return f.mark == 42; }), 10U);
  EXPECT_EQ(count(rows, [](const auto& f) { return f.original.zone == 11; }), 1U);
  EXPECT_EQ(count(rows, [](const auto& f) { return f.zone == 12; }), 1U);
  EXPECT_GE(
      count(rows,
            [](const auto& f) { return f.original_counters && f.original_counters->packets > 0; }),
      10U);
  EXPECT_EQ(count(rows, [](const auto& f) { return f.start_ns.has_value(); }), rows.size());
}

}  // namespace
}  // namespace ctwarden::nlink

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/traffic/flow_space.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

namespace ctwarden::traffic {
namespace {

// Widths that share factors, so that a spread that is not one to one would show.
FlowSpace small_space() {
  FlowSpace space;
  space.first_source = address("10.1.0.250");
  space.sources = 12;
  space.first_destination = address("10.2.0.10");
  space.destinations = 6;
  space.first_source_port = 65500;
  space.source_ports = 36;
  space.first_destination_port = 53;
  space.destination_ports = 4;
  return space;
}

TEST(FlowSpace, GivesEveryTupleOnce) {
  const FlowSpace space = small_space();
  ASSERT_EQ(capacity(space), 12U * 6 * 36 * 4);

  std::set<model::Tuple> tuples;
  for (std::uint64_t i = 0; i < capacity(space); ++i) {
    tuples.insert(tuple_at(space, i));
  }

  EXPECT_EQ(tuples.size(), capacity(space));
}

TEST(FlowSpace, StaysDistinctWithoutTheSourceAddressForOnePool) {
  const FlowSpace space = small_space();
  constexpr std::uint64_t kPool = 6ULL * 36 * 4;

  std::set<std::tuple<model::Address, std::uint16_t, std::uint16_t>> behind_nat;
  for (std::uint64_t i = 0; i < kPool; ++i) {
    const model::Tuple tuple = tuple_at(space, i);
    behind_nat.emplace(tuple.destination, tuple.source_port, tuple.destination_port);
  }

  EXPECT_EQ(behind_nat.size(), kPool);
}

TEST(FlowSpace, ShowsManyTalkersAndServicesAtOnce) {
  std::set<model::Address> sources;
  std::set<model::Address> destinations;
  std::set<std::uint16_t> services;
  for (std::uint64_t i = 0; i < 12; ++i) {
    const model::Tuple tuple = tuple_at(small_space(), i);
    sources.insert(tuple.source);
    destinations.insert(tuple.destination);
    services.insert(tuple.destination_port);
  }

  EXPECT_EQ(sources.size(), 12U);
  EXPECT_EQ(destinations.size(), 6U);
  EXPECT_EQ(services.size(), 4U);
}

TEST(FlowSpace, CountsAddressesAcrossByteBoundaries) {
  const FlowSpace space = small_space();
  EXPECT_EQ(tuple_at(space, 0).source, address("10.1.0.250"));
  EXPECT_EQ(tuple_at(space, 7).source, address("10.1.1.1"));
}

TEST(FlowSpace, RefusesPortsBeyondTheLast) {
  FlowSpace space = small_space();
  space.source_ports = 37;
  EXPECT_FALSE(check(space));
}

TEST(FlowSpace, AnswersAnEchoRequestWithItsReply) {
  FlowSpace space;
  space.protocol = 58;
  space.family = model::Family::Ipv6;
  space.first_source = address("fd00:1::10");
  space.first_destination = address("fd00:2::10");

  const model::Tuple request = tuple_at(space, 5);
  const model::Tuple reply = inverse(request);

  EXPECT_EQ(request.destination_port, 128U << 8U);
  EXPECT_EQ(reply.destination_port, 129U << 8U);
  EXPECT_EQ(reply.source_port, request.source_port);
  EXPECT_EQ(reply.source, address("fd00:2::10"));
}

TEST(FlowSpace, SaysWhichTextIsNoAddress) {
  const auto parsed = parse_address("10.1.0");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().context, "'10.1.0' is no IPv4 or IPv6 address");
}

}  // namespace
}  // namespace ctwarden::traffic

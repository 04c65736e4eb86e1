// SPDX-License-Identifier: GPL-2.0-or-later
//
// The expected values come from an independent implementation of SipHash over 64-bit words, checked
// against the vector of the paper's appendix (SipHash-2-4 of 00..0e under 00..0f is
// a129ca6149be45e5), then run with one and three rounds over the tuple's words on a little-endian
// machine. The secret is the paper's key.
#include "model/keyed_hash.h"

#include "tests/support/flows.h"

#include <gtest/gtest.h>

#include <set>

namespace ctwarden::model {
namespace {

using support::tuple_of;

constexpr HashSecret kPaperKey{.k0 = 0x0706050403020100U, .k1 = 0x0f0e0d0c0b0a0908U};

Tuple ipv4_tuple() { return tuple_of(6, "192.0.2.1", 40000, "198.51.100.7", 443); }
Tuple ipv6_tuple() { return tuple_of(6, "2001:db8::1", 40000, "2001:db8::2", 443); }

std::uint64_t hash(const Tuple& tuple) { return KeyedHash(kPaperKey)(tuple); }

TEST(KeyedHash, IsSipHash13OverTheWordsOfAnIpv4Tuple) {
  EXPECT_EQ(hash(ipv4_tuple()), 0x3c2095c1503e22a2U);
}

TEST(KeyedHash, IsSipHash13OverTheWordsOfAnIpv6Tuple) {
  EXPECT_EQ(hash(ipv6_tuple()), 0xeae6b09bab4ecefcU);
}

TEST(KeyedHash, TakesTheZoneIn) {
  Tuple tuple = ipv4_tuple();
  tuple.zone = 7;
  EXPECT_EQ(hash(tuple), 0x6c296dc0b183cb83U);
}

TEST(KeyedHash, TakesPortsZoneAndProtocolOfIpv6In) {
  Tuple tuple = tuple_of(17, "2001:db8::1", 5353, "2001:db8::2", 53);
  tuple.zone = 300;
  EXPECT_EQ(hash(tuple), 0xbcd8982319340d8fU);
}

TEST(KeyedHash, DiffersByEitherHalfOfTheSecret) {
  const HashSecret other0{.k0 = kPaperKey.k0 ^ 1U, .k1 = kPaperKey.k1};
  const HashSecret other1{.k0 = kPaperKey.k0, .k1 = kPaperKey.k1 ^ 1U};
  const std::set<std::uint64_t> hashes{hash(ipv4_tuple()), KeyedHash(other0)(ipv4_tuple()),
                                       KeyedHash(other1)(ipv4_tuple())};
  EXPECT_EQ(hashes.size(), 3U);
}

TEST(KeyedHash, DiffersByEveryFieldOfTheTuple) {
  std::set<std::uint64_t> hashes{hash(ipv4_tuple())};
  const auto with = [&](auto change) {
    Tuple tuple = ipv4_tuple();
    change(tuple);
    hashes.insert(hash(tuple));
  };
  with([](Tuple& tuple) { tuple.source.bytes[3] ^= 1; });
  with([](Tuple& tuple) { tuple.destination.bytes[0] ^= 1; });
  with([](Tuple& tuple) { tuple.source_port ^= 1; });
  with([](Tuple& tuple) { tuple.destination_port ^= 1; });
  with([](Tuple& tuple) { tuple.zone ^= 0x8000; });
  with([](Tuple& tuple) { tuple.protocol ^= 1; });
  with([](Tuple& tuple) { tuple.family = Family::Ipv6; });
  EXPECT_EQ(hashes.size(), 8U);
}

TEST(KeyedHash, DiffersByEveryByteOfAnIpv6Address) {
  std::set<std::uint64_t> hashes{hash(ipv6_tuple())};
  for (std::size_t i = 0; i < 16; ++i) {
    Tuple tuple = ipv6_tuple();
    tuple.source.bytes[i] ^= 1;
    hashes.insert(hash(tuple));
    tuple = ipv6_tuple();
    tuple.destination.bytes[i] ^= 1;
    hashes.insert(hash(tuple));
  }
  EXPECT_EQ(hashes.size(), 33U);
}

TEST(KeyedHash, DiffersByDirection) {
  EXPECT_NE(hash(ipv4_tuple()), hash(support::reverse_of(ipv4_tuple())));
}

// An IPv6 tuple whose first words are the very words an IPv4 tuple is hashed as.
TEST(KeyedHash, Ipv6TupleThatContinuesAnIpv4TupleIsNotTheSame) {
  const Tuple ipv4 = ipv4_tuple();
  Tuple ipv6 = ipv4;
  ipv6.family = Family::Ipv6;
  ipv6.source = {};
  std::memcpy(ipv6.source.bytes.data(), ipv4.destination.bytes.data(), 4);
  std::memcpy(ipv6.source.bytes.data() + 4, ipv4.source.bytes.data(), 4);
  std::memcpy(ipv6.source.bytes.data() + 8, &ipv4.source_port, 8);
  EXPECT_NE(hash(ipv6), hash(ipv4));
}

// The index takes the table from the top ten bits.
TEST(KeyedHash, SpreadsConsecutivePortsOverAllTables) {
  std::set<std::uint64_t> tables;
  Tuple tuple = ipv4_tuple();
  for (std::uint16_t port = 0; port < 20'000; ++port) {
    tuple.source_port = port;
    tables.insert(hash(tuple) >> 54);
  }
  EXPECT_EQ(tables.size(), 1024U);
}

}  // namespace
}  // namespace ctwarden::model

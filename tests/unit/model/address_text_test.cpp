// SPDX-License-Identifier: GPL-2.0-or-later
//
// Addresses as text, with the C library as the oracle.
#include "model/address_text.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>

#include <array>
#include <optional>
#include <random>
#include <string>

namespace ctwarden::model {
namespace {

std::optional<FamilyAddress> oracle(const std::string& text) {
  FamilyAddress found;
  if (inet_pton(AF_INET, text.c_str(), found.address.bytes.data()) == 1) {
    return found;
  }
  found = {.family = Family::Ipv6, .address = {}};
  if (inet_pton(AF_INET6, text.c_str(), found.address.bytes.data()) == 1) {
    return found;
  }
  return std::nullopt;
}

std::string prefix_error(std::string_view text) {
  const auto prefix = parse_prefix(text);
  return prefix ? "accepted as " + to_text(*prefix) : prefix.error().context;
}

TEST(ParseAddress, ReadsWhatTheLibraryReads) {
  for (const std::string text :
       {"192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1",
        "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::ffff:192.0.2.1",
        "1:2:3:4:5:6:192.0.2.1", "64:ff9b::192.0.2.33", "FD00:ABCD::Ef"}) {
    ASSERT_TRUE(oracle(text)) << text;
    EXPECT_EQ(parse_address(text), oracle(text)) << text;
  }
}

TEST(ParseAddress, RefusesWhatTheLibraryRefuses) {
  for (const std::string text : {"",
                                 ".",
                                 "1",
                                 "1.2.3",
                                 "1.2.3.4.5",
                                 "1.2.3.256",
                                 "1.2.3.04",
                                 "1.2.3.-4",
                                 "1.2.3.4 ",
                                 " 1.2.3.4",
                                 "1.2.3.",
                                 ":",
                                 ":::",
                                 "1:2:3:4:5:6:7",
                                 "1:2:3:4:5:6:7:8:9",
                                 "1::2::3",
                                 "1:2:3:4:5:6:7:8::",
                                 "::1:2:3:4:5:6:7:8",
                                 "1:",
                                 ":1",
                                 "12345::",
                                 "g::",
                                 "1.2.3.4::",
                                 "::1.2.3",
                                 "1:2:3:4:5:6:7:1.2.3.4",
                                 "fe80::1%eth0",
                                 "[::1]",
                                 "+1::",
                                 "0x1::"}) {
    ASSERT_FALSE(oracle(text)) << text;
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

// Words over the letters of addresses: most are wrong, near misses are frequent.
TEST(ParseAddress, AgreesWithTheLibraryOnRandomWords) {
  std::mt19937 random(7);
  constexpr std::string_view kPieces[] = {":",  "::", ".",         "0",   "1",
                                          "25", "ff", "192.0.2.1", "abcd"};
  std::size_t addresses = 0;
  for (int round = 0; round < 300'000; ++round) {
    std::string word;
    for (auto left = random() % 12; left > 0; --left) {
      word += kPieces[random() % std::size(kPieces)];
    }
    const auto expected = oracle(word);
    addresses += expected ? 1U : 0U;
    ASSERT_EQ(parse_address(word), expected) << word;
  }
  EXPECT_GT(addresses, 1000U);
}

TEST(AddressText, OfIpv4IsTheLibrarys) {
  EXPECT_EQ(to_text(Family::Ipv4, {{192, 0, 2, 1}}), "192.0.2.1");
  EXPECT_EQ(to_text(Family::Ipv4, {{0, 0, 0, 0}}), "0.0.0.0");
}

TEST(AddressText, OfIpv6IsTheLibrarys) {
  std::mt19937 random(8);
  for (int round = 0; round < 100'000; ++round) {
    Address address;
    for (std::uint8_t& byte : address.bytes) {
      byte = random() % 3 == 0 ? static_cast<std::uint8_t>(random()) : std::uint8_t{0};
    }
    address.bytes[0] |= 1;  // the library writes ::1.2.3.4 for ::102:304, RFC 5952 does not
    std::array<char, INET6_ADDRSTRLEN> text{};
    ASSERT_NE(inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size()), nullptr);
    ASSERT_EQ(to_text(Family::Ipv6, address), text.data());
    ASSERT_EQ(parse_address(text.data()),
              (FamilyAddress{.family = Family::Ipv6, .address = address}));
  }
}

TEST(AddressText, ShortensTheFirstLongestRunOfZeros) {
  const auto shortened = [](std::string_view text) {
    return to_text(Family::Ipv6, parse_prefix(text).value().address);
  };
  EXPECT_EQ(shortened("0:0:0:0:0:0:0:0"), "::");
  EXPECT_EQ(shortened("0:0:0:0:0:0:0:1"), "::1");
  EXPECT_EQ(shortened("1:0:0:0:0:0:0:0"), "1::");
  EXPECT_EQ(shortened("1:0:0:2:0:0:0:3"), "1:0:0:2::3");
  EXPECT_EQ(shortened("1:0:0:2:3:0:0:4"), "1::2:3:0:0:4");
  EXPECT_EQ(shortened("1:0:2:3:4:5:6:7"), "1:0:2:3:4:5:6:7");
  EXPECT_EQ(shortened("::ffff:192.0.2.1"), "::ffff:192.0.2.1");
}

TEST(ParsePrefix, ReadsRanges) {
  EXPECT_EQ(to_text(*parse_prefix("10.0.0.0/8")), "10.0.0.0/8");
  EXPECT_EQ(to_text(*parse_prefix("0.0.0.0/0")), "0.0.0.0/0");
  EXPECT_EQ(to_text(*parse_prefix("10.128.0.0/9")), "10.128.0.0/9");
  EXPECT_EQ(to_text(*parse_prefix("2001:db8::/33")), "2001:db8::/33");
}

TEST(ParsePrefix, TakesAnAddressForARangeOfOne) {
  EXPECT_EQ(to_text(*parse_prefix("192.0.2.1")), "192.0.2.1/32");
  EXPECT_EQ(to_text(*parse_prefix("::1")), "::1/128");
}

TEST(ParsePrefix, SaysWhichRangeIsMeant) {
  EXPECT_EQ(prefix_error("10.1.2.3/8"),
            "has bits set beyond its length: write 10.0.0.0/8 for the range, or the address alone");
  EXPECT_NE(prefix_error("2001:db8:8000::/32").find("2001:db8::/32"), std::string::npos);
}

TEST(ParsePrefix, RefusesLengthsBeyondTheFamilys) {
  EXPECT_EQ(prefix_error("10.0.0.0/33"), "the length after the slash must be from 0 to 32");
  EXPECT_EQ(prefix_error("::/129"), "the length after the slash must be from 0 to 128");
  for (const char* text : {"10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/0x8"}) {
    EXPECT_EQ(prefix_error(text), "the length after the slash must be from 0 to 32") << text;
  }
}

TEST(ParsePrefix, RefusesWhatIsNoAddress) {
  EXPECT_EQ(prefix_error("localhost"), "not an address, like 192.0.2.1 or 2001:db8::1");
  EXPECT_EQ(prefix_error("/8"), "not an address, like 192.0.2.1 or 2001:db8::1");
}

TEST(Prefix, ContainsTheAddressesOfItsFamilyThatBeginLikeIt) {
  const Prefix ten = *parse_prefix("10.0.0.0/9");
  EXPECT_TRUE(contains(ten, Family::Ipv4, {{10, 127, 255, 255}}));
  EXPECT_FALSE(contains(ten, Family::Ipv4, {{10, 128, 0, 0}}));
  EXPECT_FALSE(contains(ten, Family::Ipv6, {{10, 0, 0, 0}}));
  EXPECT_TRUE(contains(*parse_prefix("::/0"), Family::Ipv6, {{0xff, 2}}));
}

}  // namespace
}  // namespace ctwarden::model

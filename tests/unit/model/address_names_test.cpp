// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/address_names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctwarden::model {
namespace {

AddressNames names(std::initializer_list<std::pair<std::string_view, std::string_view>> lines) {
  AddressNames::Builder builder;
  for (const auto& [range, name] : lines) {
    builder.add(*parse_prefix(range), name, 0);
  }
  return builder.build().value();
}

std::string_view name_in(const AddressNames& names, std::string_view text) {
  const Prefix one = parse_prefix(text).value();
  return names.name_of(one.family, one.address);
}

TEST(AddressNames, AreEmptyAtFirst) {
  EXPECT_EQ(name_in(AddressNames{}, "192.0.2.1"), "");
  EXPECT_EQ(AddressNames{}.size(), 0U);
}

TEST(AddressNames, AreThoseOfTheRange) {
  const auto some = names({{"10.1.0.0/16", "office"}, {"192.0.2.7", "printer"}});
  EXPECT_EQ(name_in(some, "10.1.0.0"), "office");
  EXPECT_EQ(name_in(some, "10.1.255.255"), "office");
  EXPECT_EQ(name_in(some, "192.0.2.7"), "printer");
}

TEST(AddressNames, AreNoneOutsideEveryRange) {
  const auto some = names({{"10.1.0.0/16", "office"}, {"192.0.2.7", "printer"}});
  for (const char* address : {"0.0.0.0", "10.0.255.255", "10.2.0.0", "192.0.2.6", "192.0.2.8",
                              "255.255.255.255", "::", "10::1"}) {
    EXPECT_EQ(name_in(some, address), "") << address;
  }
}

TEST(AddressNames, OfTheLongestRangeWin) {
  const auto some = names({{"0.0.0.0/0", "world"},
                           {"10.0.0.0/8", "inside"},
                           {"10.1.0.0/16", "pods"},
                           {"10.1.2.0/24", "node"},
                           {"10.1.2.3", "dns"}});
  EXPECT_EQ(name_in(some, "10.1.2.3"), "dns");
  EXPECT_EQ(name_in(some, "10.1.2.4"), "node");
  EXPECT_EQ(name_in(some, "10.1.3.0"), "pods");
  EXPECT_EQ(name_in(some, "10.2.0.0"), "inside");
  EXPECT_EQ(name_in(some, "11.0.0.0"), "world");
}

TEST(AddressNames, OfTheSameFirstAddressAreToldApart) {
  const auto some = names({{"10.0.0.0/24", "net"}, {"10.0.0.0/8", "all"}, {"10.0.0.0", "base"}});
  EXPECT_EQ(name_in(some, "10.0.0.0"), "base");
  EXPECT_EQ(name_in(some, "10.0.0.1"), "net");
  EXPECT_EQ(name_in(some, "10.0.1.0"), "all");
}

TEST(AddressNames, KeepTheFamiliesApart) {
  const auto some = names({{"0.0.0.0/0", "four"}, {"2001:db8::/32", "six"}});
  EXPECT_EQ(name_in(some, "192.0.2.1"), "four");
  EXPECT_EQ(name_in(some, "2001:db8::1"), "six");
  EXPECT_EQ(name_in(some, "2001:db9::1"), "");
}

TEST(AddressNames, RefuseARangeThatIsNamedTwice) {
  const Prefix ten = *parse_prefix("10.0.0.0/8");
  const Prefix other = *parse_prefix("192.0.2.1");
  AddressNames::Builder builder;
  builder.add(ten, "a", 5);
  builder.add(other, "b", 9);
  builder.add(other, "c", 2);
  builder.add(ten, "a", 7);
  builder.add(ten, "d", 6);
  const auto built = builder.build();
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error(), (std::vector<TwiceNamed>{{.range = ten, .first = 5, .second = 6},
                                                    {.range = ten, .first = 5, .second = 7},
                                                    {.range = other, .first = 2, .second = 9}}));
}

// Ranges and addresses that share long beginnings, so that nesting is deep and borders are hit.
Address crowded_address(std::mt19937& random, Family family) {
  Address address;
  const std::size_t bytes = family == Family::Ipv4 ? 4 : 16;
  for (std::size_t i = 0; i < bytes; ++i) {
    address.bytes[i] = std::array<std::uint8_t, 4>{0, 1, 128, 255}[random() % 4];
  }
  return address;
}

TEST(AddressNames, AgreeWithALookAtEveryRange) {
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<Prefix> ranges;
    AddressNames::Builder builder;
    for (int i = 0; i < 400; ++i) {
      const Family family = random() % 2 == 0 ? Family::Ipv4 : Family::Ipv6;
      const unsigned length = static_cast<unsigned>(random() % (family == Family::Ipv4 ? 33 : 129));
      Address address = crowded_address(random, family);
      for (unsigned bit = length; bit < 128; ++bit) {
        address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
      }
      const Prefix range{
          .family = family, .address = address, .length = static_cast<std::uint8_t>(length)};
      if (std::ranges::find(ranges, range) == ranges.end()) {
        ranges.push_back(range);
        builder.add(range, to_text(range), 0);
      }
    }
    const auto built = builder.build().value();
    ASSERT_EQ(built.size(), ranges.size());
    for (int i = 0; i < 2000; ++i) {
      const Family family = random() % 2 == 0 ? Family::Ipv4 : Family::Ipv6;
      const Address address = crowded_address(random, family);
      const Prefix* longest = nullptr;
      for (const Prefix& range : ranges) {
        if (contains(range, family, address) &&
            (longest == nullptr || range.length > longest->length)) {
          longest = &range;
        }
      }
      ASSERT_EQ(built.name_of(family, address), longest == nullptr ? "" : to_text(*longest))
          << to_text(family, address);
    }
  }
}

TEST(AddressNames, CanBeBuiltAnewWithTheSameBuilder) {
  AddressNames::Builder builder;
  builder.add(*parse_prefix("10.0.0.0/8"), "old", 1);
  ASSERT_TRUE(builder.build());
  builder.add(*parse_prefix("10.0.0.0/8"), "new", 1);
  EXPECT_EQ(name_in(builder.build().value(), "10.0.0.1"), "new");
}

}  // namespace
}  // namespace ctwarden::model

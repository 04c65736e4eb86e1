// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/listen_address.h"

#include <gtest/gtest.h>

#include <string>

namespace ctwarden::control {
namespace {

using Kind = ListenAddress::Kind;

TEST(ListenAddress, ReadsAnIpv4AddressWithPort) {
  const auto address = parse_listen_address("127.0.0.1:10087");
  ASSERT_TRUE(address) << address.error().context;
  EXPECT_EQ(address->kind, Kind::Ipv4);
  EXPECT_EQ(address->ip[0], 127);
  EXPECT_EQ(address->ip[3], 1);
  EXPECT_EQ(address->port, 10087);
  EXPECT_FALSE(address->is_wildcard());
}

TEST(ListenAddress, ReadsAnIpv6AddressInBrackets) {
  const auto address = parse_listen_address("[2001:db8::5]:9");
  ASSERT_TRUE(address) << address.error().context;
  EXPECT_EQ(address->kind, Kind::Ipv6);
  EXPECT_EQ(address->ip[0], 0x20);
  EXPECT_EQ(address->ip[15], 5);
  EXPECT_EQ(address->port, 9);
}

TEST(ListenAddress, ReadsAUnixPath) {
  const auto address = parse_listen_address("unix:/run/ctwarden/metrics.sock");
  ASSERT_TRUE(address) << address.error().context;
  EXPECT_EQ(address->kind, Kind::Unix);
  EXPECT_EQ(address->path, "/run/ctwarden/metrics.sock");
}

TEST(ListenAddress, KnowsTheWildcards) {
  EXPECT_TRUE(parse_listen_address("[::]:1")->is_wildcard());
  EXPECT_TRUE(parse_listen_address("0.0.0.0:1")->is_wildcard());
  EXPECT_FALSE(parse_listen_address("[::1]:1")->is_wildcard());
  EXPECT_FALSE(parse_listen_address("unix:/a")->is_wildcard());
}

class GoodAddress : public testing::TestWithParam<std::string> {};

TEST_P(GoodAddress, IsAcceptedAndPrintsBack) {
  EXPECT_TRUE(check_listen_address(GetParam()));
  EXPECT_EQ(to_string(*parse_listen_address(GetParam())), GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, GoodAddress,
                         testing::Values("127.0.0.1:10087", "0.0.0.0:0", "192.0.2.1:65535",
                                         "[::]:10087", "[::1]:1", "[fd00::1]:443",
                                         "[::ffff:192.0.2.1]:80", "unix:/a",
                                         "unix:/run/x y/\xc3\xa9.sock"));

class BadAddress : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(BadAddress, IsRefusedWithItsReasonAndRightSpellings) {
  const auto& [text, reason] = GetParam();
  const auto checked = check_listen_address(text);
  ASSERT_FALSE(checked);
  const std::string& message = checked.error().context;
  EXPECT_NE(message.find(reason), std::string::npos) << message;
  EXPECT_NE(message.find("127.0.0.1:10087, [::]:10087 or unix:/"), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadAddress,
    testing::Values(
        std::pair{"", "empty"}, std::pair{"10087", "port is missing"},
        std::pair{"127.0.0.1", "port is missing"}, std::pair{":10087", "address is missing"},
        std::pair{"localhost:10087", "names are not looked up"},
        std::pair{"example.org:80", "\"example.org\" is not an IP address"},
        std::pair{"127.1:80", "not an IP address"}, std::pair{"256.0.0.1:80", "not an IP address"},
        std::pair{"127.0.0.1 :80", "not an IP address"},
        std::pair{"http://127.0.0.1:80", "brackets"}, std::pair{"::1:80", "brackets"},
        std::pair{"[::1]", "port"}, std::pair{"[::1]80", "port"}, std::pair{"[::1", "not closed"},
        std::pair{"[]:80", "no IPv6 address"}, std::pair{"[127.0.0.1]:80", "no IPv6 address"},
        std::pair{"[fe80::1%eth0]:80", "zone"}, std::pair{"[::1%25lo]:80", "zone"},
        std::pair{"[::1%]:80", "zone"}, std::pair{"127.0.0.1:", "0 to 65535"},
        std::pair{"127.0.0.1:65536", "0 to 65535"}, std::pair{"127.0.0.1:-1", "0 to 65535"},
        std::pair{"127.0.0.1:+1", "0 to 65535"}, std::pair{"127.0.0.1:080", "0 to 65535"},
        std::pair{"127.0.0.1:80x", "0 to 65535"}, std::pair{"127.0.0.1:0x50", "0 to 65535"},
        std::pair{"unix:", "absolute"}, std::pair{"unix:run.sock", "absolute"},
        std::pair{"unix:@name", "absolute"}, std::pair{"unix:/run/", "directory"},
        std::pair{"unix:/a\nb", "control byte"}));

TEST(ListenAddress, RefusesAPathTheKernelWouldCut) {
  EXPECT_TRUE(check_listen_address("unix:/" + std::string(106, 'a')));
  const auto checked = check_listen_address("unix:/" + std::string(107, 'a'));
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().context.find("107 bytes"), std::string::npos);
}

TEST(ListenAddress, RefusesBytesHiddenBehindANul) {
  EXPECT_FALSE(check_listen_address(std::string("127.0.0.1\0x:80", 14)));
  EXPECT_FALSE(check_listen_address(std::string("[::1\0]:80", 9)));
  EXPECT_FALSE(check_listen_address(std::string("unix:/a\0b", 9)));
}

TEST(ListenAddress, KeepsControlBytesOutOfItsMessage) {
  const auto checked = check_listen_address("\x1b]52;c;x\x07:80");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().context.find('\x1b'), std::string::npos);
  EXPECT_NE(checked.error().context.find("?]52;c;x?"), std::string::npos);
}

}  // namespace
}  // namespace ctwarden::control

// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/allowed_hosts.h"

#include <gtest/gtest.h>

namespace ctwarden::control {
namespace {

TEST(AllowedHosts, AllowsIpLiteralsWithAndWithoutPort) {
  const AllowedHosts hosts({});
  EXPECT_TRUE(hosts.allows("127.0.0.1"));
  EXPECT_TRUE(hosts.allows("192.0.2.7:10087"));
  EXPECT_TRUE(hosts.allows("[::1]"));
  EXPECT_TRUE(hosts.allows("[2001:db8::1]:10087"));
}

TEST(AllowedHosts, AllowsLocalhost) {
  const AllowedHosts hosts({});
  EXPECT_TRUE(hosts.allows("localhost"));
  EXPECT_TRUE(hosts.allows("LocalHost.:10087"));
}

TEST(AllowedHosts, AllowsTheNamesItIsGivenInAnyCase) {
  const AllowedHosts hosts({"Node1.Example.org"});
  EXPECT_TRUE(hosts.allows("node1.example.org:10087"));
  EXPECT_TRUE(hosts.allows("NODE1.EXAMPLE.ORG."));
  EXPECT_FALSE(hosts.allows("node1.example.org.evil.example"));
  EXPECT_FALSE(hosts.allows("xnode1.example.org"));
}

TEST(AllowedHosts, RefusesEveryOtherName) {
  const AllowedHosts hosts({""});
  EXPECT_FALSE(hosts.allows("evil.example"));
  EXPECT_FALSE(hosts.allows("localhost.evil.example"));
  EXPECT_FALSE(hosts.allows(""));
  EXPECT_FALSE(hosts.allows("."));
  EXPECT_FALSE(hosts.allows(":10087"));
}

TEST(AllowedHosts, RefusesWhatOnlyLooksLikeAnAddress) {
  const AllowedHosts hosts({});
  EXPECT_FALSE(hosts.allows("127.0.0.1.evil.example"));
  EXPECT_FALSE(hosts.allows("2130706433"));
  EXPECT_FALSE(hosts.allows("0x7f.1"));
  EXPECT_FALSE(hosts.allows("[evil.example]"));
  EXPECT_FALSE(hosts.allows("[::1]evil.example"));
  EXPECT_FALSE(hosts.allows("[::1"));
  EXPECT_FALSE(hosts.allows("127.0.0.1:80@evil.example"));
  EXPECT_FALSE(hosts.allows("user@127.0.0.1"));
}

}  // namespace
}  // namespace ctwarden::control

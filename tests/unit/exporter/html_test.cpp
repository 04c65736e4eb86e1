// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/html.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace ctwarden::exporter {
namespace {

TEST(Html, EscapesWhatMarkupAndQuotesWouldReadOtherwise) {
  EXPECT_EQ(escape_html("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&#39;");
}

TEST(Html, ReplacesControlBytes) { EXPECT_EQ(escape_html("a\x01\x7f\n"), "a\uFFFD\uFFFD\uFFFD"); }

TEST(Html, GroupsThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'000), "1,000");
  EXPECT_EQ(grouped(1'048'576), "1,048,576");
  EXPECT_EQ(grouped(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(Html, ShortNumbersKeepTheDigitsThatSaySomething) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(0.418), "0.42");
  EXPECT_EQ(short_number(7.26), "7.3");
  EXPECT_EQ(short_number(9.96), "10");
  EXPECT_EQ(short_number(-1284.4), "-1,284");
  EXPECT_EQ(short_number(std::numeric_limits<double>::infinity()), "9,007,199,254,740,992");
}

TEST(Html, PercentNeverClaimsZeroOrAllForWhatIsNot) {
  EXPECT_EQ(percent(0, 100), "0 %");
  EXPECT_EQ(percent(5, 0), "0 %");
  EXPECT_EQ(percent(1, 100'000), "<0.1 %");
  EXPECT_EQ(percent(3, 100), "3.0 %");
  EXPECT_EQ(percent(70, 100), "70 %");
  EXPECT_EQ(percent(99'999, 100'000), ">99 %");
  EXPECT_EQ(percent(100, 100), "100 %");
}

TEST(Html, WritesUnixTimeAsUtc) {
  EXPECT_EQ(utc_time(0), "1970-01-01 00:00:00 UTC");
  EXPECT_EQ(utc_time(951'782'399.9), "2000-02-28 23:59:59 UTC");
  EXPECT_EQ(utc_time(951'782'400), "2000-02-29 00:00:00 UTC");
}

}  // namespace
}  // namespace ctwarden::exporter

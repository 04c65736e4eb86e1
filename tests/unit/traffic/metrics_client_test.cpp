// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/metrics_client.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ctwarden::tests {
namespace {

TEST(Metrics, ReadsSamplesWithAndWithoutLabels) {
  const auto metrics = Metrics::parse(
      "# HELP ctwarden_entries Entries (count).\n"
      "# TYPE ctwarden_entries gauge\n"
      "ctwarden_entries 42\n"
      "ctwarden_flows{protocol=\"tcp\",state=\"established\"} 7\n");

  ASSERT_TRUE(metrics) << metrics.error().context;
  EXPECT_EQ(metrics->value("ctwarden_entries"), 42);
  EXPECT_EQ(metrics->value("ctwarden_flows", {{"state", "established"}, {"protocol", "tcp"}}), 7);
}

TEST(Metrics, HasNoValueForOtherLabels) {
  const auto metrics = Metrics::parse("ctwarden_flows{protocol=\"tcp\"} 7\n");
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->value("ctwarden_flows", {{"protocol", "udp"}}), std::nullopt);
  EXPECT_EQ(metrics->value("ctwarden_flows"), std::nullopt);
  EXPECT_EQ(metrics->value("ctwarden_entries"), std::nullopt);
}

TEST(Metrics, ReadsExponentsAndInfinity) {
  const auto metrics = Metrics::parse("a 1.5e+06\nb +Inf\nc -Inf\n");
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->value("a"), 1'500'000);
  EXPECT_EQ(metrics->value("b"), INFINITY);
  EXPECT_EQ(metrics->value("c"), -INFINITY);
}

TEST(Metrics, ResolvesEscapesInLabelValues) {
  const auto metrics = Metrics::parse("a{path=\"x\\\\y\\\"z\\nend\"} 1\n");
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->value("a", {{"path", "x\\y\"z\nend"}}), 1);
}

TEST(Metrics, SumsAFamily) {
  const auto metrics = Metrics::parse("a{s=\"x\"} 1\na{s=\"y\"} 2\nab 4\n");
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->sum("a"), 3);
}

TEST(Metrics, RefusesASampleGivenTwice) {
  EXPECT_FALSE(Metrics::parse("a{s=\"x\"} 1\na{s=\"x\"} 2\n"));
}

TEST(Metrics, RefusesALineThatIsNoSample) {
  EXPECT_FALSE(Metrics::parse("a{s=\"x} 1\n"));
  EXPECT_FALSE(Metrics::parse("a one\n"));
  EXPECT_FALSE(Metrics::parse("a 1"));  // cut off
}

}  // namespace
}  // namespace ctwarden::tests

// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing_page.h"

#include "snapshots.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>

namespace ctwarden::exporter {
namespace {

std::string render(const model::Snapshot& snapshot) {
  return render_landing_page(snapshot, kTestBuild);
}

bool has(std::string_view page, std::string_view text) {
  return page.find(text) != std::string_view::npos;
}

TEST(LandingPage, ShowsEntriesLimitAndPercent) {
  const std::string page = render(full_snapshot());
  EXPECT_TRUE(has(page, "183,402 <small>of 262,144 entries</small>"));
  EXPECT_TRUE(has(page, "70 % full"));
  EXPECT_TRUE(has(page, "room for 78,742 more"));
  EXPECT_TRUE(has(page, "<title>70 % full"));
}

TEST(LandingPage, BarTurnsColourNearTheLimit) {
  model::Snapshot snapshot = full_snapshot();
  EXPECT_TRUE(has(render(snapshot), "class=\"bar calm\""));
  snapshot.entries = 215'000;
  EXPECT_TRUE(has(render(snapshot), "class=\"bar warn\""));
  snapshot.entries = 262'000;
  EXPECT_TRUE(has(render(snapshot), "class=\"bar bad\""));
}

TEST(LandingPage, FindingsSayWhatTheyMeanAndWhatToDo) {
  const std::string page = render(full_snapshot());
  EXPECT_TRUE(has(page, "<strong>Early drops</strong> <span>warning</span>"));
  EXPECT_TRUE(has(page, "The kernel evicted 21 flows."));
  EXPECT_TRUE(has(page, "sysctl -w a=1 &amp;&amp; sysctl -w b=&lt;2&gt;"));
}

TEST(LandingPage, ShowsAddressesOnlyToThoseWhoMaySeeThem) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.findings[0].finding.subject = "tcp 203.0.113.5 -> 198.51.100.9:443";
  snapshot.findings[0].finding.names_address = true;
  model::TalkersView talkers;
  talkers.flows = 1'000;
  talkers.sources = {{.address = {.bytes = {10, 1, 2, 3}},
                      .family = model::Family::Ipv4,
                      .flows = {.lower = 900, .upper = 900},
                      .unreplied = {},
                      .created = {}}};
  talkers.services_before = {
      {.service = {.protocol = model::Protocol::Udp, .port = 53}, .flows = 700, .created = {}}};

  const std::string open = render_landing_page(snapshot, kTestBuild, {.talkers = &talkers});
  EXPECT_TRUE(has(open, "UDP 53"));
  EXPECT_FALSE(has(open, "10.1.2.3"));
  EXPECT_FALSE(has(open, "203.0.113.5"));

  const model::AddressNames names;
  const std::string local = render_landing_page(
      snapshot, kTestBuild, {.talkers = &talkers, .names = &names, .addresses = true});
  EXPECT_TRUE(has(local, "10.1.2.3"));
  EXPECT_TRUE(has(local, "tcp 203.0.113.5 -&gt; 198.51.100.9:443"));
}

TEST(LandingPage, SaysWhereTheTableIsHeading) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.forecast.emplace();
  snapshot.forecast->plateau_entries = 300'000;
  snapshot.forecast->seconds_to_full = 720;
  EXPECT_TRUE(has(render(snapshot), "<dt>heading for</dt><dd>300,000 <small>entries"));
  EXPECT_TRUE(has(render(snapshot), "<dt>until it is full</dt><dd>12 <small>min"));
  snapshot.forecast->seconds_to_full = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(has(render(snapshot), "until it is full"));
}

TEST(LandingPage, WithoutFindingsHasNoSuchSection) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.findings.clear();
  EXPECT_FALSE(has(render(snapshot), "Findings"));
}

TEST(LandingPage, FullTableSaysConnectionsAreDropped) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.entries = 262'144;
  const std::string page = render(snapshot);
  EXPECT_TRUE(has(page, "New connections are being dropped"));
  EXPECT_TRUE(has(page, "100 % full"));
  EXPECT_TRUE(has(page, "room for 0 more"));
}

TEST(LandingPage, ZeroLimitIsNoLimit) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.limit = 0;
  const std::string page = render(snapshot);
  EXPECT_TRUE(has(page, "183,402 <small>no limit set</small>"));
  EXPECT_FALSE(has(page, "role=\"meter\""));
}

TEST(LandingPage, ShowsRatesAndTheirDifference) {
  const std::string page = render(full_snapshot());
  EXPECT_TRUE(has(page, "<dt>new flows</dt><dd>1,284 "));
  EXPECT_TRUE(has(page, "<dt>ended flows</dt><dd>1,279 "));
  EXPECT_TRUE(has(page, "<dt>change</dt><dd>+5.2 "));
}

TEST(LandingPage, ShowsComposition) {
  const std::string page = render(full_snapshot());
  EXPECT_TRUE(has(page, "TIME WAIT</th><td class=\"n\">74,806</td><td class=\"p\">53 %"));
  EXPECT_TRUE(has(page, "UDP</th><td class=\"n\">39,611"));
  EXPECT_TRUE(has(page, "IPv6</th><td class=\"n\">21,077"));
  EXPECT_TRUE(has(page, "Source NAT</th><td class=\"n\">48,120"));
  EXPECT_TRUE(has(page, "Zone 7</th><td class=\"n\">4,500"));
}

TEST(LandingPage, TellsApartInSyncAndNotInSync) {
  model::Snapshot snapshot = full_snapshot();
  EXPECT_TRUE(has(render(snapshot), ">In sync.<"));
  snapshot.in_sync = false;
  snapshot.error_bound = 3'400;
  const std::string page = render(snapshot);
  EXPECT_FALSE(has(page, ">In sync.<"));
  EXPECT_TRUE(has(page, "Not in sync."));
  EXPECT_TRUE(has(page, "At most 3,400 of the flows"));
  EXPECT_TRUE(has(page, "off by ≤ 3,400"));
}

TEST(LandingPage, FirstDumpUnfinishedIsSaid) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.composition.reset();
  const std::string page = render(snapshot);
  EXPECT_TRUE(has(page, "Reading the table for the first time."));
  EXPECT_FALSE(has(page, "TCP by state"));
}

TEST(LandingPage, NotTrackingIsSaidInsteadOfZeros) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.tracking = model::Tracking::Off;
  snapshot.entries = 0;
  snapshot.composition = model::Composition{};
  snapshot.rates = model::Rates{};
  const std::string page = render(snapshot);
  EXPECT_TRUE(has(page, "This namespace is not tracking connections."));
  EXPECT_FALSE(has(page, "class=\"gauge\""));
  EXPECT_FALSE(has(page, "new flows"));
  EXPECT_FALSE(has(page, "TCP by state"));
}

TEST(LandingPage, WarnsWhenTheKernelSendsNoEvents) {
  model::Snapshot snapshot = full_snapshot();
  EXPECT_FALSE(has(render(snapshot), "The kernel sends no events"));
  snapshot.events_setting = 0;
  EXPECT_TRUE(has(render(snapshot), "The kernel sends no events"));
}

TEST(LandingPage, CountsOnlyIsExplained) {
  const std::string page = render(limited_snapshot());
  EXPECT_TRUE(has(page, "Counts only."));
  EXPECT_TRUE(has(page, "CAP_NET_ADMIN"));
  EXPECT_FALSE(has(page, "In sync."));
}

TEST(LandingPage, CollectorsThatAreDownGiveTheirReason) {
  const std::string page = render(limited_snapshot());
  EXPECT_TRUE(has(
      page, "<span class=\"down\">down</span>: open the event socket: Operation not permitted"));
}

TEST(LandingPage, EscapesEveryStringItIsGiven) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.dump_collector = {.up = false, .detail = "<script>alert('x')</script>\x1b"};
  const std::string page = render_landing_page(snapshot, {.version = "<b>", .revision = "\"&"});
  EXPECT_FALSE(has(page, "<script"));
  EXPECT_FALSE(has(page, "\x1b"));
  EXPECT_TRUE(has(page, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\uFFFD"));
  EXPECT_TRUE(has(page, "&lt;b&gt; (&quot;&amp;)"));
}

TEST(LandingPage, IsSelfContainedAndRefreshesItself) {
  const std::string page = render(full_snapshot());
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(has(page, "<meta http-equiv=\"refresh\" content=\"5\">"));
  EXPECT_TRUE(has(page, "<html lang=\"en\">"));
  EXPECT_FALSE(has(page, "http://"));
  EXPECT_FALSE(has(page, "https://"));
  EXPECT_FALSE(has(page, "src="));
}

TEST(LandingPage, LinksTheEndpoints) {
  const std::string page = render(model::Snapshot{});
  EXPECT_TRUE(has(page, "href=\"/metrics\""));
  EXPECT_TRUE(has(page, "href=\"/livez\""));
  EXPECT_TRUE(has(page, "href=\"/readyz\""));
}

TEST(LandingPage, KnowingNothingShowsNoNumber) {
  const std::string page = render(model::Snapshot{});
  EXPECT_TRUE(has(page, "The number of entries is not known."));
  EXPECT_FALSE(has(page, "class=\"gauge\""));
}

TEST(LandingPage, DatesTheLastDumpInUtc) {
  EXPECT_TRUE(
      has(render(full_snapshot()), "Last full dump 2026-02-03 14:03:11 UTC, took 0.31\u00a0s."));
}

}  // namespace
}  // namespace ctwarden::exporter

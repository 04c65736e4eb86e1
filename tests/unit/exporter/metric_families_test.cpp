// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/metric_families.h"

#include "exposition_text.h"
#include "snapshots.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace ctwarden::exporter {
namespace {

std::string render(const model::Snapshot& snapshot, const ExportOptions& options = {}) {
  return render_metrics(snapshot, kTestBuild, options);
}

TEST(MetricFamilies, KernelNumbersAreExportedAsTheyAre) {
  const auto found = samples(render(full_snapshot()));
  EXPECT_EQ(found.at("ctwarden_entries"), "183402");
  EXPECT_EQ(found.at("ctwarden_entries_limit"), "262144");
  EXPECT_EQ(found.at("ctwarden_buckets"), "65536");
  EXPECT_EQ(found.at("ctwarden_used_ratio"), "0.6996231079101562");
}

TEST(MetricFamilies, FindingsAreCountedByWhatAndHowSevere) {
  const auto found = samples(render(full_snapshot()));
  EXPECT_EQ(found.at(R"(ctwarden_findings{severity="warning"})"), "1");
  EXPECT_EQ(found.at(R"(ctwarden_findings{severity="critical"})"), "0");
  EXPECT_EQ(found.at(R"(ctwarden_finding{finding="early_drops",severity="warning"})"), "1");
}

TEST(MetricFamilies, WithoutFindingsNoFindingHasASample) {
  const std::string text = render(model::Snapshot{});
  EXPECT_EQ(samples(text).at(R"(ctwarden_findings{severity="info"})"), "0");
  EXPECT_FALSE(family_names(text).contains("ctwarden_finding"));
}

TEST(MetricFamilies, NoLimitMeansNoRatio) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.limit = 0;
  const auto found = samples(render(snapshot));
  EXPECT_EQ(found.at("ctwarden_entries_limit"), "0");
  EXPECT_FALSE(found.contains("ctwarden_used_ratio"));
}

TEST(MetricFamilies, WhatIsNotKnownHasNoSeriesAndNoFamily) {
  const auto names = family_names(render(model::Snapshot{}));
  EXPECT_FALSE(names.contains("ctwarden_entries"));
  EXPECT_FALSE(names.contains("ctwarden_tracking"));
  EXPECT_FALSE(names.contains("ctwarden_flows"));
  EXPECT_FALSE(names.contains("ctwarden_silent_flows"));
  EXPECT_FALSE(names.contains("ctwarden_stat_drop_total"));
  EXPECT_FALSE(names.contains("ctwarden_error_bound_entries"));
  EXPECT_FALSE(names.contains("process_max_fds"));
}

TEST(MetricFamilies, TrackingIsOneZeroOrAbsent) {
  model::Snapshot snapshot;
  snapshot.tracking = model::Tracking::On;
  EXPECT_EQ(samples(render(snapshot)).at("ctwarden_tracking"), "1");
  snapshot.tracking = model::Tracking::Off;
  EXPECT_EQ(samples(render(snapshot)).at("ctwarden_tracking"), "0");
}

TEST(MetricFamilies, TcpFlowsAreSplitByStateAndOthersAreNot) {
  const auto found = samples(render(full_snapshot()));
  EXPECT_EQ(found.at(R"(ctwarden_flows{protocol="tcp",state="time_wait"})"), "74806");
  EXPECT_EQ(found.at(R"(ctwarden_flows{protocol="tcp",state="syn_sent2"})"), "1");
  EXPECT_EQ(found.at(R"(ctwarden_flows{protocol="udp",state="none"})"), "39611");
  EXPECT_EQ(found.at(R"(ctwarden_flows{protocol="sctp",state="none"})"), "0");
  EXPECT_FALSE(found.contains(R"(ctwarden_flows{protocol="udp",state="established"})"));
}

TEST(MetricFamilies, StatesOfOtherProtocolsAreSummed) {
  model::Snapshot snapshot = full_snapshot();
  model::Composition composition = busy_composition();
  composition.by_state[index_of(model::Protocol::Sctp)] = {1, 2, 3, 0, 0, 0, 0, 0, 0, 0};
  snapshot.composition = composition;
  EXPECT_EQ(samples(render(snapshot)).at(R"(ctwarden_flows{protocol="sctp",state="none"})"), "6");
}

TEST(MetricFamilies, FlowsAreCountedByStatusFamilyAndZone) {
  const auto found = samples(render(full_snapshot()));
  EXPECT_EQ(found.at(R"(ctwarden_flows_by_status{status="assured"})"), "131905");
  EXPECT_EQ(found.at(R"(ctwarden_flows_by_status{status="offloaded"})"), "11266");
  EXPECT_EQ(found.at(R"(ctwarden_flows_family{family="ipv6"})"), "21077");
  EXPECT_EQ(found.at(R"(ctwarden_flows_zone{ct_zone="7"})"), "4500");
  EXPECT_EQ(found.at(R"(ctwarden_flows_zone{ct_zone="other"})"), "10");
}

TEST(MetricFamilies, ServicesAreListedAndTheRestIsOther) {
  const auto found = samples(render(full_snapshot()));
  EXPECT_EQ(found.at(R"(ctwarden_port_flows{protocol="tcp",port="443"})"), "99020");
  EXPECT_EQ(found.at(R"(ctwarden_port_flows{protocol="udp",port="other"})"), "1496");
  EXPECT_EQ(found.at(R"(ctwarden_port_created_total{protocol="udp",port="53"})"), "4902117");
  EXPECT_EQ(found.at(R"(ctwarden_port_created_total{protocol="tcp",port="other"})"), "8930633");
}

TEST(MetricFamilies, SourcesAreTextOfEitherFamily) {
  const auto found = samples(render(full_snapshot()));
  EXPECT_EQ(found.at(R"(ctwarden_source_flows{address="10.2.7.31"})"), "57310");
  EXPECT_EQ(found.at(R"(ctwarden_source_flows{address="2001:db8::9"})"), "2104");
  EXPECT_EQ(found.at(R"(ctwarden_source_flows{address="other"})"), "123250");
}

TEST(MetricFamilies, TheFullestSnatPoolsAreCountedByProtocol) {
  const auto found = samples(render(full_snapshot()));
  EXPECT_EQ(found.at(R"(ctwarden_snat_ports_used_max{protocol="tcp"})"), "48384");
  EXPECT_EQ(found.at(R"(ctwarden_snat_ports_used_ratio_max{protocol="udp"})"), "0.75");
}

TEST(MetricFamilies, TalkersNobodyAskedForHaveNoSeries) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.ports.reset();
  snapshot.sources.reset();
  snapshot.snat.reset();
  const auto names = family_names(render(snapshot));
  EXPECT_FALSE(names.contains("ctwarden_port_flows"));
  EXPECT_FALSE(names.contains("ctwarden_port_created_total"));
  EXPECT_FALSE(names.contains("ctwarden_source_flows"));
  EXPECT_FALSE(names.contains("ctwarden_snat_ports_used_max"));
}

TEST(MetricFamilies, LifetimeBucketsAreCumulative) {
  const auto found = samples(render(full_snapshot()));
  EXPECT_EQ(found.at(R"(ctwarden_flow_lifetime_seconds_bucket{protocol="tcp",le="1"})"), "10");
  EXPECT_EQ(found.at(R"(ctwarden_flow_lifetime_seconds_bucket{protocol="tcp",le="10"})"), "60");
  EXPECT_EQ(found.at(R"(ctwarden_flow_lifetime_seconds_bucket{protocol="tcp",le="432000"})"),
            "910");
  EXPECT_EQ(found.at(R"(ctwarden_flow_lifetime_seconds_bucket{protocol="tcp",le="+Inf"})"), "1050");
  EXPECT_EQ(found.at(R"(ctwarden_flow_lifetime_seconds_count{protocol="tcp"})"), "1050");
  EXPECT_EQ(found.at(R"(ctwarden_flow_lifetime_seconds_sum{protocol="tcp"})"), "123456.5");
}

TEST(MetricFamilies, StatisticsAreSummedOverCpus) {
  const auto found = samples(render(full_snapshot()));
  EXPECT_EQ(found.at("ctwarden_stat_found_total"), "107");
  EXPECT_EQ(found.at("ctwarden_stat_chaintoolong_total"), "1070");
}

TEST(MetricFamilies, PerCpuReplacesTheSum) {
  const auto found = samples(render(full_snapshot(), {.per_cpu = true}));
  EXPECT_EQ(found.at(R"(ctwarden_stat_drop_total{cpu="0"})"), "500");
  EXPECT_EQ(found.at(R"(ctwarden_stat_drop_total{cpu="1"})"), "35");
  EXPECT_FALSE(found.contains("ctwarden_stat_drop_total"));
}

TEST(MetricFamilies, NodeExporterNamesAppearOnlyWhenAsked) {
  EXPECT_FALSE(family_names(render(full_snapshot())).contains("node_nf_conntrack_entries"));
  const auto found = samples(render(full_snapshot(), {.node_exporter_compat = true}));
  EXPECT_EQ(found.at("node_nf_conntrack_entries"), "183402");
  EXPECT_EQ(found.at("node_nf_conntrack_entries_limit"), "262144");
  EXPECT_EQ(found.at("node_nf_conntrack_stat_early_drop"), "642");
}

TEST(MetricFamilies, EachCollectorTellsWhetherItWorks) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.stats_collector.up = false;
  const auto found = samples(render(snapshot));
  EXPECT_EQ(found.at(R"(ctwarden_up{collector="events"})"), "1");
  EXPECT_EQ(found.at(R"(ctwarden_up{collector="stats"})"), "0");
}

TEST(MetricFamilies, LossAndSyncAreVisible) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.in_sync = false;
  snapshot.error_bound = 340;
  const auto found = samples(render(snapshot));
  EXPECT_EQ(found.at("ctwarden_in_sync"), "0");
  EXPECT_EQ(found.at("ctwarden_error_bound_entries"), "340");
  EXPECT_EQ(found.at("ctwarden_events_lost_total"), "12");
  EXPECT_EQ(found.at(R"(ctwarden_resyncs_total{reason="count_gap"})"), "3");
}

TEST(MetricFamilies, WithoutEventsThereIsNoChurn) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.fidelity = model::Fidelity::DumpOnly;
  const auto names = family_names(render(snapshot));
  EXPECT_FALSE(names.contains("ctwarden_flows_created_total"));
  EXPECT_FALSE(names.contains("ctwarden_flow_lifetime_seconds"));
  EXPECT_TRUE(names.contains("ctwarden_flows"));
}

TEST(MetricFamilies, AForecastThatDoesNotFillIsInfinite) {
  model::Snapshot snapshot = full_snapshot();
  EXPECT_EQ(samples(render(snapshot)).at("ctwarden_plateau_entries"), "231044.5");
  EXPECT_EQ(samples(render(snapshot)).at("ctwarden_time_to_full_seconds"), "5400.25");
  snapshot.forecast->seconds_to_full = std::numeric_limits<double>::infinity();
  EXPECT_EQ(samples(render(snapshot)).at("ctwarden_time_to_full_seconds"), "+Inf");
}

TEST(MetricFamilies, WithoutALimitThereIsAPlateauButNoTimeToFull) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.forecast->seconds_to_full.reset();
  EXPECT_TRUE(family_names(render(snapshot)).contains("ctwarden_plateau_entries"));
  EXPECT_FALSE(family_names(render(snapshot)).contains("ctwarden_time_to_full_seconds"));
}

TEST(MetricFamilies, WithoutEvidenceThereIsNoForecast) {
  model::Snapshot snapshot = full_snapshot();
  snapshot.forecast.reset();
  EXPECT_FALSE(family_names(render(snapshot)).contains("ctwarden_plateau_entries"));
  EXPECT_FALSE(family_names(render(snapshot)).contains("ctwarden_time_to_full_seconds"));
}

TEST(MetricFamilies, CountsOnlyClaimsNoSyncAndNoEvents) {
  const auto found = samples(render(limited_snapshot()));
  EXPECT_EQ(found.at("ctwarden_limited"), "1");
  EXPECT_EQ(found.at("ctwarden_entries"), "500");
  EXPECT_FALSE(found.contains("ctwarden_in_sync"));
  EXPECT_FALSE(found.contains("ctwarden_events_lost_total"));
}

TEST(MetricFamilies, VersionIsEscapedAsALabel) {
  const std::string text = render_metrics({}, {.version = "a\"b\\c\nd", .revision = "r"}, {});
  EXPECT_NE(text.find(R"(version="a\"b\\c\nd")"), std::string::npos);
  EXPECT_EQ(promtool_lint(text).exit_code, 0);
}

}  // namespace
}  // namespace ctwarden::exporter

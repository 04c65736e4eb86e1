// SPDX-License-Identifier: GPL-2.0-or-later
//
// Snapshots the exporter's tests share: a busy node with everything known, one that knows nothing,
// one with counts only. The numbers are chosen to differ from each other, so that a swapped pair
// shows.
#pragma once

#include "exporter/metric_families.h"
#include "model/snapshot.h"

#include <cstddef>
#include <cstdint>

namespace ctwarden::exporter {

inline constexpr BuildInfo kTestBuild = {.version = "1.2.3", .revision = "0123abc"};

inline std::size_t index_of(auto enumerator) { return static_cast<std::size_t>(enumerator); }

inline model::Composition busy_composition() {
  using enum model::Protocol;
  model::Composition c;
  auto& tcp = c.by_state[index_of(Tcp)];
  tcp = {2, 1'204, 87, 61'530, 402, 1'911, 233, 74'806, 918, 1};
  c.by_state[index_of(Udp)][0] = 39'611;
  c.by_state[index_of(Icmp)][0] = 1'730;
  c.by_state[index_of(Icmpv6)][0] = 212;
  c.by_state[index_of(Gre)][0] = 14;
  c.by_state[index_of(Other)][0] = 3;
  for (const auto& cells : c.by_state) {
    for (const std::uint64_t cell : cells) {
      c.flows += cell;
    }
  }
  c.by_family = {c.flows - 21'077, 21'077};
  c.by_status = {9'428, 131'905, 48'120, 96'342, 37, 11'266};
  c.by_zone = {{.zone = 0, .flows = c.flows - 4'510}, {.zone = 7, .flows = 4'500}};
  c.other_zones = 10;
  return c;
}

inline model::Churn busy_churn() {
  using enum model::Protocol;
  model::Churn churn;
  churn.created = {9'812'345, 5'120'778, 88'123, 4'021, 0, 31, 0, 0, 5};
  churn.destroyed = {9'671'250, 5'081'166, 86'393, 3'809, 0, 17, 0, 0, 2};
  churn.ended[index_of(Tcp)] = {9'000'000, 60'100, 201'050, 90'020, 310'003, 9'000, 1'070, 7};
  churn.ended[index_of(Udp)] = {0, 4'600'000, 481'000, 0, 0, 66, 100, 0};
  churn.ended[index_of(Icmp)][index_of(model::EndReason::Timeout)] = 86'393;
  churn.ended[index_of(Icmpv6)][index_of(model::EndReason::Unreplied)] = 3'809;
  churn.ended[index_of(Gre)][index_of(model::EndReason::Timeout)] = 17;
  churn.ended[index_of(Other)][index_of(model::EndReason::Deleted)] = 2;
  churn.never_assured = {301'110, 4'950'000, 86'392, 3'808, 0, 5, 0, 0, 1};
  auto& tcp = churn.lifetimes[index_of(Tcp)];
  tcp.counts = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140};
  tcp.sum_seconds = 123456.5;
  auto& udp = churn.lifetimes[index_of(Udp)];
  udp.counts[3] = 400;
  udp.sum_seconds = 12000;
  return churn;
}

inline model::PortLines busy_ports() {
  using enum model::Protocol;
  return {
      .listed = {{.service = {.protocol = Tcp, .port = 80}, .flows = 11'807, .created = 70'310},
                 {.service = {.protocol = Tcp, .port = 443}, .flows = 99'020, .created = 811'402},
                 {.service = {.protocol = Udp, .port = 53}, .flows = 38'115, .created = 4'902'117}},
      .other_flows = {30'267, 1'496},
      .other_created = {8'930'633, 218'661}};
}

inline model::SourceLines busy_sources() {
  using enum model::Family;
  return {.listed = {{.family = Ipv4, .address = {{10, 2, 7, 31}}, .flows = 57'310},
                     {.family = Ipv6,
                      .address = {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}},
                      .flows = 2'104}},
          .other_flows = 123'250};
}

inline std::vector<model::CpuStats> two_cpus() {
  const auto cpu = [](std::uint16_t number, std::uint32_t factor) {
    model::CpuStats stats{.cpu = number, .values = {}};
    for (std::uint32_t i = 0; i < model::kStatCount; ++i) {
      stats.values[i] = factor * (i + 1);
    }
    return stats;
  };
  return {cpu(0, 100), cpu(1, 7)};
}

inline model::StandingFinding early_drops() {
  return {.finding = {.kind = model::FindingKind::EarlyDrops,
                      .severity = model::Severity::Warning,
                      .subject = {},
                      .evidence = {{"early_drop", 21}},
                      .meaning = "The kernel evicted 21 flows.",
                      .next = "sysctl -w a=1 && sysctl -w b=<2>"},
          .since = {}};
}

inline model::Snapshot full_snapshot() {
  model::Snapshot s;
  s.entries = 183'402;
  s.limit = 262'144;
  s.buckets = 65'536;
  s.events_setting = 2;
  s.tracking = model::Tracking::On;
  s.stats.add(two_cpus());
  s.composition = busy_composition();
  s.silent_flows = 4'182;
  s.ports = busy_ports();
  s.sources = busy_sources();
  s.snat = {{.protocol = model::Protocol::Tcp, .used = 48'384, .ratio = 0.75},
            {.protocol = model::Protocol::Udp, .used = 318, .ratio = 0.75}};
  s.churn = busy_churn();
  s.events = {.created = 15'025'303,
              .updated = 41'200'117,
              .destroyed = 14'842'637,
              .lost = 12,
              .malformed = 1,
              .foreign = 3,
              .unmatched = 45};
  s.buffer = model::EventBuffer{.bytes = 16'777'216, .used_bytes = 98'560};
  s.rates = model::Rates{.created = 1284.3, .destroyed = 1279.1};
  s.forecast.emplace().plateau_entries = 231'044.5;
  s.forecast->seconds_to_full = 5400.25;
  s.resyncs = {.completed = {1, 2, 71, 3, 4},
               .aborted = 5,
               .ghosts_removed = 6,
               .silent_removed = 31'007,
               .missing_added = 8,
               .last_duration_seconds = 0.3125,
               .last_completed_unix_seconds = 1770127391.5};
  s.in_sync = true;
  s.error_bound = 0;
  s.fidelity = model::Fidelity::Full;
  for (auto* collector :
       {&s.events_collector, &s.dump_collector, &s.stats_collector, &s.settings_collector}) {
    collector->up = true;
  }
  s.findings = {early_drops()};
  s.process = {.cpu_seconds = 512.25,
               .resident_bytes = 41'943'040,
               .virtual_bytes = 134'217'728,
               .open_fds = 17,
               .max_fds = 1024,
               .start_unix_seconds = 1770000000.25};
  return s;
}

// What a daemon can know without access to ctnetlink.
inline model::Snapshot limited_snapshot() {
  model::Snapshot s;
  s.limited = true;
  s.entries = 500;
  s.limit = 262'144;
  s.buckets = 65'536;
  s.settings_collector.up = true;
  s.events_collector.detail = "open the event socket: Operation not permitted";
  s.findings = {early_drops()};
  s.process = full_snapshot().process;
  return s;
}

}  // namespace ctwarden::exporter

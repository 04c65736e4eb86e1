// SPDX-License-Identifier: GPL-2.0-or-later
//
// The picture at one moment, as plain values: what the exporter, the landing page and later the API
// and the view read. Whoever holds one holds a copy; nothing in it refers back. What is not known
// is absent, never a zero.
#pragma once

#include "model/findings/board.h"
#include "model/flow.h"
#include "model/flow_end.h"
#include "model/forecast.h"
#include "model/kernel_stats.h"
#include "model/setting.h"
#include "model/talker_lines.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ctwarden::model {

// Overlapping sets over the status word and the attributes of a flow.
enum class FlowStatus : std::uint8_t {
  Unreplied,
  Assured,
  SourceNat,
  DestinationNat,
  Helper,
  Offloaded
};
inline constexpr std::size_t kFlowStatusCount = 6;
std::string_view name(FlowStatus status) noexcept;  // "snat", as in metric labels

struct ZoneFlows {
  std::uint16_t zone = 0;
  std::uint64_t flows = 0;
  bool operator==(const ZoneFlows&) const = default;
};

// What the table holds, kept incrementally. Every cell is a number of live flows.
struct Composition {
  std::uint64_t flows = 0;
  std::array<std::array<std::uint64_t, kTcpStateCount>, kProtocolCount> by_state{};
  std::array<std::uint64_t, 2> by_family{};
  std::array<std::uint64_t, kFlowStatusCount> by_status{};
  std::vector<ZoneFlows> by_zone;  // by the original direction's zone, sorted, capped
  std::uint64_t other_zones = 0;   // flows in zones beyond the cap
  bool operator==(const Composition&) const = default;
};

// Upper bounds in seconds; conntrack timeouts run from 1 s (closed by reset: 10 s) to 5 days
// (established TCP).
inline constexpr std::array<std::uint32_t, 13> kLifetimeBounds = {
    1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21600, 86400, 432000};

struct LifetimeHistogram {
  std::array<std::uint64_t, kLifetimeBounds.size() + 1>
      counts{};  // not cumulative; the last is above every bound
  double sum_seconds = 0;
  bool operator==(const LifetimeHistogram&) const = default;
};

// Counted from events since the daemon started; never goes back.
struct Churn {
  std::array<std::uint64_t, kProtocolCount> created{};
  std::array<std::uint64_t, kProtocolCount> destroyed{};
  // By EndReason; each row's sum is `destroyed`.
  std::array<std::array<std::uint64_t, kEndReasonCount>, kProtocolCount> ended{};
  std::array<std::uint64_t, kProtocolCount> never_assured{};  // of those destroyed
  std::array<LifetimeHistogram, kProtocolCount>
      lifetimes;  // only flows whose birth was seen or told
  bool operator==(const Churn&) const = default;
};

struct EventCounts {
  std::uint64_t created = 0;    // NEW
  std::uint64_t updated = 0;    // UPDATE
  std::uint64_t destroyed = 0;  // DESTROY
  std::uint64_t lost = 0;       // the socket's drop counter (SO_MEMINFO), exact per message
  std::uint64_t malformed = 0;  // undecodable or truncated datagrams, dropped whole
  std::uint64_t foreign = 0;    // datagrams that did not come from the kernel, ignored
  std::uint64_t unmatched = 0;  // updates for a flow that is not in the table

  // Messages that should have reached the table and did not.
  [[nodiscard]] std::uint64_t losses() const { return lost + malformed; }
  bool operator==(const EventCounts&) const = default;
};

struct EventBuffer {
  std::uint64_t bytes = 0;       // SO_RCVBUF as the kernel charges it
  std::uint64_t used_bytes = 0;  // charged at the moment of the snapshot
};

enum class ResyncReason : std::uint8_t { Start, Loss, Interval, CountGap, Resize };
inline constexpr std::size_t kResyncReasonCount = 5;
std::string_view name(ResyncReason reason) noexcept;  // "count_gap", as in metric labels

struct Resyncs {
  std::array<std::uint64_t, kResyncReasonCount> completed{};
  std::uint64_t aborted = 0;
  std::uint64_t ghosts_removed = 0;  // the dump no longer had them, and no DESTROY was seen
  std::uint64_t silent_removed =
      0;  // the same, for flows that could not announce their end (older than the listener)
  std::uint64_t missing_added =
      0;  // the dump had them, and no NEW was ever seen (the first dump not counted)
  std::optional<double> last_duration_seconds;
  std::optional<double> last_completed_unix_seconds;
};

// How well each source works. `detail` is for people when it does not.
struct Collector {
  bool up = false;
  std::string detail;
};

// Whether conntrack is switched on in this network namespace, from evidence (see
// model/tracking_probe.h).
enum class Tracking : std::uint8_t { Unknown, On, Off };

struct ProcessUsage {
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  std::optional<std::uint64_t> max_fds;
  double start_unix_seconds = 0;
};

struct Rates {  // per second, over the last ten seconds
  double created = 0;
  double destroyed = 0;
};

enum class Fidelity : std::uint8_t { Full, Lean, DumpOnly };
std::string_view name(Fidelity fidelity) noexcept;  // "dump_only", as in metric labels

struct Snapshot {
  // The kernel's own numbers, read at the moment of the snapshot.
  std::optional<std::uint64_t> entries;
  std::optional<std::uint64_t> limit;
  std::optional<std::uint64_t> buckets;
  std::optional<std::uint64_t> events_setting;  // net.netfilter.nf_conntrack_events
  Tracking tracking = Tracking::Unknown;
  StatAccumulator stats;
  SettingValues settings;  // as they were a few seconds ago at most

  // Our picture.
  std::optional<Composition> composition;     // absent until the first dump is complete
  std::optional<std::uint64_t> silent_flows;  // in the picture, but unable to announce their end
  // Who fills it; absent like the composition, or when not asked for.
  std::optional<PortLines> ports;
  std::optional<SourceLines> sources;
  std::optional<std::vector<SnatFullest>> snat;
  Churn churn;
  EventCounts events;
  std::optional<EventBuffer> buffer;
  std::optional<Rates> rates;
  std::optional<Forecast> forecast;  // absent while there is not enough evidence
  Resyncs resyncs;
  bool in_sync = false;
  std::optional<std::uint64_t> error_bound;  // absent until the first dump is complete
  Fidelity fidelity = Fidelity::DumpOnly;
  std::vector<StandingFinding> findings;  // most severe first

  Collector events_collector;
  Collector dump_collector;
  Collector stats_collector;
  Collector settings_collector;
  bool limited = false;  // no access to ctnetlink: counts only
  ProcessUsage process;
};

}  // namespace ctwarden::model

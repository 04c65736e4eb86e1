// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/families.h"
#include "model/kernel_stats.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ctwarden::exporter {

namespace {

// What each counter means in net/netfilter/nf_conntrack_core.c and its users.
constexpr std::array<std::pair<model::Stat, std::string_view>, model::kStatCount> kStatHelp = {{
    {model::Stat::Found,
     "Lookups that found a clashing entry while choosing NAT ports or confirming."},
    {model::Stat::Invalid, "Packets that could not be tracked because they are invalid."},
    {model::Stat::Insert,
     "Entries inserted through ctnetlink; packets no longer count here, use "
     "ctwarden_flows_created_total for the rate of new flows."},
    {model::Stat::InsertFailed,
     "Entries that could not be inserted because the same tuple was there first; the packet was "
     "dropped."},
    {model::Stat::Drop,
     "Packets dropped because no entry could be made for them: the table was full (limit, max, "
     "reached) or memory was short."},
    {model::Stat::EarlyDrop, "Entries evicted early to make room in a full table."},
    {model::Stat::Error, "Packets whose protocol header was in error."},
    {model::Stat::SearchRestart,
     "Lookups restarted because an entry moved to another chain meanwhile (reuse, hash resize)."},
    {model::Stat::ClashResolve, "Insertion races between two packets that were resolved."},
    {model::Stat::ChainTooLong,
     "Insertions refused because the hash chain was too long; also counted as insert_failed."},
}};

void add_statistics(Exposition& out, const model::StatAccumulator& stats, bool per_cpu) {
  for (const auto& [stat, help] : kStatHelp) {
    out.counter("ctwarden_stat_" + std::string(name(stat)) + "_total", std::string(help));
    if (!per_cpu) {
      out.value(stats.total(stat));
      continue;
    }
    for (const model::StatAccumulator::Cpu& cpu : stats.cpus()) {
      if (const auto& total = cpu.totals[static_cast<std::size_t>(stat)]) {
        out.sample({{"cpu", std::to_string(cpu.cpu)}}, static_cast<double>(*total));
      }
    }
  }
}

// node_exporter exports these counters as gauges under names without `_total`; queries written for
// it expect that.
constexpr std::array<model::Stat, 7> kNodeExporterStats = {
    model::Stat::Found,        model::Stat::Invalid, model::Stat::Insert,
    model::Stat::InsertFailed, model::Stat::Drop,    model::Stat::EarlyDrop,
    model::Stat::SearchRestart};

void add_node_exporter_names(Exposition& out, const model::Snapshot& snapshot) {
  out.gauge("node_nf_conntrack_entries", "Number of currently allocated flow entries (count).")
      .value(snapshot.entries);
  out.gauge("node_nf_conntrack_entries_limit", "Maximum size of the table (limit, max).")
      .value(snapshot.limit);
  for (const model::Stat stat : kNodeExporterStats) {
    const std::string word(name(stat));
    out.gauge("node_nf_conntrack_stat_" + word,
              "The same as ctwarden_stat_" + word + "_total, under node_exporter's name.")
        .value(snapshot.stats.total(stat));
  }
}

}  // namespace

void add_kernel_families(Exposition& out, const model::Snapshot& snapshot,
                         const ExportOptions& options) {
  out.gauge("ctwarden_entries",
            "Entries (count) in the connection tracking table of this network namespace, as the "
            "kernel counts them.")
      .value(snapshot.entries);
  out.gauge("ctwarden_entries_limit",
            "Limit (max) of entries, net.netfilter.nf_conntrack_max; 0 means no limit.")
      .value(snapshot.limit);
  out.gauge("ctwarden_buckets", "Buckets (hash size) of the table.").value(snapshot.buckets);
  out.gauge("ctwarden_used_ratio",
            "Entries (count) divided by limit (max), 0 to 1; absent when there is no limit.");
  if (snapshot.entries && snapshot.limit && *snapshot.limit > 0) {
    out.value(static_cast<double>(*snapshot.entries) / static_cast<double>(*snapshot.limit));
  }

  out.gauge(
      "ctwarden_tracking",
      "1 if this network namespace tracks connections, 0 if no rule needs it and the table stays "
      "empty; absent while unknown.");
  if (snapshot.tracking != model::Tracking::Unknown) {
    out.value(snapshot.tracking == model::Tracking::On);
  }

  add_statistics(out, snapshot.stats, options.per_cpu);
  if (options.node_exporter_compat) {
    add_node_exporter_names(out, snapshot);
  }
}

}  // namespace ctwarden::exporter

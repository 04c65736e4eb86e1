// SPDX-License-Identifier: GPL-2.0-or-later
//
// Snapshot to Prometheus text: pure, built anew for each scrape. Names, labels and types are the
// catalogue of docs/metrics.md. What the snapshot does not know has no series. No label ever holds
// an address.
#pragma once

#include "model/snapshot.h"

#include <string>
#include <string_view>

namespace ctwarden::exporter {

struct BuildInfo {
  std::string_view version;
  std::string_view revision;
};

struct ExportOptions {
  // ctwarden_stat_*_total by cpu instead of summed: one family never mixes both, so that sum()
  // stays right.
  bool per_cpu = false;
  bool node_exporter_compat = false;  // also node_nf_conntrack_*
};

// The whole exposition, text format 0.0.4.
[[nodiscard]] std::string render_metrics(const model::Snapshot& snapshot, const BuildInfo& build,
                                         const ExportOptions& options);

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace ctwarden::exporter

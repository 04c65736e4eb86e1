// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/families.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace ctwarden::exporter {

void add_finding_families(Exposition& out, const model::Snapshot& snapshot) {
  std::array<std::array<std::uint64_t, model::kSeverityCount>, model::kFindingKindCount> standing{};
  std::array<std::uint64_t, model::kSeverityCount> by_severity{};
  for (const model::StandingFinding& each : snapshot.findings) {
    const auto severity = static_cast<std::size_t>(each.finding.severity);
    ++standing[static_cast<std::size_t>(each.finding.kind)][severity];
    ++by_severity[severity];
  }
  out.gauge("ctwarden_findings", "Findings that stand now, by severity; the page at / words them.");
  for (std::size_t severity = 0; severity < model::kSeverityCount; ++severity) {
    out.sample({{"severity", name(static_cast<model::Severity>(severity))}},
               static_cast<double>(by_severity[severity]));
  }
  if (snapshot.findings.empty()) {
    return;
  }
  out.gauge("ctwarden_finding",
            "Findings that stand now, by what was found; only those that stand have a sample.");
  for (std::size_t kind = 0; kind < model::kFindingKindCount; ++kind) {
    for (std::size_t severity = 0; severity < model::kSeverityCount; ++severity) {
      if (standing[kind][severity] != 0) {
        out.sample({{"finding", name(static_cast<model::FindingKind>(kind))},
                    {"severity", name(static_cast<model::Severity>(severity))}},
                   static_cast<double>(standing[kind][severity]));
      }
    }
  }
}

}  // namespace ctwarden::exporter

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/findings/finding.h"

#include <array>

namespace ctwarden::model {

std::string_view name(FindingKind kind) noexcept {
  constexpr std::array<std::string_view, kFindingKindCount> kNames = {
      "not_tracking",     "table_pressure",  "hash_too_small",  "chain_too_long", "packets_dropped",
      "early_drops",      "dns_race",        "insert_failures", "syn_flood",      "time_wait_share",
      "close_wait_share", "tunnel_tracked",  "stale_dnat",      "snat_pool",      "strict_tcp",
      "no_pickup",        "costly_settings", "events_off",      "events_lost",    "limit_changed"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view name(Severity severity) noexcept {
  constexpr std::array<std::string_view, kSeverityCount> kNames = {"info", "warning", "critical"};
  return kNames[static_cast<std::size_t>(severity)];
}

}  // namespace ctwarden::model

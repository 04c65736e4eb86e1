// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `ctwarden findings` (doctor) looks for. Every rule is a pure function of one observation; it
// adds nothing when its evidence is missing. Thresholds are stated in the .cpp files beside the
// rules, with their reasons.
#pragma once

#include "model/counter_window.h"
#include "model/findings/finding.h"
#include "model/occupancy.h"
#include "model/setting.h"
#include "model/snapshot.h"

#include <optional>
#include <vector>

namespace ctwarden::model {

struct Observation {
  const Snapshot& picture;
  const SettingValues& settings;
  const Growths& minute;
  const Growths& ten_minutes;
  std::optional<std::uint64_t> limit_at_start;
  const Occupancy* occupancy = nullptr;  // absent before the first picture
  // UDP flows with translated destination that go on unanswered long after their timeout.
  std::uint64_t stale_dnat = 0;
};

// All rules, most severe findings first.
[[nodiscard]] std::vector<Finding> find_all(const Observation& seen);

// The share of a SNAT pool's ports from which it is worth a word. The kernel tries some ports at
// random and then gives up (nf_nat_core.c, NF_NAT_MAX_ATTEMPTS), so inserts fail long before the
// last port is taken: measured from 0.87 of the range on.
inline constexpr double kPoolFilling = 0.75;
inline constexpr double kPoolFailing = 0.87;

// The groups, for find_all and for tests.
void find_pressure(const Observation& seen, std::vector<Finding>& out);   // fill, hash, drops
void find_failures(const Observation& seen, std::vector<Finding>& out);   // inserts that fail
void find_pools(const Observation& seen, std::vector<Finding>& out);      // SNAT ports
void find_traffic(const Observation& seen, std::vector<Finding>& out);    // what fills the table
void find_settings(const Observation& seen, std::vector<Finding>& out);   // settings that matter
void find_blindness(const Observation& seen, std::vector<Finding>& out);  // what we cannot see

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `ctwarden findings` (doctor) looks for. Every rule is a pure function of one observation; it
// adds nothing when its evidence is missing. Thresholds are stated in the .cpp files beside the
// rules, with their reasons.
#pragma once

#include "model/counter_window.h"
#include "model/findings/finding.h"
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
};

// All rules, most severe findings first.
[[nodiscard]] std::vector<Finding> find_all(const Observation& seen);

// The groups, for find_all and for tests.
void find_pressure(const Observation& seen, std::vector<Finding>& out);   // fill, hash, drops
void find_failures(const Observation& seen, std::vector<Finding>& out);   // inserts that fail
void find_traffic(const Observation& seen, std::vector<Finding>& out);    // what fills the table
void find_settings(const Observation& seen, std::vector<Finding>& out);   // settings that matter
void find_blindness(const Observation& seen, std::vector<Finding>& out);  // what we cannot see

}  // namespace ctwarden::model

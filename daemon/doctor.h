// SPDX-License-Identifier: GPL-2.0-or-later
//
// Keeps what the findings are judged from (settings, growth of counters), lets the rules look at
// the picture every few seconds, and logs each finding when it appears.
#pragma once

#include "daemon/clock.h"
#include "daemon/log_limiter.h"
#include "model/counter_window.h"
#include "model/findings/board.h"
#include "model/flow_table.h"
#include "model/setting.h"
#include "model/snapshot.h"
#include "nlink/kernel_files.h"

#include <optional>

namespace ctwarden::daemon {

class Doctor {
 public:
  Doctor(const nlink::KernelFiles& files, const Clock& clock) : files_(files), clock_(clock) {}

  // Once a second.
  void sample(const model::Totals& totals) { counters_.sample(clock_.now(), totals); }
  // Once a second, before examine: looks through a part of the table.
  void survey(model::FlowTable& table, bool states_are_fresh);
  // Every few seconds: reads the settings, applies the rules. `occupancy` is absent before the
  // first picture.
  void examine(const model::Snapshot& picture, const model::Occupancy* occupancy);

  [[nodiscard]] const model::SettingValues& settings() const { return settings_; }
  [[nodiscard]] std::vector<model::StandingFinding> standing() const { return board_.standing(); }

 private:
  void read_settings();

  const nlink::KernelFiles& files_;
  const Clock& clock_;
  model::CounterWindow counters_;
  model::SettingValues settings_;
  std::optional<std::uint64_t> limit_at_start_;
  std::size_t next_table_ = 0;
  std::uint64_t stale_dnat_ = 0;      // of the last whole round
  std::uint64_t stale_dnat_yet_ = 0;  // of the round that runs
  model::FindingBoard board_;
  LogLimiter limiter_{3, std::chrono::minutes(10)};
};

}  // namespace ctwarden::daemon

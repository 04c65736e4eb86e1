// SPDX-License-Identifier: GPL-2.0-or-later
//
// Foresees the occupancy of the table: arrivals as they are now, lives as the life table tells
// them. The path starts at the kernel's count, today's flows leave as their ages say, new ones come
// on top; where it crosses the limit, the table is full. Past promises are compared with what came,
// which gives the interval, and with a plain trend, which takes over should it have been far
// better.
#pragma once

#include "model/arrival_rate.h"
#include "model/forecast.h"
#include "model/life_table.h"
#include "model/linear_trend.h"
#include "model/past_errors.h"
#include "model/prospect.h"

#include <array>
#include <cstdint>
#include <optional>

namespace ctwarden::model {

struct TableLimits {
  std::optional<std::uint64_t> entries;  // the kernel's count; absent: what the life table holds
  std::optional<std::uint64_t> limit;    // 0 is none
  std::array<std::optional<double>, kFlowClassCount> timeouts;
  bool changes_heard = true;  // see Expiry
};

class Forecaster {
 public:
  // About once a second; `now` in seconds. `lives` must be closed up to now.
  void observe(double now, const LifeTable& lives, const TableLimits& limits);
  // Nothing can be said for now: births are not seen. What was learnt of the past stays.
  void pause();

  [[nodiscard]] const std::optional<Forecast>& forecast() const { return forecast_; }

 private:
  class Path;

  [[nodiscard]] bool sample_births(double now, const LifeTable& lives, Forecast& to);
  // Fills in the plateau; returns how much of it is guessed.
  double look_ahead(const LifeTable& lives, const TableLimits& limits, Forecast& to);
  void note_promises(double now, const Path& path);
  void time_to_limit(double limit, const Path& path, Forecast& to) const;

  std::array<ArrivalRate, kFlowClassCount> arrivals_;
  // By group, after the last births there were: the flows that are left still live by it.
  std::array<std::optional<Prospect>, kFlowGroups.size()> prospects_;
  LinearTrend trend_;
  PastErrors errors_;
  PastErrors trend_errors_;
  std::optional<Forecast> forecast_;
};

}  // namespace ctwarden::model

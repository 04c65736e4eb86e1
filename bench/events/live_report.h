// SPDX-License-Identifier: GPL-2.0-or-later
//
// Samples of live readers to tables in markdown. Pure.
#pragma once

#include "bench/events/live.h"
#include "bench/stage/goals.h"

#include <string>
#include <vector>

namespace ctwarden::bench {

[[nodiscard]] std::vector<Goal> live_goals(const std::vector<LiveExperiment>& experiments);

[[nodiscard]] std::string render_live_table(const LiveExperiment& experiment);

}  // namespace ctwarden::bench

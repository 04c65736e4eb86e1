// SPDX-License-Identifier: GPL-2.0-or-later
//
// Samples to tables in markdown. Pure.
#pragma once

#include "bench/events/drain.h"
#include "bench/stage/goals.h"

#include <string>
#include <vector>

namespace ctwarden::bench {

struct Row {
  Reader reader;
  std::vector<Sample> samples;  // one a round
};

// All readers under one workload. The first row is what the others are compared with, round by
// round: a machine that is slower for a while is so for both.
struct Experiment {
  Workload workload;
  Content content;
  std::vector<Row> rows;
};

[[nodiscard]] std::vector<Goal> drain_goals(const std::vector<Experiment>& experiments);

// One line a reader, one column a workload: its CPU an event as a multiple of the first row's.
[[nodiscard]] std::string render_ratios(const std::vector<Experiment>& experiments);

// Everything measured under one workload.
[[nodiscard]] std::string render_table(const Experiment& experiment);

}  // namespace ctwarden::bench

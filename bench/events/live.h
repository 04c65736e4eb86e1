// SPDX-License-Identifier: GPL-2.0-or-later
//
// What listening costs while it happens: flows begin and end at a fixed rate on one CPU, a reader
// keeps up on the other.
#pragma once

#include "bench/stage/readers.h"
#include "bench/stage/running_reader.h"
#include "bench/stage/stage.h"
#include "bench/stage/workloads.h"

#include <optional>
#include <string>
#include <vector>

namespace ctwarden::bench {

// How long flows are made: first until their ends come too, then for the figure.
struct LiveTimes {
  double warm_up_seconds = 4;
  double seconds = 3;
};

struct LiveSample {
  double sender_us = 0;  // a flow: sending, forwarding, conntrack, building and queueing the events
  std::uint64_t events = 0;
  ReaderTime time = {};
  double seconds = 0;
};

struct LiveRow {
  std::optional<Reader> listener;  // or nobody
  std::vector<LiveSample> samples;
};

struct LiveExperiment {
  Workload workload;
  bool alone = true;  // otherwise events are built for others too, and what that adds is unknown
  std::vector<LiveRow> rows;  // the first one without a listener
};

// Throws when an event was lost or the rate was not kept. If `alone`, waits until nobody else on
// the machine listens, and measures again if somebody began to meanwhile.
[[nodiscard]] LiveSample measure_live(Stage& stage, const Workload& workload, LiveTimes times,
                                      const std::optional<Reader>& listener, bool alone);

}  // namespace ctwarden::bench

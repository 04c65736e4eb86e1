// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a listener costs the packets: the CPU it takes to send and forward flows, with and without
// somebody who listens.
#pragma once

#include "bench/events/readers.h"
#include "bench/events/stage.h"
#include "bench/events/workloads.h"

#include <optional>
#include <string>
#include <vector>

namespace ctwarden::bench {

struct PathSample {
  double sender_us = 0;  // a flow: sending, forwarding, conntrack, building and queueing the events
  double reader_ns = 0;  // an event
};

struct PathRow {
  std::optional<Reader> listener;  // or nobody
  std::vector<PathSample> samples;
};

[[nodiscard]] PathSample measure_path(Stage& stage, const Workload& workload,
                                      const Content& content,
                                      const std::optional<Reader>& listener);

// The first row is the one without a listener.
[[nodiscard]] std::string render_path_table(const Workload& workload,
                                            const std::vector<PathRow>& rows);

}  // namespace ctwarden::bench

// SPDX-License-Identifier: GPL-2.0-or-later
//
// What fills a reader's queue: flows that are the same every time, made of real packets through the
// router.
#pragma once

#include "bench/traffic/generator.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ctwarden::bench {

// Expired flows are ended by the kernel as it always does; a deletion by somebody would tell the
// readers who, and some look that up.
enum class Ending : std::uint8_t { LeftOpen, Expired };

struct Workload {
  std::string name;
  std::string explanation;
  traffic::Life life;
  traffic::FlowSpace space;
  std::uint64_t flows = 0;
  Ending ending = Ending::LeftOpen;
};

// To be queued: about `events` events each, with no more flows than `most_flows`.
[[nodiscard]] std::vector<Workload> queue_workloads(std::uint64_t events, std::uint64_t most_flows);

// To be timed while they are made: flows that stay, so that only their beginning, or their life, is
// in the figure.
[[nodiscard]] std::vector<Workload> path_workloads(std::uint64_t most_flows);

// Plays it to its end in the current namespace, the router's. Throws when a flow is missing.
void fill(traffic::Legs& legs, const Workload& workload);

// Empties the router's table and waits for it.
void empty_table();

}  // namespace ctwarden::bench

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
  std::uint64_t updates_per_flow = 0;
};

// To be queued: about `events` events each, with no more flows than `most_flows`.
[[nodiscard]] std::vector<Workload> queue_workloads(std::uint64_t events, std::uint64_t most_flows);

// To be timed while they are made, at this rate: UDP flows, or TCP lives; their entries expire
// meanwhile. `flows` is what one second brings.
[[nodiscard]] Workload live_udp(std::uint64_t per_second);
[[nodiscard]] Workload live_tcp(std::uint64_t per_second);

// Flows that stay.
[[nodiscard]] Workload lasting_flows(std::uint64_t flows);

// How long flows that are made from now on live.
void let_flows_expire();
void let_flows_stay();

// Plays it to its end in the current namespace, the router's. Throws when a flow is missing. 0 a
// second: as fast as possible. `first`: the number of its first tuple.
void fill(traffic::Legs& legs, const Workload& workload, double per_second = 0,
          std::uint64_t first = 0);
// Ends what expired, as the kernel would within a minute; waits until everything has.
void wait_until_expired();

// Empties the router's table and waits for it.
void empty_table();

// Straight into the table and out of it, without a packet; the tuples are those of lasting_flows.
void create_entries(std::uint64_t count);
void delete_entries(std::uint64_t count);

}  // namespace ctwarden::bench

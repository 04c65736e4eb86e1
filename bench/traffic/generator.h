// SPDX-License-Identifier: GPL-2.0-or-later
//
// Plays one life for many tuples over the two legs of a router: steps of the client leave on the
// client leg, steps of the server on the server leg. Bounded in count and time. No threads; while
// playing, the caller is pinned to one CPU, because only packets that wait in the same CPU's
// backlog are received in the order they were sent.
#pragma once

#include "bench/traffic/flow_space.h"
#include "bench/traffic/leg.h"
#include "bench/traffic/lives.h"
#include "model/result.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace ctwarden::traffic {

struct Legs {
  Leg client;
  std::optional<Leg> server;  // needed by lives in which the server speaks
};

struct Load {
  FlowSpace space;
  std::uint64_t first = 0;  // number of the first tuple; they wrap at the space's capacity
  std::uint64_t count = 1;
  double per_second = 0;  // flows a second, 0 for as fast as possible
  std::chrono::milliseconds time_limit{60'000};
  // The address the router puts in place of the source (SNAT, masquerade): the server answers to
  // it. Ports have to be preserved, so the flows have to be distinct without their source address
  // (see FlowSpace).
  std::optional<model::Address> nat_source = std::nullopt;
};

// What was sent. `flows` is below the count asked for only when the time limit struck; every one of
// them is complete.
struct Report {
  std::uint64_t flows = 0;
  std::uint64_t packets = 0;
  double seconds = 0;
};

[[nodiscard]] model::Result<Report> play(Legs& legs, const Life& life, const Load& load);

}  // namespace ctwarden::traffic

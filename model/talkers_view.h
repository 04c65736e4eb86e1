// SPDX-License-Identifier: GPL-2.0-or-later
//
// Answers to "who fills the table", as plain values: what a view, an API or a report shows. Counts
// of services are exact, all others carry their bounds. Unreplied counts are as fresh as the states
// are: of this moment in full fidelity, of the last dump in lean.
#pragma once

#include "model/bounds.h"
#include "model/churn_panes.h"
#include "model/flow.h"
#include "model/live_counts.h"
#include "model/service.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ctwarden::model {

// New flows in each window (churn_panes.h).
using Created = std::array<Bounds, kWindowCount>;

struct AddressTalker {
  Address address;
  Family family = Family::Ipv4;
  Bounds flows;
  Bounds unreplied;
  Created created;
};

// All addresses with the same first 24 (IPv4) or 64 bits.
struct PrefixTalker {
  Address network;
  Family family = Family::Ipv4;
  Bounds flows;
  Bounds unreplied;
};

struct ServiceTalker {
  Service service;
  std::uint64_t flows = 0;
  Created created;
};

// Ports of an egress address in use towards one service (snat_pool.h).
struct SnatPoolUse {
  Protocol protocol = Protocol::Tcp;
  Family family = Family::Ipv4;
  Address egress;
  Address destination;
  std::uint16_t destination_port = 0;
  std::uint16_t zone = 0;
  Bounds used;
  std::uint32_t range = 0;  // usable ports

  [[nodiscard]] double ratio() const {
    return static_cast<double>(used.upper) / static_cast<double>(range);
  }
};

// From a line of Occupancy::pools.
[[nodiscard]] SnatPoolUse snat_pool_use(const LiveCounts<Tuple>::Line& line);

enum class Rank : std::uint8_t { Flows, Unreplied, NewTenSeconds, NewMinute, NewTenMinutes };

struct TalkersQuery {
  std::size_t lines = 20;  // of each list, at most
  Rank by = Rank::Flows;   // prefixes and pools are by flows always; services have no unreplied
};

struct TalkersView {
  std::vector<AddressTalker> sources;
  std::vector<AddressTalker> destinations;
  std::vector<PrefixTalker> source_prefixes;
  std::vector<ServiceTalker> services_before;  // before DNAT: what the clients asked for
  std::vector<ServiceTalker> services_after;   // what answers
  std::vector<SnatPoolUse> pools;

  std::uint64_t flows = 0;
  std::array<std::uint32_t, kWindowCount> seconds{};  // what each window really covers
  bool exact = true;                                  // of sources, destinations and pools
  std::uint64_t unlisted_source = 0;                  // no source that is not kept has more flows
  std::uint64_t unlisted_destination = 0;
};

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who fills the table, in the few lines that become metric series: plain values of the snapshot.
// The whole answer, with windows and bounds, is TalkersView.
#pragma once

#include "model/flow.h"
#include "model/service.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ctwarden::model {

class Occupancy;

struct PortLine {
  Service service;
  std::uint64_t flows = 0;
  std::uint64_t created = 0;
};

// Services before DNAT; see listed_ports.h.
struct PortLines {
  std::vector<PortLine> listed;  // by service
  // Of all other ports: TCP, UDP.
  std::array<std::uint64_t, 2> other_flows{};
  std::array<std::uint64_t, 2> other_created{};
};

// Of all SNAT pools of one protocol (snat_pool.h), the most ports in use and the largest share of a
// range, which may be two pools. At most so much; exact as long as the talkers are.
struct SnatFullest {
  Protocol protocol = Protocol::Tcp;
  std::uint64_t used = 0;
  double ratio = 0;
};

struct SourceLine {
  Family family = Family::Ipv4;
  Address address;
  std::uint64_t flows = 0;  // at most so many; exact as long as the talkers are
};
struct SourceLines {
  std::vector<SourceLine> listed;  // most flows first
  std::uint64_t other_flows = 0;
};

// TCP and UDP always, other protocols when they have a pool.
[[nodiscard]] std::vector<SnatFullest> fullest_pools(const Occupancy& occupancy);
[[nodiscard]] SourceLines fullest_sources(const Occupancy& occupancy, std::size_t n);

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
//
// A FlowTable and its clock, told in short words what the kernel would say about numbered flows.
// Flow n is TCP from 192.0.2.1, port 10000 + n, id 0x1000 + n, unless the test changes the event.
#pragma once

#include "model/flow_table.h"
#include "tests/support/flows.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <numeric>

namespace ctwarden::model {

inline FlowEvent about(EventKind kind, unsigned flow, TcpState state = TcpState::SynSent) {
  FlowEvent event;
  event.kind = kind;
  event.original = support::tuple_of(6, "192.0.2.1", static_cast<std::uint16_t>(10000 + flow),
                                     "198.51.100.7", 443);
  event.id = 0x1000 + flow;
  event.status = kStatusConfirmed;
  event.tcp_state = static_cast<std::uint8_t>(state);
  return event;
}
inline FlowEvent created(unsigned flow, TcpState state = TcpState::SynSent) {
  return about(EventKind::New, flow, state);
}
inline FlowEvent updated(unsigned flow, TcpState state = TcpState::Established) {
  return about(EventKind::Update, flow, state);
}
inline FlowEvent row(unsigned flow, TcpState state = TcpState::Established) {
  return about(EventKind::DumpRow, flow, state);
}
inline FlowEvent destroyed(unsigned flow) { return about(EventKind::Destroy, flow); }

class TableStory {
 public:
  explicit TableStory(std::uint64_t max_flows = 1'000'000,
                      std::size_t max_tombstones = FlowTable::kMaxTombstones)
      : table(HashSecret{.k0 = 1, .k1 = 2}, max_flows, max_tombstones) {}

  bool tell(const FlowEvent& event) { return table.apply(event, table.key_of(event), now); }
  void tell(std::initializer_list<FlowEvent> events) {
    for (const FlowEvent& event : events) {
      tell(event);
    }
  }
  // finish_rows and a sweep of every table.
  SweepCounts finish() {
    SweepCounts counts = table.finish_rows();
    for (std::size_t number = 0; number < FlowIndex::kTables; ++number) {
      const SweepCounts swept = table.sweep(number, now);
      counts.ghosts += swept.ghosts;
      counts.silent += swept.silent;
    }
    return counts;
  }
  SweepCounts resync(std::initializer_list<FlowEvent> rows) {
    table.begin_resync();
    tell(rows);
    return finish();
  }

  [[nodiscard]] std::uint64_t in_state(TcpState state) const {
    return table.composition().by_state[0][static_cast<std::size_t>(state)];
  }
  [[nodiscard]] std::uint64_t with(FlowStatus status) const {
    return table.composition().by_status[static_cast<std::size_t>(status)];
  }

  FlowTable table;
  std::uint32_t now = 1000;
};

// Every flow is in exactly one state, one family and one zone.
inline void expect_sums(const Composition& composition) {
  std::uint64_t states = 0;
  for (const auto& states_of_protocol : composition.by_state) {
    states = std::accumulate(states_of_protocol.begin(), states_of_protocol.end(), states);
  }
  std::uint64_t zones = composition.other_zones;
  for (const ZoneFlows& zone : composition.by_zone) {
    zones += zone.flows;
  }
  EXPECT_EQ(states, composition.flows);
  EXPECT_EQ(zones, composition.flows);
  EXPECT_EQ(composition.by_family[0] + composition.by_family[1], composition.flows);
  for (const std::uint64_t flows : composition.by_status) {
    EXPECT_LE(flows, composition.flows);
  }
}

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
//
// How long flows live, class by class and second by second of their age: a period life table, as
// actuaries keep it. The event path tells it births, moves and ends with the flow's age; each
// second that closes adds to the sums, which fade with time. Hazards are conditional on age, so
// they hold right through a step in the arrival rate, when averages over departures do not.
//
// Flows of unknown birth (known from a dump only) are counted, but teach nothing about ages.
#pragma once

#include "model/flow_class.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ctwarden::model {

struct ClassCounts {
  std::uint64_t occupancy = 0;
  std::uint64_t born = 0;      // flows that began in this class
  std::uint64_t arrived = 0;   // those, and the ones that came from another class
  std::uint64_t departed = 0;  // to another class, or ended
};

class LifeTable {
 public:
  // Ages in whole seconds; the last cell holds every greater age. Covers every timeout of the
  // kernel but that of established TCP.
  static constexpr std::uint32_t kAges = 1024;
  // Where a flow may go: 0 is its end, n + 1 the n-th class of its group.
  static constexpr std::size_t kExits = 4;
  using Age = std::optional<std::uint32_t>;  // in seconds; absent for a flow of unknown birth

  // One cell's sums.
  struct Cell {
    float at_risk = 0;  // flows times seconds begun in this cell
    float seconds = 0;  // of them lived
    std::array<float, kExits> exits{};
    [[nodiscard]] float left() const { return exits[0] + exits[1] + exits[2] + exits[3]; }
  };

  LifeTable();

  // Closes the seconds before `now`; ages told afterwards are those at `now`. Time never goes back.
  void advance(std::uint32_t now) {
    if (static_cast<std::int32_t>(now - now_) > 0) {
      close_seconds(now);
    }
  }

  void born(FlowClass in);
  void adopted(FlowClass in);  // exists, of unknown birth
  void moved(FlowClass from, FlowClass to, Age age);
  void ended(FlowClass in, Age age);
  void forgotten(FlowClass in, Age age);  // is gone, nobody knows since when

  [[nodiscard]] const ClassCounts& counts(FlowClass of) const { return counts_[index(of)]; }
  // Live flows of that age; with the last age, every older one.
  [[nodiscard]] std::uint32_t live(FlowClass of, std::uint32_t age) const {
    return live_[place(index(of), age)];
  }
  [[nodiscard]] std::uint64_t of_unknown_birth(FlowClass of) const { return unknown_[index(of)]; }
  [[nodiscard]] const Cell& cell(FlowClass of, std::uint32_t age) const {
    return cells_[index(of) * kAges + age];
  }

 private:
  static std::size_t index(FlowClass of) { return static_cast<std::size_t>(of); }
  // Births in a ring of kAges - 1 seconds, then one place for all that are older.
  [[nodiscard]] std::size_t place(std::size_t in, std::uint32_t age) const {
    return in * (kAges + 1) + (age < kAges - 1 ? (now_ - age) % kAges : kAges);
  }
  void take(std::size_t from, Age age);
  void note_exit(std::size_t from, std::uint32_t age, std::size_t exit);
  void close_seconds(std::uint32_t now);
  void close_second();
  void close_class(std::size_t first, std::size_t which);

  std::uint32_t now_ = 0;
  std::array<ClassCounts, kFlowClassCount> counts_{};
  std::array<std::uint64_t, kFlowClassCount> unknown_{};
  std::array<std::uint32_t, kFlowClassCount> born_{};  // in the second that runs
  std::array<bool, kFlowClassCount> active_{};         // anything happened in it
  std::vector<std::uint32_t> live_;
  std::vector<std::array<std::uint32_t, kExits>> exits_;  // in the second that runs
  std::vector<Cell> cells_;
  std::vector<float> fading_;  // what is left of a cell's sums after a second, by age
};

// On the event path: a few nanoseconds each.
inline void LifeTable::born(FlowClass in) {
  const std::size_t which = index(in);
  ClassCounts& counts = counts_[which];
  ++counts.occupancy;
  ++counts.born;
  ++counts.arrived;
  ++born_[which];
  ++live_[place(which, 0)];
  active_[which] = true;
}

inline void LifeTable::ended(FlowClass in, Age age) {
  take(index(in), age);
  ++counts_[index(in)].departed;
  if (age) {
    note_exit(index(in), *age, 0);
  }
}

inline void LifeTable::take(std::size_t from, Age age) {
  --counts_[from].occupancy;
  if (age) {
    --live_[place(from, *age)];
  } else {
    --unknown_[from];
  }
}

inline void LifeTable::note_exit(std::size_t from, std::uint32_t age, std::size_t exit) {
  ++exits_[from * kAges + std::min(age, kAges - 1)][exit];
  active_[from] = true;
}

}  // namespace ctwarden::model

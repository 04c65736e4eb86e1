// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/life_table.h"

#include <algorithm>
#include <cmath>

namespace ctwarden::model {

namespace {

// Evidence about an age is remembered for about four times that age, so that what happens to young
// flows is fresh (a flood changes it within seconds) and what happens to old ones is not forgotten
// before the next of them end. The collector works in passes up to a minute apart: never look at
// fewer than the passes of two minutes where flows expire.
constexpr double kMemoryPerAge = 4;
constexpr double kShortestMemory = 10;
constexpr double kLongestMemory = 1800;
// So little evidence does not fade: there is nothing better to put in its place.
constexpr float kKept = 100;

constexpr std::size_t exit_to(std::size_t first, std::size_t to) { return to - first + 1; }

constexpr std::size_t first_of(std::size_t which) {
  for (const FlowGroup& group : kFlowGroups) {
    if (which < group.first + group.count) {
      return group.first;
    }
  }
  return 0;
}

}  // namespace

LifeTable::LifeTable()
    : live_(kFlowClassCount * (kAges + 1)),
      exits_(kFlowClassCount * kAges),
      cells_(kFlowClassCount * kAges),
      fading_(kAges) {
  for (std::uint32_t age = 0; age < kAges; ++age) {
    const double memory = std::clamp(kMemoryPerAge * age, kShortestMemory, kLongestMemory);
    fading_[age] = static_cast<float>(std::exp(-1 / memory));
  }
}

void LifeTable::adopted(FlowClass in) {
  ++counts_[index(in)].occupancy;
  ++unknown_[index(in)];
}

void LifeTable::moved(FlowClass from, FlowClass to, Age age) {
  const std::size_t old_class = index(from);
  const std::size_t new_class = index(to);
  take(old_class, age);
  ++counts_[old_class].departed;
  ++counts_[new_class].arrived;
  ++counts_[new_class].occupancy;
  if (!age) {
    ++unknown_[new_class];
    return;
  }
  note_exit(old_class, *age, exit_to(first_of(old_class), new_class));
  ++live_[place(new_class, *age)];
  active_[new_class] = true;
}

void LifeTable::forgotten(FlowClass in, Age age) { take(index(in), age); }

void LifeTable::close_seconds(std::uint32_t now) {
  // Beyond kAges seconds without a call every flow has reached the last cell.
  const std::uint32_t steps = std::min(now - now_, kAges);
  for (std::uint32_t step = 0; step < steps; ++step) {
    close_second();
    ++now_;
  }
  now_ = now;
}

void LifeTable::close_second() {
  for (const FlowGroup& group : kFlowGroups) {
    for (std::size_t which = group.first; which < group.first + group.count; ++which) {
      if (active_[which] || counts_[which].occupancy != unknown_[which]) {
        close_class(group.first, which);
      }
    }
    // Arrivals in one class are exits of another: cleared when the whole group is done.
    for (std::size_t which = group.first; which < group.first + group.count; ++which) {
      if (active_[which]) {
        std::fill_n(exits_.begin() + static_cast<std::ptrdiff_t>(which * kAges), kAges,
                    std::array<std::uint32_t, kExits>{});
      }
      born_[which] = 0;
      active_[which] = false;
      // The oldest of the ring become the old.
      std::uint32_t& oldest = live_[place(which, kAges - 2)];
      live_[place(which, kAges)] += oldest;
      oldest = 0;
    }
  }
}

void LifeTable::close_class(std::size_t first, std::size_t which) {
  const std::size_t own_exit = exit_to(first, which);
  for (std::uint32_t age = 0; age < kAges; ++age) {
    const auto& exits = exits_[which * kAges + age];
    const std::uint32_t left = exits[0] + exits[1] + exits[2] + exits[3];
    const std::uint32_t now = live_[place(which, age)];
    Cell& cell = cells_[which * kAges + age];
    if (cell.at_risk > kKept) {
      const float kept = fading_[age];
      cell.at_risk *= kept;
      cell.seconds *= kept;
      for (float& sum : cell.exits) {
        sum *= kept;
      }
    }
    if (now + left == 0) {
      continue;
    }
    std::uint32_t entered = age == 0 ? born_[which] : 0;
    for (std::size_t from = first; from < kFlowClassCount && first_of(from) == first; ++from) {
      entered += exits_[from * kAges + age][own_exit];
    }
    const std::uint32_t seen = now + left;
    const std::uint32_t before = seen - std::min(entered, seen);
    cell.at_risk += static_cast<float>(seen);
    cell.seconds += static_cast<float>(before + now) / 2;
    for (std::size_t exit = 0; exit < kExits; ++exit) {
      cell.exits[exit] += static_cast<float>(exits[exit]);
    }
  }
}

}  // namespace ctwarden::model

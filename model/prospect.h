// SPDX-License-Identifier: GPL-2.0-or-later
//
// What becomes of newborn flows: how many are still there at each age, and how long they stay in
// each class on the way, after the life table. By Little's law, with births a second as the
// measure, the seconds are the entries the table comes to.
//
// Where the life table has too little evidence, in this order: the timeout the kernel is set to,
// the hazard at the greatest ages seen, and last a guess: what has not ended yet lasts about as
// long again. What rests on guesses is told apart.
#pragma once

#include "model/flow_class.h"
#include "model/life_table.h"

#include <array>
#include <optional>

namespace ctwarden::model {

// The longest time between two rounds of the kernel's collector, in seconds.
inline constexpr double kLongestRound = 60;

// What the kernel is set to.
struct Expiry {
  // Seconds a flow of the class stays when nothing happens to it; absent where packets keep it
  // alive as a rule (established TCP) or the setting is unknown.
  std::array<std::optional<double>, kFlowClassCount> timeout;
  // A flow is known to be in its class. Otherwise it may have left it unheard, for another timeout,
  // and the timeout speaks only for flows that have reached it.
  bool changes_heard = true;
  // Expired entries wait for the collector, evenly spread over one of its rounds.
  double collector_round = 0;
};

struct Prospect {
  std::array<double, kFlowClassCount> in_class{};  // births a second times seconds in the class
  double guessed = 0;                              // of all that: resting on no evidence
  std::array<double, LifeTable::kAges> alive{};    // births a second that reach the age
  std::array<double, LifeTable::kAges> before{};   // births a second times seconds before the age
  double after = 0;                                // the same, past the last age

  // Share of those alive at one age that are still there some seconds later.
  [[nodiscard]] double survive(std::uint32_t age, double seconds) const;
  // Entries of this group that have arrived since, `seconds` from now.
  [[nodiscard]] double grown(double seconds) const;
  // Flows a second that reach the last age end at this rate.
  [[nodiscard]] double late_hazard() const;
};

// `births` a second by class, as the classes of the group follow each other.
[[nodiscard]] Prospect prospect_of(const LifeTable& lives, FlowGroup group,
                                   const std::array<double, kFlowClassCount>& births,
                                   const Expiry& expiry);

}  // namespace ctwarden::model

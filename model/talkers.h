// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who fills the table: occupancy and arrivals, kept true by the same dumps that repair the flow
// table, which tells this of every flow that enters, stays or leaves.
//
// A slot of the table names no address, so a flow that a dump no longer shows cannot be taken out
// of the counts. Instead the counts are taken anew while a dump runs, in a shadow: a flow is in the
// shadow exactly when its slot bears the generation of the dump ("stamped"). When the rows are
// complete the shadow takes over, and from then on a flow is counted exactly when it is stamped:
// what the sweep removes was not.
#pragma once

#include "model/arrivals.h"
#include "model/occupancy.h"
#include "model/talkers_view.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace ctwarden::model {

class Talkers {
 public:
  // Enough that every source is counted exactly on nearly every node, and 1/1,024 of the flows is
  // noticed on any; a million flows from as many sources then take about 5 MiB.
  static constexpr std::size_t kMaxKeys = 16'384;

  explicit Talkers(HashSecret secret, std::size_t max_keys = kMaxKeys);
  // 0 leaves addresses and pools out. Holds for the next dump on, and now if there is no flow yet.
  void set_max_keys(std::size_t max_keys);

  void prefetch(const FlowEvent& event) const noexcept;

  // A NEW was read.
  void born(const FlowEvent& event, std::uint32_t now) {
    arrivals_.add(event, now, max_keys_ != 0);
  }
  // A flow got a slot, which is stamped.
  void enters(const FlowEvent& event, bool unreplied);
  // A slot is stamped, again or for the first time in this generation (`stamped` is how it was).
  void stays(const FlowEvent& event, bool was_unreplied, bool unreplied, bool stamped);
  // A flow loses its slot by a DESTROY.
  void leaves(const FlowEvent& event, bool unreplied, bool stamped);

  // A dump begins: no slot is stamped. `empty`: there is no slot at all.
  void begin_resync(bool empty);
  void finish_rows();
  void abort_resync() { shadow_.reset(); }

  [[nodiscard]] const Occupancy& occupancy() const { return live_; }
  [[nodiscard]] const Arrivals& arrivals() const { return arrivals_; }
  [[nodiscard]] TalkersView view(const TalkersQuery& query, std::uint32_t now);
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  MixingHash hash_;
  std::size_t max_keys_;
  Occupancy live_;
  std::optional<Occupancy> shadow_;
  bool only_stamped_ = false;  // otherwise every slot is in live_
  Arrivals arrivals_;
};

}  // namespace ctwarden::model

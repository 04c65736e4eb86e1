// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who holds the table: live flows by source address, by destination address (the one that answers),
// by service before and after DNAT, and by SNAT pool. Services are exact always, the others while
// they fit (live_counts.h). No time, no rates: those are in arrivals.h.
#pragma once

#include "model/flow.h"
#include "model/host.h"
#include "model/live_counts.h"
#include "model/mixing_hash.h"
#include "model/service.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ctwarden::model {

[[nodiscard]] inline Host source_of(const FlowEvent& event) {
  return host_of(event.original.source, event.original.family);
}
[[nodiscard]] inline Host destination_of(const FlowEvent& event) {
  return event.reply ? host_of(event.reply->source, event.reply->family)
                     : host_of(event.original.destination, event.original.family);
}

class Occupancy {
 public:
  // `max_keys` bounds sources, destinations and pools, each; 0 leaves all three out.
  Occupancy(const MixingHash& hash, std::size_t max_keys);

  // What is removed was added with the same tuples.
  void add(const FlowEvent& event, bool unreplied);
  void remove(const FlowEvent& event, bool unreplied);
  void set_unreplied(const FlowEvent& event, bool unreplied);
  void prefetch(const FlowEvent& event) const noexcept;

  [[nodiscard]] const LiveCounts<Host>& sources() const { return sources_; }
  [[nodiscard]] const LiveCounts<Host>& destinations() const { return destinations_; }
  [[nodiscard]] const LiveCounts<Tuple>& pools() const { return pools_; }  // key: snat_pool_of
  // Flows at index_of(service).
  [[nodiscard]] const std::vector<std::uint32_t>& services_before() const { return before_; }
  [[nodiscard]] const std::vector<std::uint32_t>& services_after() const { return after_; }
  [[nodiscard]] std::uint64_t flows() const { return flows_; }
  [[nodiscard]] std::size_t max_keys() const { return max_keys_; }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  MixingHash hash_;
  std::size_t max_keys_;
  std::uint64_t flows_ = 0;
  LiveCounts<Host> sources_;
  LiveCounts<Host> destinations_;
  LiveCounts<Tuple> pools_;
  std::vector<std::uint32_t> before_;
  std::vector<std::uint32_t> after_;
};

}  // namespace ctwarden::model

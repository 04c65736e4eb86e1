// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who turns the table over: new flows by source, destination and service in sliding windows
// (churn_panes.h), and by service since the start. Counted from NEW events alone, so nothing here
// is repaired by a dump, and nothing needs to be.
#pragma once

#include "model/churn_panes.h"
#include "model/flow.h"
#include "model/host.h"
#include "model/mixing_hash.h"
#include "model/service.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ctwarden::model {

class Arrivals {
 public:
  explicit Arrivals(const MixingHash& hash);

  // `addresses` says whether sources and destinations are counted.
  void add(const FlowEvent& event, std::uint32_t now, bool addresses);
  void prefetch(const FlowEvent& event, bool addresses) const noexcept;

  [[nodiscard]] ChurnPanes<Host>& sources() { return sources_; }
  [[nodiscard]] ChurnPanes<Host>& destinations() { return destinations_; }
  [[nodiscard]] ChurnPanes<Service>& services_before() { return before_; }
  [[nodiscard]] ChurnPanes<Service>& services_after() { return after_; }
  // Since the start, before DNAT, modulo 2^32, at index_of(service).
  [[nodiscard]] const std::vector<std::uint32_t>& created() const { return created_; }
  // Of TCP and UDP together, over all ports.
  [[nodiscard]] std::uint64_t created_total(Protocol protocol) const {
    return totals_[protocol == Protocol::Udp ? 1 : 0];
  }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  [[nodiscard]] std::uint64_t hash_of(Service service) const { return hash_(0, index_of(service)); }

  MixingHash hash_;
  ChurnPanes<Host> sources_;
  ChurnPanes<Host> destinations_;
  ChurnPanes<Service> before_;
  ChurnPanes<Service> after_;
  std::vector<std::uint32_t> created_;
  std::array<std::uint64_t, 2> totals_{};
};

}  // namespace ctwarden::model

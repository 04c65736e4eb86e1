// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/arrivals.h"

#include "model/occupancy.h"

namespace ctwarden::model {

Arrivals::Arrivals(const MixingHash& hash) : hash_(hash), created_(kServiceCount) {}

void Arrivals::add(const FlowEvent& event, std::uint32_t now, bool addresses) {
  if (const auto service = service_before_nat(event)) {
    ++created_[index_of(*service)];
    ++totals_[service->protocol == Protocol::Udp ? 1 : 0];
    before_.add(*service, hash_of(*service), now);
  }
  if (const auto service = service_after_nat(event)) {
    after_.add(*service, hash_of(*service), now);
  }
  if (addresses) {
    const Host source = source_of(event);
    sources_.add(source, hash_(source), now);
    const Host destination = destination_of(event);
    destinations_.add(destination, hash_(destination), now);
  }
}

void Arrivals::prefetch(const FlowEvent& event, bool addresses) const noexcept {
  // Few services are most of the traffic, and those are in the cache.
  if (addresses) {
    sources_.prefetch(hash_(source_of(event)));
    destinations_.prefetch(hash_(destination_of(event)));
  }
}

std::size_t Arrivals::memory_bytes() const {
  return sources_.memory_bytes() + destinations_.memory_bytes() + before_.memory_bytes() +
         after_.memory_bytes() + created_.capacity() * sizeof(std::uint32_t);
}

}  // namespace ctwarden::model

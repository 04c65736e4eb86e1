// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/occupancy.h"

#include "model/snat_pool.h"

namespace ctwarden::model {

Occupancy::Occupancy(const MixingHash& hash, std::size_t max_keys)
    : hash_(hash),
      max_keys_(max_keys),
      sources_(max_keys),
      destinations_(max_keys),
      pools_(max_keys),
      before_(kServiceCount),
      after_(kServiceCount) {}

void Occupancy::add(const FlowEvent& event, bool unreplied) {
  ++flows_;
  if (const auto service = service_before_nat(event)) {
    ++before_[index_of(*service)];
  }
  if (const auto service = service_after_nat(event)) {
    ++after_[index_of(*service)];
  }
  if (max_keys_ == 0) {
    return;
  }
  const Host source = source_of(event);
  sources_.add(source, hash_(source), unreplied);
  const Host destination = destination_of(event);
  destinations_.add(destination, hash_(destination), unreplied);
  if (const auto pool = snat_pool_of(event)) {
    pools_.add(*pool, hash_(*pool), false);
  }
}

void Occupancy::remove(const FlowEvent& event, bool unreplied) {
  const auto take_one = [](auto& count) { count -= count > 0 ? 1 : 0; };
  take_one(flows_);
  if (const auto service = service_before_nat(event)) {
    take_one(before_[index_of(*service)]);
  }
  if (const auto service = service_after_nat(event)) {
    take_one(after_[index_of(*service)]);
  }
  if (max_keys_ == 0) {
    return;
  }
  const Host source = source_of(event);
  sources_.remove(source, hash_(source), unreplied);
  const Host destination = destination_of(event);
  destinations_.remove(destination, hash_(destination), unreplied);
  if (const auto pool = snat_pool_of(event)) {
    pools_.remove(*pool, hash_(*pool), false);
  }
}

void Occupancy::set_unreplied(const FlowEvent& event, bool unreplied) {
  if (max_keys_ == 0) {
    return;
  }
  const Host source = source_of(event);
  sources_.set_unreplied(source, hash_(source), unreplied);
  const Host destination = destination_of(event);
  destinations_.set_unreplied(destination, hash_(destination), unreplied);
}

void Occupancy::prefetch(const FlowEvent& event) const noexcept {
  if (const auto service = service_before_nat(event)) {
    __builtin_prefetch(&before_[index_of(*service)], 1);
  }
  if (const auto service = service_after_nat(event)) {
    __builtin_prefetch(&after_[index_of(*service)], 1);
  }
  if (max_keys_ == 0) {
    return;
  }
  sources_.prefetch(hash_(source_of(event)));
  destinations_.prefetch(hash_(destination_of(event)));
  if (const auto pool = snat_pool_of(event)) {
    pools_.prefetch(hash_(*pool));
  }
}

std::size_t Occupancy::memory_bytes() const {
  return sources_.memory_bytes() + destinations_.memory_bytes() + pools_.memory_bytes() +
         (before_.capacity() + after_.capacity()) * sizeof(std::uint32_t);
}

}  // namespace ctwarden::model

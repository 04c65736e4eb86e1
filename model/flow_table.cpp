// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_table.h"

#include <algorithm>

namespace ctwarden::model {

namespace {

// Births are kept modulo 2^22 seconds. The sweep moves a birth older than this forward, so that an
// age never wraps; lifetimes beyond five days share the last bucket anyway.
constexpr std::uint32_t kBirthMask = (1U << 22) - 1;
constexpr std::uint32_t kOldestAge = 1U << 21;

// Generations are 1 to 127; 0 marks an empty slot. A completed sweep leaves one generation in the
// index, so a number comes round only after this many aborted resyncs in a row; well before that
// the index is stamped anew.
constexpr std::uint32_t kGenerations = 127;
constexpr std::uint32_t kMaxAborts = 100;

std::uint32_t age(const FlowSlot& slot, std::uint32_t now) {
  return (now - slot.birth) & kBirthMask;
}

LifeTable::Age known_age(const FlowSlot& slot, std::uint32_t now) {
  return slot.birth_known != 0 ? LifeTable::Age(age(slot, now)) : std::nullopt;
}

static_assert(kFlowStatusCount <= 6, "FlowSlot::status has six bits");

constexpr std::uint8_t bit(FlowStatus status) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(status));
}

bool unreplied(const FlowSlot& slot) { return (slot.status & bit(FlowStatus::Unreplied)) != 0; }

FlowClass class_of(const FlowSlot& slot) {
  return flow_class_of(static_cast<Protocol>(slot.protocol), static_cast<TcpState>(slot.state),
                       unreplied(slot));
}

std::uint8_t status_set(const FlowEvent& event) {
  const std::uint32_t status = event.status.value_or(0);
  unsigned set = 0;
  set |= (status & kStatusSeenReply) == 0 ? bit(FlowStatus::Unreplied) : 0U;
  set |= (status & kStatusAssured) != 0 ? bit(FlowStatus::Assured) : 0U;
  set |= (status & kStatusSourceNat) != 0 ? bit(FlowStatus::SourceNat) : 0U;
  set |= (status & kStatusDestinationNat) != 0 ? bit(FlowStatus::DestinationNat) : 0U;
  set |= event.has_helper ? bit(FlowStatus::Helper) : 0U;
  set |=
      (status & (kStatusOffload | kStatusHardwareOffload)) != 0 ? bit(FlowStatus::Offloaded) : 0U;
  return static_cast<std::uint8_t>(set);
}

}  // namespace

FlowTable::FlowTable(HashSecret secret, std::uint64_t max_flows, std::size_t max_tombstones,
                     std::size_t max_talkers)
    : hash_(secret),
      max_flows_(max_flows),
      max_tombstones_(max_tombstones),
      talkers_(secret, max_talkers) {}

bool FlowTable::apply(const FlowEvent& event, FlowKey key, std::uint32_t now_seconds) {
  lives_.advance(now_seconds);
  switch (event.kind) {
    case EventKind::New:
      apply_new(event, key, now_seconds);
      return true;
    case EventKind::Update:
      return apply_update(event, key, now_seconds);
    case EventKind::Destroy:
      apply_destroy(event, key, now_seconds);
      return true;
    case EventKind::DumpRow:
      apply_row(event, key, now_seconds);
      return true;
  }
  return true;
}

void FlowTable::apply_new(const FlowEvent& event, FlowKey key, std::uint32_t now) {
  ++events_.created;
  ++churn_.created[static_cast<std::size_t>(protocol_of(event.original.protocol))];
  talkers_.born(event, now);
  if (resyncing_) {
    tombstones_.erase(key);
  }
  FlowSlot* slot = find_or_store(key, unstored_);
  if (slot == nullptr) {
    return;
  }
  if (slot->live()) {
    lives_.forgotten(class_of(*slot), known_age(*slot, now));
  }
  silent_ -= slot->silent;
  slot->silent = 0;
  slot->birth = now & kBirthMask;
  slot->birth_known = 1;
  if (resyncing_ && slot->added != 0 && slot->generation == generation_) {
    // The row was built after this event: the flow is as the row said, but not missing.
    slot->added = 0;
    --missing_;
    lives_.born(class_of(*slot));
    return;
  }
  refill(*slot, event);  // live if the end of a predecessor with the same key was lost or silent
  lives_.born(class_of(*slot));
}

bool FlowTable::apply_update(const FlowEvent& event, FlowKey key, std::uint32_t now) {
  FlowSlot* slot = index_.find(key);
  if (slot == nullptr) {
    return false;
  }
  ++events_.updated;
  silent_ -=
      slot->silent;  // whoever sends updates has the event extension and will announce its end
  slot->silent = 0;
  follow(*slot, event, now);
  return true;
}

void FlowTable::apply_destroy(const FlowEvent& event, FlowKey key, std::uint32_t now) {
  ++events_.destroyed;
  count_end(event);
  if (resyncing_ && !tombstones_full_) {
    tombstones_full_ = tombstones_.size() >= max_tombstones_;
    tombstones_.insert(key);
  }
  FlowSlot* slot = index_.find(key);
  if (slot == nullptr) {
    return;
  }
  observe_lifetime(*slot, event, now);
  lives_.ended(class_of(*slot), known_age(*slot, now));
  silent_ -= slot->silent;
  count(*slot, -1);
  talkers_.leaves(event, unreplied(*slot), slot->generation == generation_);
  index_.erase(*slot, key);
}

void FlowTable::apply_row(const FlowEvent& event, FlowKey key, std::uint32_t now) {
  if (!resyncing_ || tombstones_full_ || tombstones_.contains(key)) {
    return;
  }
  FlowSlot* slot = find_or_store(key, unstored_rows_);
  if (slot == nullptr || slot->generation == generation_) {
    return;  // an event or an earlier row of this dump has said it already
  }
  if (slot->live()) {
    follow(*slot, event, now);
    return;
  }
  slot->silent = 1;
  slot->birth = now & kBirthMask;
  ++silent_;
  ++missing_;
  refill(*slot, event);
  slot->added = 1;
  lives_.adopted(class_of(*slot));
}

// Of a flow that is there already.
void FlowTable::follow(FlowSlot& slot, const FlowEvent& event, std::uint32_t now) {
  const FlowClass before = class_of(slot);
  refill(slot, event);
  if (const FlowClass after = class_of(slot); after != before) {
    lives_.moved(before, after, known_age(slot, now));
  }
}

// The flow is as the event says from here on.
void FlowTable::refill(FlowSlot& slot, const FlowEvent& event) {
  const FlowSlot before = slot;
  if (before.live()) {
    count(before, -1);
  }
  fill(slot, event);
  count(slot, 1);
  if (before.live()) {
    talkers_.stays(event, unreplied(before), unreplied(slot), before.generation == generation_);
  } else {
    talkers_.enters(event, unreplied(slot));
  }
}

void FlowTable::count_end(const FlowEvent& event) {
  const auto protocol = static_cast<std::size_t>(protocol_of(event.original.protocol));
  ++churn_.destroyed[protocol];
  ++churn_.ended[protocol][static_cast<std::size_t>(end_of(event))];
  // Once assured, always assured: the final status tells.
  churn_.never_assured[protocol] += event.status && (*event.status & kStatusAssured) == 0 ? 1U : 0U;
}

FlowSlot* FlowTable::find_or_store(FlowKey key, std::uint64_t& unstored) {
  if (index_.size() < max_flows_) {
    return &index_.find_or_insert(key);
  }
  FlowSlot* slot = index_.find(key);
  unstored += slot == nullptr ? 1 : 0;
  return slot;
}

void FlowTable::fill(FlowSlot& slot, const FlowEvent& event) {
  if (slot.generation != generation_) {
    slot.added = 0;
  }
  slot.generation = generation_ & 0x7FU;
  slot.protocol = static_cast<unsigned>(protocol_of(event.original.protocol)) & 0xFU;
  slot.family = event.original.family == Family::Ipv6 ? 1 : 0;
  slot.zone = event.original.zone;
  slot.status = status_set(event) & 0x3FU;
  // A message about an offloaded flow carries no protocol state: what was known stays.
  if (event.tcp_state) {
    slot.state = static_cast<unsigned>(tcp_state_of(*event.tcp_state)) & 0xFU;
  }
}

void FlowTable::count(const FlowSlot& slot, std::int64_t by) {
  const auto step = static_cast<std::uint64_t>(by);  // adding 2^64 - 1 subtracts one
  by_state_[slot.protocol][slot.state] += step;
  by_family_[slot.family] += step;
  for (unsigned set = slot.status; set != 0; set &= set - 1) {
    by_status_[static_cast<std::size_t>(std::countr_zero(set))] += step;
  }
  if (slot.zone == 0) {
    zone0_ += step;
    return;
  }
  if (by_zone_.empty()) {
    by_zone_.resize(std::size_t{1} << 16);
  }
  by_zone_[slot.zone] += static_cast<std::uint32_t>(step);
}

void FlowTable::observe_lifetime(const FlowSlot& slot, const FlowEvent& event, std::uint32_t now) {
  double seconds = 0;
  if (event.start_ns && event.stop_ns && *event.stop_ns >= *event.start_ns) {
    seconds = static_cast<double>(*event.stop_ns - *event.start_ns) / 1e9;
  } else if (slot.birth_known != 0) {
    seconds = age(slot, now);
  } else {
    return;
  }
  LifetimeHistogram& histogram = churn_.lifetimes[slot.protocol];
  const auto bucket = std::ranges::lower_bound(
      kLifetimeBounds, seconds, {}, [](std::uint32_t bound) { return static_cast<double>(bound); });
  ++histogram.counts[static_cast<std::size_t>(bucket - kLifetimeBounds.begin())];
  histogram.sum_seconds += seconds;
}

void FlowTable::begin_resync(std::uint64_t expected) {
  index_.expect(std::min(expected, max_flows_));
  if (aborts_ >= kMaxAborts) {
    for (std::size_t table = 0; table < FlowIndex::kTables; ++table) {
      index_.sweep(table, [&](FlowSlot& slot) {
        slot.generation = generation_ & 0x7FU;
        return false;
      });
    }
    aborts_ = 0;
  }
  generation_ = generation_ % kGenerations + 1;
  resyncing_ = true;
  tombstones_full_ = false;
  tombstones_.clear();
  missing_ = 0;
  talkers_.begin_resync(index_.size() == 0);
  unstored_at_begin_ = unstored_;
  unstored_rows_ = 0;
}

SweepCounts FlowTable::finish_rows() {
  index_.expect(0);
  resyncing_ = false;
  tombstones_ = {};
  talkers_.finish_rows();
  unstored_ = unstored_ - unstored_at_begin_ + unstored_rows_;
  return {.missing = missing_};
}

void FlowTable::abort_resync() {
  ++aborts_;
  index_.expect(0);
  resyncing_ = false;
  tombstones_ = {};
  talkers_.abort_resync();
}

SweepCounts FlowTable::sweep(std::size_t table, std::uint32_t now_seconds) {
  SweepCounts counts;
  aborts_ = 0;
  lives_.advance(now_seconds);
  index_.sweep(table, [&](FlowSlot& slot) {
    if (slot.generation != generation_) {
      slot.silent != 0 ? ++counts.silent : ++counts.ghosts;
      silent_ -= slot.silent;
      count(slot, -1);
      lives_.forgotten(class_of(slot), known_age(slot, now_seconds));
      return true;
    }
    if (age(slot, now_seconds) > kOldestAge) {
      slot.birth = (now_seconds - kOldestAge) & kBirthMask;
    }
    return false;
  });
  index_.shrink(table);
  return counts;
}

std::uint64_t FlowTable::count_unanswered_dnat(std::size_t table, std::uint32_t now_seconds,
                                               std::uint32_t older_than) {
  constexpr unsigned kSought = bit(FlowStatus::Unreplied) | bit(FlowStatus::DestinationNat);
  std::uint64_t found = 0;
  index_.sweep(table, [&](const FlowSlot& slot) {
    const bool udp = static_cast<Protocol>(slot.protocol) == Protocol::Udp;
    if (udp && (slot.status & kSought) == kSought && age(slot, now_seconds) > older_than) {
      ++found;
    }
    return false;
  });
  return found;
}

Composition FlowTable::composition() const {
  Composition composition{.flows = index_.size(),
                          .by_state = by_state_,
                          .by_family = by_family_,
                          .by_status = by_status_,
                          .by_zone = {},
                          .other_zones = 0};
  // 64 named zones keep the series bounded; the fullest are named.
  constexpr std::size_t kNamedZones = 64;
  std::vector<ZoneFlows>& zones = composition.by_zone;
  zones.push_back({.zone = 0, .flows = zone0_});
  for (std::size_t zone = 0; zone < by_zone_.size(); ++zone) {
    if (by_zone_[zone] != 0) {
      zones.push_back({.zone = static_cast<std::uint16_t>(zone), .flows = by_zone_[zone]});
    }
  }
  if (zones.size() > kNamedZones) {
    std::ranges::sort(zones.begin() + 1, zones.end(), [](const ZoneFlows& a, const ZoneFlows& b) {
      return a.flows != b.flows ? a.flows > b.flows : a.zone < b.zone;
    });
    for (auto at = zones.begin() + kNamedZones; at != zones.end(); ++at) {
      composition.other_zones += at->flows;
    }
    zones.resize(kNamedZones);
    std::ranges::sort(zones, {}, &ZoneFlows::zone);
  }
  return composition;
}

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_index.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace ctwarden::model {

namespace {
constexpr std::uint32_t kFirstHomes = 16;  // with the margin 384 KiB over all tables
constexpr std::uint32_t kFirstMargin = 8;
}  // namespace

// Where a slot of this position is, or belongs.
FlowSlot* FlowIndex::first_not_before(const Table& table, std::uint32_t position) noexcept {
  FlowSlot* slot = &table.slots[table.home(position)];
  while (slot->live() && slot->position < position) {
    ++slot;
  }
  return slot;
}

FlowSlot* FlowIndex::find(FlowKey key) noexcept {
  const Table& table = tables_[table_of(key)];
  if (table.used == 0) {
    return nullptr;
  }
  const std::uint32_t position = position_of(key);
  for (FlowSlot* slot = first_not_before(table, position);
       slot->live() && slot->position == position; ++slot) {
    if (slot->id == key.id) {
      return slot;
    }
  }
  return nullptr;
}

FlowSlot& FlowIndex::find_or_insert(FlowKey key) {
  Table& table = tables_[table_of(key)];
  if ((table.used + 1) * 4 > table.homes * 3) {
    rebuild(table, std::max({kFirstHomes, expected_homes_, table.homes + table.homes / 4}),
            std::max(kFirstMargin, table.margin));
  }
  const std::uint32_t position = position_of(key);
  FlowSlot* const place = first_not_before(table, position);
  FlowSlot* free = place;
  for (; free->live(); ++free) {
    if (free->position == position && free->id == key.id) {
      return *free;
    }
  }
  if (free + 1 == table.slots.get() + table.size()) {
    rebuild(table, table.homes, table.margin * 2);
    return find_or_insert(key);
  }
  std::move_backward(place, free, free + 1);
  *place = FlowSlot{};
  place->position = position;
  place->id = key.id;
  ++table.used;
  ++size_;
  return *place;
}

void FlowIndex::expect(std::size_t flows) {
  // Three quarters full, and a twelfth more for tables that get more than their part (the part of a
  // million flows has a standard deviation of 3 %).
  expected_homes_ = static_cast<std::uint32_t>(std::min<std::size_t>(
      flows / kTables * 4 / 3 * 13 / 12, std::numeric_limits<std::uint32_t>::max() / 2));
}

void FlowIndex::erase(FlowSlot& slot, FlowKey key) noexcept {
  Table& table = tables_[table_of(key)];
  erase_at(table, static_cast<std::uint32_t>(&slot - table.slots.get()));
}

void FlowIndex::erase_at(Table& table, std::uint32_t hole) noexcept {
  FlowSlot* const slots = table.slots.get();
  for (; slots[hole + 1].live() && table.home(slots[hole + 1].position) <= hole; ++hole) {
    slots[hole] = slots[hole + 1];
  }
  slots[hole] = FlowSlot{};
  --table.used;
  --size_;
}

void FlowIndex::prefetch(FlowKey key) const noexcept {
  const Table& table = tables_[table_of(key)];
  if (table.homes != 0) {
    __builtin_prefetch(&table.slots[table.home(position_of(key))]);
  }
}

void FlowIndex::rebuild(Table& table, std::uint32_t homes, std::uint32_t margin) {
  for (;; margin *= 2) {
    Table rebuilt{.slots = std::make_unique<FlowSlot[]>(std::size_t{homes} + margin),
                  .homes = homes,
                  .margin = margin,
                  .used = table.used};
    if (copy_in_order(table, rebuilt)) {
      table = std::move(rebuilt);
      return;
    }
  }
}

void FlowIndex::shrink(std::size_t number) {
  Table& table = tables_[number];
  if (table.homes > kFirstHomes && table.used < table.homes / 4) {
    rebuild(table, std::max(kFirstHomes, table.used * 2), kFirstMargin);
  }
}

// False when the last run does not fit.
bool FlowIndex::copy_in_order(const Table& from, Table& to) {
  std::uint32_t at = 0;
  for (std::uint32_t i = 0; i < from.size(); ++i) {
    const FlowSlot& slot = from.slots[i];
    if (!slot.live()) {
      continue;
    }
    at = std::max(at, to.home(slot.position));
    if (at + 1 >= to.size()) {
      return false;
    }
    to.slots[at] = slot;
    ++at;
  }
  return true;
}

std::size_t FlowIndex::memory_bytes() const {
  std::size_t bytes = sizeof(*this);
  for (const Table& table : tables_) {
    bytes += table.size() * sizeof(FlowSlot);
  }
  return bytes;
}

}  // namespace ctwarden::model

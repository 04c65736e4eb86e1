// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_index.h"

#include <algorithm>
#include <utility>

namespace ctwarden::model {

namespace {
constexpr std::uint32_t kFirstCapacity =
    16;  // 256 KiB over all tables, used from about 1,000 flows on
}  // namespace

FlowSlot* FlowIndex::find(FlowKey key) noexcept {
  Table& table = tables_[table_of(key)];
  if (table.used == 0) {
    return nullptr;
  }
  const std::uint32_t position = position_of(key);
  for (std::uint32_t at = home(position, table.capacity);;) {
    FlowSlot& slot = table.slots[at];
    if (!slot.live()) {
      return nullptr;
    }
    if (slot.position == position && slot.id == key.id) {
      return &slot;
    }
    at = at + 1 == table.capacity ? 0 : at + 1;
  }
}

FlowSlot& FlowIndex::find_or_insert(FlowKey key) {
  Table& table = tables_[table_of(key)];
  if ((table.used + 1) * 4 > table.capacity * 3) {
    grow(table);
  }
  const std::uint32_t position = position_of(key);
  for (std::uint32_t at = home(position, table.capacity);;) {
    FlowSlot& slot = table.slots[at];
    if (!slot.live()) {
      slot = FlowSlot{};
      slot.position = position;
      slot.id = key.id;
      ++table.used;
      ++size_;
      return slot;
    }
    if (slot.position == position && slot.id == key.id) {
      return slot;
    }
    at = at + 1 == table.capacity ? 0 : at + 1;
  }
}

void FlowIndex::erase(FlowSlot& slot, FlowKey key) noexcept {
  Table& table = tables_[table_of(key)];
  erase_at(table, static_cast<std::uint32_t>(&slot - table.slots.get()));
}

void FlowIndex::erase_at(Table& table, std::uint32_t hole) noexcept {
  const auto distance = [&](std::uint32_t from, std::uint32_t to) {
    return to >= from ? to - from : to + table.capacity - from;
  };
  for (std::uint32_t at = hole;;) {
    at = at + 1 == table.capacity ? 0 : at + 1;
    FlowSlot& slot = table.slots[at];
    if (!slot.live()) {
      break;
    }
    // A slot may move back into the hole when the hole lies between its home and its place.
    if (distance(home(slot.position, table.capacity), at) >= distance(hole, at)) {
      table.slots[hole] = slot;
      hole = at;
    }
  }
  table.slots[hole] = FlowSlot{};
  --table.used;
  --size_;
}

void FlowIndex::prefetch(FlowKey key) const noexcept {
  const Table& table = tables_[table_of(key)];
  if (table.capacity != 0) {
    __builtin_prefetch(&table.slots[home(position_of(key), table.capacity)]);
  }
}

void FlowIndex::grow(Table& table) {
  const std::uint32_t capacity = std::max(kFirstCapacity, table.capacity + table.capacity / 4);
  Table bigger{
      .slots = std::make_unique<FlowSlot[]>(capacity), .capacity = capacity, .used = table.used};
  for (std::uint32_t i = 0; i < table.capacity; ++i) {
    const FlowSlot& slot = table.slots[i];
    if (!slot.live()) {
      continue;
    }
    std::uint32_t at = home(slot.position, capacity);
    while (bigger.slots[at].live()) {
      at = at + 1 == capacity ? 0 : at + 1;
    }
    bigger.slots[at] = slot;
  }
  table = std::move(bigger);
}

std::size_t FlowIndex::memory_bytes() const {
  std::size_t bytes = sizeof(*this);
  for (const Table& table : tables_) {
    bytes += table.capacity * sizeof(FlowSlot);
  }
  return bytes;
}

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
//
// The flow index: every live flow in 16 bytes, open addressing, no allocation per flow.
//
// It is 1,024 small tables, chosen by the top bits of the keyed hash. Each grows by a quarter when
// it is three quarters full, so memory stays between 21 and 27 bytes a flow, and 0.4 MiB (measured:
// bench/micro); the longest pause is the rehash of one small table (4,000 slots at 4 M flows),
// never of the whole. A resync sweeps table by table, and shrinks those that are far too large.
//
// Linear probing, with the slots of a table in the order of their positions (Robin Hood hashing
// taken to its end): erasing moves the rest of a run one slot down until one is at its home, and
// growing copies from left to right. No tombstones, so erasing costs nothing later. Keys are
// compared by 42 hash bits and the kernel's 32-bit id; at 1 M flows the chance of any false match
// is about 3e-11.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace ctwarden::model {

struct FlowKey {
  std::uint64_t hash = 0;  // KeyedHash of the original tuple, zone included
  std::uint32_t id = 0;    // CTA_ID; a hash by itself, so never alone
  bool operator==(const FlowKey&) const = default;
};

// What is remembered of a flow. `birth` is in seconds modulo 2^22 (48 days); FlowTable keeps it
// from wrapping.
struct FlowSlot {
  std::uint32_t position =
      0;  // hash bits below the table number; they place the slot within its table
  std::uint32_t id = 0;
  std::uint32_t birth : 22 = 0;
  std::uint32_t generation : 7 = 0;  // 1..127 for a live slot; 0 is an empty one
  std::uint32_t silent : 1 = 0;      // known from a dump only: may end without a DESTROY
  std::uint32_t birth_known : 1 = 0;
  std::uint32_t family : 1 = 0;
  std::uint16_t zone = 0;
  std::uint8_t protocol : 4 = 0;
  std::uint8_t state : 4 = 0;
  std::uint8_t status : 6 = 0;  // bit set over FlowStatus
  std::uint8_t added : 1 = 0;   // stored by a row of the dump whose generation it bears

  [[nodiscard]] bool live() const { return generation != 0; }
};
static_assert(sizeof(FlowSlot) == 16);

class FlowIndex {
 public:
  static constexpr std::size_t kTables = 1024;

  // Null when absent. Pointers are valid until the next insert or erase.
  [[nodiscard]] FlowSlot* find(FlowKey key) noexcept;

  // So many flows will be here soon: tables that grow from now on grow to hold their part of them
  // at once, instead of being copied every quarter on the way. 0 takes it back.
  void expect(std::size_t flows);

  // The slot of `key`; a fresh one has generation 0 until the caller sets it, which it must do
  // before the next call.
  FlowSlot& find_or_insert(FlowKey key);

  void erase(FlowSlot& slot, FlowKey key) noexcept;

  // Brings the key's cache line closer; call for a batch before using any of it.
  void prefetch(FlowKey key) const noexcept;

  // Removes every slot of one table that `drop(slot)` says to; `drop` sees each live slot once and
  // may change it.
  template <typename Drop>
  void sweep(std::size_t table, Drop&& drop);

  // Makes one table smaller if less than a quarter of it is used: half full then, so that neither
  // growing nor shrinking follows soon.
  void shrink(std::size_t table);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  // `homes` slots, then a margin for the run that leaves them. The margin's last slot stays empty,
  // so every run ends before the array does.
  struct Table {
    std::unique_ptr<FlowSlot[]> slots;
    std::uint32_t homes = 0;
    std::uint32_t margin = 0;
    std::uint32_t used = 0;

    [[nodiscard]] std::uint32_t size() const { return homes + margin; }
    [[nodiscard]] std::uint32_t home(std::uint32_t position) const {
      return static_cast<std::uint32_t>(std::uint64_t{position} * homes >> 32);
    }
  };

  static std::size_t table_of(FlowKey key) { return key.hash >> 54; }
  static std::uint32_t position_of(FlowKey key) {
    return static_cast<std::uint32_t>(key.hash >> 22);
  }
  static FlowSlot* first_not_before(const Table& table, std::uint32_t position) noexcept;
  static void rebuild(Table& table, std::uint32_t homes, std::uint32_t margin);
  static bool copy_in_order(const Table& from, Table& to);
  void erase_at(Table& table, std::uint32_t hole) noexcept;

  std::array<Table, kTables> tables_;
  std::uint32_t expected_homes_ = 0;
  std::size_t size_ = 0;
};

template <typename Drop>
void FlowIndex::sweep(std::size_t number, Drop&& drop) {
  Table& table = tables_[number];
  if (table.used == 0) {
    return;
  }
  for (std::uint32_t at = 0; at < table.size();) {
    if (table.slots[at].live() && drop(table.slots[at])) {
      erase_at(table, at);  // the next slot of the run moved here: look at this place again
    } else {
      ++at;
    }
  }
}

}  // namespace ctwarden::model

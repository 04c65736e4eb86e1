// SPDX-License-Identifier: GPL-2.0-or-later
//
// Flows of many keys in few cells, two rows of them: a flow counts in one cell of each row, chosen
// by its key's hash, and leaves the same two when it ends. So at any time, after any churn, the
// smaller of a key's two cells is at least its number of flows here, and it is too large only by
// the flows of other keys that share both cells. Cells are made when the first flow comes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ctwarden::model {

struct FlowCount {
  std::uint32_t flows = 0;
  std::uint32_t unreplied = 0;
  bool operator==(const FlowCount&) const = default;
};

class LinearSketch {
 public:
  // `columns` is a power of two, at most 2^22.
  explicit LinearSketch(std::size_t columns) : mask_(columns - 1) {}

  void add(std::uint64_t hash, FlowCount count) {
    if (cells_.empty()) {
      cells_.resize(2 * (mask_ + 1));
    }
    for (const std::size_t at : places(hash)) {
      cells_[at].flows += count.flows;
      cells_[at].unreplied += count.unreplied;
    }
    mass_.flows += count.flows;
    mass_.unreplied += count.unreplied;
  }

  // Never below zero: an end without a beginning, after a loss, must not become billions.
  void take(std::uint64_t hash, FlowCount count) noexcept {
    if (cells_.empty()) {
      return;
    }
    for (const std::size_t at : places(hash)) {
      cells_[at] = less(cells_[at], count);
    }
    mass_ = less(mass_, count);
  }

  // At least what the key has here.
  [[nodiscard]] FlowCount estimate(std::uint64_t hash) const noexcept {
    if (cells_.empty()) {
      return {};
    }
    const auto [first, second] = places(hash);
    return {.flows = std::min(cells_[first].flows, cells_[second].flows),
            .unreplied = std::min(cells_[first].unreplied, cells_[second].unreplied)};
  }

  // No key has more flows here than this.
  [[nodiscard]] std::uint32_t largest() const {
    const auto row = [this](std::size_t from) {
      std::uint32_t most = 0;
      for (std::size_t at = from; at < from + mask_ + 1; ++at) {
        most = std::max(most, cells_[at].flows);
      }
      return most;
    };
    return cells_.empty() || mass_.flows == 0 ? 0 : std::min(row(0), row(mask_ + 1));
  }

  [[nodiscard]] FlowCount mass() const { return mass_; }
  void prefetch(std::uint64_t hash) const noexcept {
    if (!cells_.empty()) {
      for (const std::size_t at : places(hash)) {
        __builtin_prefetch(&cells_[at], 1);
      }
    }
  }
  [[nodiscard]] std::size_t memory_bytes() const { return cells_.capacity() * sizeof(FlowCount); }

 private:
  [[nodiscard]] std::array<std::size_t, 2> places(std::uint64_t hash) const noexcept {
    return {(hash >> 1) & mask_, mask_ + 1 + ((hash >> 23) & mask_)};
  }
  static FlowCount less(FlowCount from, FlowCount count) noexcept {
    return {.flows = from.flows - std::min(from.flows, count.flows),
            .unreplied = from.unreplied - std::min(from.unreplied, count.unreplied)};
  }

  std::size_t mask_;
  std::vector<FlowCount> cells_;  // row after row
  FlowCount mass_;                // of all keys
};

}  // namespace ctwarden::model

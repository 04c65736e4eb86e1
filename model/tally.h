// SPDX-License-Identifier: GPL-2.0-or-later
//
// The most frequent keys of a period, counted with bounded memory (Misra and Gries 1982; merging
// after Agarwal and others, "Mergeable Summaries", 2012): when there are too many keys, the same
// number is taken from each and those at zero leave. A key's true count is between what is kept and
// that plus `error`; `error` is below the total divided by half the number of keys.
#pragma once

#include "model/bounds.h"
#include "model/probe_map.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace ctwarden::model {

template <typename Key>
struct Tally {
  struct Item {
    Key key{};
    std::uint32_t count = 0;
  };
  std::vector<Item> items;  // by key
  std::uint64_t error = 0;
  std::uint64_t total = 0;

  [[nodiscard]] Bounds of(const Key& key) const {
    const auto found = std::ranges::lower_bound(items, key, {}, &Item::key);
    const std::uint64_t count = found != items.end() && found->key == key ? found->count : 0;
    return {.lower = count, .upper = std::min(count + error, total)};
  }
  void add(const Tally& other) {
    items.insert(items.end(), other.items.begin(), other.items.end());
    error += other.error;
    total += other.total;
  }
  // After the last add().
  void settle() {
    std::ranges::sort(items, {}, &Item::key);
    std::size_t kept = 0;
    for (const Item& item : items) {
      if (kept > 0 && items[kept - 1].key == item.key) {
        items[kept - 1].count += item.count;
      } else {
        items[kept++] = item;
      }
    }
    items.resize(kept);
  }
  void cut_to(std::size_t keys) {
    if (items.size() <= keys) {
      return;
    }
    std::vector<std::uint32_t> counts;
    counts.reserve(items.size());
    for (const Item& item : items) {
      counts.push_back(item.count);
    }
    const auto place = counts.begin() + static_cast<std::ptrdiff_t>(keys);
    std::ranges::nth_element(counts, place, std::greater<>{});
    const std::uint32_t least = *place;
    error += least;
    std::erase_if(items, [least](const Item& item) { return item.count <= least; });
    for (Item& item : items) {
      item.count -= least;
    }
    items.shrink_to_fit();
  }
};

// A tally that is being taken.
template <typename Key>
class OpenTally {
 public:
  explicit OpenTally(std::size_t max_keys) : max_keys_(max_keys) {}

  void add(const Key& key, std::uint64_t hash) {
    ++total_;
    if (auto* entry = map_.find(key, hash)) {
      ++entry->value;
      return;
    }
    if (map_.size() >= max_keys_) {
      make_room();
    }
    map_.insert(key, hash).value = 1;
  }
  void prefetch(std::uint64_t hash) const noexcept { map_.prefetch(hash); }

  [[nodiscard]] Tally<Key> tally() const {
    Tally<Key> tally{.items = {}, .error = error_, .total = total_};
    tally.items.reserve(map_.size());
    map_.for_each([&](const auto& entry) {
      tally.items.push_back({.key = entry.key, .count = entry.value});
    });
    tally.settle();
    return tally;
  }
  void clear() {
    if (total_ != 0) {
      map_.clear();
    }
    error_ = 0;
    total_ = 0;
  }
  [[nodiscard]] std::size_t memory_bytes() const { return map_.memory_bytes(); }

 private:
  // Takes the median from each, so that half of the keys leave and the work is paid by as many that
  // come.
  void make_room() {
    std::vector<std::uint32_t> counts;
    counts.reserve(map_.size());
    map_.for_each([&](const auto& entry) { counts.push_back(entry.value); });
    const auto middle = counts.begin() + std::ssize(counts) / 2;
    std::ranges::nth_element(counts, middle);
    const std::uint32_t median = *middle;
    error_ += median;
    std::vector<typename ProbeMap<Key, std::uint32_t>::Entry> staying;
    map_.for_each([&](const auto& entry) {
      if (entry.value > median) {
        staying.push_back(entry);
      }
    });
    map_.clear();
    for (const auto& entry : staying) {
      map_.insert(entry.key, entry.hash).value = entry.value - median;
    }
  }

  std::size_t max_keys_;
  ProbeMap<Key, std::uint32_t> map_;
  std::uint64_t error_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
//
// How many flows, and how many unreplied ones, each key has at this moment: a bounded map of the
// keys that matter, and a linear sketch for what does not fit.
//
// While no more than `max_keys` keys have flows, all is in the map and exact. Beyond that the keys
// with the fewest flows are moved to the sketch, a quarter of the map at a time, and a key comes
// (back) when the sketch says that it has more than those had. Flows it has in the sketch stay
// there until they end. What a key has is its count in the map and its share of the sketch, and the
// sketch bounds every share from above whatever came and went (linear_sketch.h): so the bounds
// always hold and never widen with time.
//
// Promise: a key that has more than 1/16 of flows() / max_keys flows (at 16,384 keys one in 1,024),
// and had so many when its last flow began, is in the map. No other has more than unlisted().
#pragma once

#include "model/bounds.h"
#include "model/linear_sketch.h"
#include "model/probe_map.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ctwarden::model {

template <typename Key>
class LiveCounts {
 public:
  struct Line {
    Key key{};
    Bounds flows;
    Bounds unreplied;
  };

  explicit LiveCounts(std::size_t max_keys)
      : max_keys_(max_keys), sketch_(std::bit_ceil(max_keys) * kColumnsPerKey) {}

  // `hash` is the same for equal keys. Every flow that is added is removed with the same key, and
  // is unreplied or not as was said last.
  void add(const Key& key, std::uint64_t hash, bool unreplied);
  void remove(const Key& key, std::uint64_t hash, bool unreplied);
  void set_unreplied(const Key& key, std::uint64_t hash, bool unreplied);
  void prefetch(std::uint64_t hash) const noexcept {
    map_.prefetch(hash);
    sketch_.prefetch(hash);
  }

  // The keys with the most flows (by the upper bound), most first.
  [[nodiscard]] std::vector<Line> top(std::size_t n) const;
  // Every key of the map.
  template <typename See>
  void for_each(See&& see) const {
    map_.for_each([&](const auto& entry) { see(line_of(entry)); });
  }

  [[nodiscard]] std::uint64_t flows() const { return flows_; }
  // All counts are exact and no key is missing.
  [[nodiscard]] bool exact() const { return sketch_.mass().flows == 0; }
  // What no listed key is known to have: a set of keys has at most its lower bounds and all this.
  [[nodiscard]] FlowCount cold() const { return sketch_.mass(); }
  // No key outside the map has more flows than this.
  [[nodiscard]] std::uint64_t unlisted() const { return sketch_.largest(); }
  [[nodiscard]] std::size_t keys() const { return map_.size(); }
  [[nodiscard]] std::size_t memory_bytes() const {
    return map_.memory_bytes() + sketch_.memory_bytes();
  }

 private:
  using Map = ProbeMap<Key, FlowCount>;
  // At 16,384 keys a cell then holds 1/65,536 of the flows outside the map, far below the 1/1,024
  // of all that makes a key one of those that matter.
  static constexpr std::size_t kColumnsPerKey = 4;
  static constexpr std::size_t kKeysPerShare = 16;

  [[nodiscard]] Line line_of(const typename Map::Entry& entry) const;
  void promote(const Key& key, std::uint64_t hash);
  void purge();
  void relax();

  std::size_t max_keys_;
  std::uint64_t flows_ = 0;
  // Keys outside the map had at most so many flows when they left it or last grew; 0 while the map
  // has room for all.
  std::uint32_t cut_ = 0;
  Map map_;
  LinearSketch sketch_;
};

template <typename Key>
void LiveCounts<Key>::add(const Key& key, std::uint64_t hash, bool unreplied) {
  ++flows_;
  const FlowCount one{.flows = 1, .unreplied = unreplied ? 1U : 0U};
  if (auto* entry = map_.find(key, hash)) {
    entry->value.flows += one.flows;
    entry->value.unreplied += one.unreplied;
    return;
  }
  if (cut_ == 0) {
    if (map_.size() >= max_keys_) {
      purge();
    }
    if (cut_ == 0) {
      map_.insert(key, hash).value = one;
      return;
    }
  }
  sketch_.add(hash, one);
  const std::uint64_t most = sketch_.estimate(hash).flows;
  if (most > cut_ || most * max_keys_ > flows_ * kKeysPerShare) {
    promote(key, hash);
  }
}

template <typename Key>
void LiveCounts<Key>::remove(const Key& key, std::uint64_t hash, bool unreplied) {
  flows_ -= flows_ > 0 ? 1 : 0;
  FlowCount rest{.flows = 1, .unreplied = unreplied ? 1U : 0U};
  auto* entry = map_.find(key, hash);
  if (entry != nullptr) {
    // From the map as long as it has any: which of a key's flows are where does not matter.
    const FlowCount here{.flows = std::min(entry->value.flows, rest.flows),
                         .unreplied = std::min(entry->value.unreplied, rest.unreplied)};
    entry->value.flows -= here.flows;
    entry->value.unreplied -= here.unreplied;
    rest = {.flows = rest.flows - here.flows, .unreplied = rest.unreplied - here.unreplied};
  }
  if (rest != FlowCount{}) {
    sketch_.take(hash, rest);
  }
  if (entry != nullptr && entry->value == FlowCount{} && sketch_.estimate(hash).flows == 0) {
    map_.erase(*entry);
  }
  if (cut_ != 0 && std::min<std::uint64_t>(map_.size(), flows_) * 2 < max_keys_) {
    relax();
  }
}

template <typename Key>
void LiveCounts<Key>::set_unreplied(const Key& key, std::uint64_t hash, bool unreplied) {
  constexpr FlowCount kOne{.flows = 0, .unreplied = 1};
  auto* entry = map_.find(key, hash);
  if (unreplied && entry != nullptr) {
    ++entry->value.unreplied;
  } else if (unreplied) {
    sketch_.add(hash, kOne);
  } else if (entry != nullptr && entry->value.unreplied > 0) {
    --entry->value.unreplied;
  } else {
    sketch_.take(hash, kOne);
  }
}

// Its flows so far stay in the sketch.
template <typename Key>
void LiveCounts<Key>::promote(const Key& key, std::uint64_t hash) {
  if (map_.size() >= max_keys_) {
    purge();
  }
  map_.insert(key, hash);
}

// A quarter of the keys, those with the fewest flows, leaves.
template <typename Key>
void LiveCounts<Key>::purge() {
  std::vector<std::uint32_t> uppers;
  uppers.reserve(map_.size());
  const auto upper = [this](const typename Map::Entry& entry) {
    return entry.value.flows + sketch_.estimate(entry.hash).flows;
  };
  map_.for_each([&](const auto& entry) { uppers.push_back(upper(entry)); });
  const auto quarter = static_cast<std::ptrdiff_t>(std::max<std::size_t>(uppers.size() / 4, 1));
  std::ranges::nth_element(uppers, uppers.begin() + quarter - 1);
  cut_ = uppers[static_cast<std::size_t>(quarter - 1)];
  std::vector<typename Map::Entry> leaving;
  map_.for_each([&](const auto& entry) {
    if (std::ssize(leaving) < quarter && upper(entry) <= cut_) {
      leaving.push_back(entry);
    }
  });
  for (const auto& entry : leaving) {
    map_.erase(*map_.find(entry.key, entry.hash));
    if (entry.value != FlowCount{}) {
      sketch_.add(entry.hash, entry.value);
    }
  }
}

// There is room for every key again; those without a flow have no use for theirs.
template <typename Key>
void LiveCounts<Key>::relax() {
  map_.erase_if([this](const auto& entry) {
    return entry.value == FlowCount{} && sketch_.estimate(entry.hash).flows == 0;
  });
  cut_ = 0;
}

template <typename Key>
typename LiveCounts<Key>::Line LiveCounts<Key>::line_of(const typename Map::Entry& entry) const {
  const FlowCount share = sketch_.estimate(entry.hash);
  const std::uint64_t upper = std::uint64_t{entry.value.flows} + share.flows;
  const std::uint64_t unreplied = std::uint64_t{entry.value.unreplied} + share.unreplied;
  return {.key = entry.key,
          .flows = {.lower = std::max(entry.value.flows, entry.value.unreplied), .upper = upper},
          .unreplied = {.lower = entry.value.unreplied, .upper = std::min(unreplied, upper)}};
}

template <typename Key>
std::vector<typename LiveCounts<Key>::Line> LiveCounts<Key>::top(std::size_t n) const {
  std::vector<Line> lines;
  for_each([&](const Line& line) {
    if (line.flows.upper > 0) {
      lines.push_back(line);
    }
  });
  const auto before = [](const Line& a, const Line& b) {
    return a.flows.upper != b.flows.upper ? a.flows.upper > b.flows.upper : a.key < b.key;
  };
  const auto end = lines.begin() + static_cast<std::ptrdiff_t>(std::min(n, lines.size()));
  std::ranges::partial_sort(lines, end, before);
  lines.erase(end, lines.end());
  return lines;
}

}  // namespace ctwarden::model

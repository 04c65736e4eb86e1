// SPDX-License-Identifier: GPL-2.0-or-later
//
// A small open-addressing map for counting: linear probing, at most half full, erasing closes the
// gap, so there are no tombstones. The caller hashes, with a secret (mixing_hash.h); the hash is
// kept beside the key, and 0 marks an empty place. Grows by doubling; a pointer is good until the
// next insert or erase.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace ctwarden::model {

template <typename Key, typename Value>
class ProbeMap {
 public:
  struct Entry {
    std::uint64_t hash = 0;
    Key key{};
    Value value{};
  };

  [[nodiscard]] Entry* find(const Key& key, std::uint64_t hash) noexcept {
    if (entries_.empty()) {
      return nullptr;
    }
    for (std::size_t at = home(hash); entries_[at].hash != 0; at = next(at)) {
      if (entries_[at].hash == hash && entries_[at].key == key) {
        return &entries_[at];
      }
    }
    return nullptr;
  }

  // `key` must be absent.
  Entry& insert(const Key& key, std::uint64_t hash) {
    if ((size_ + 1) * 2 > entries_.size()) {
      grow();
    }
    ++size_;
    return place({.hash = hash, .key = key, .value = {}});
  }

  void erase(Entry& entry) noexcept { erase_at(static_cast<std::size_t>(&entry - &entries_[0])); }

  // `drop` may see an entry twice if it was not dropped the first time.
  template <typename Drop>
  void erase_if(Drop&& drop) {
    for (std::size_t at = 0; at < entries_.size();) {
      if (entries_[at].hash != 0 && drop(entries_[at])) {
        erase_at(at);  // what follows may have moved here: look again
      } else {
        ++at;
      }
    }
  }

  template <typename See>
  void for_each(See&& see) const {
    for (const Entry& entry : entries_) {
      if (entry.hash != 0) {
        see(entry);
      }
    }
  }
  void clear() {
    entries_.assign(entries_.size(), Entry{});
    size_ = 0;
  }
  void prefetch(std::uint64_t hash) const noexcept {
    if (!entries_.empty()) {
      __builtin_prefetch(&entries_[home(hash)]);
    }
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t memory_bytes() const { return entries_.capacity() * sizeof(Entry); }

 private:
  static constexpr std::size_t kFirstPlaces = 64;

  // The top bits place an entry; the sketch beside the map uses the low ones.
  [[nodiscard]] std::size_t home(std::uint64_t hash) const { return hash >> shift_; }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (entries_.size() - 1); }

  Entry& place(Entry&& entry) noexcept {
    std::size_t at = home(entry.hash);
    while (entries_[at].hash != 0) {
      at = next(at);
    }
    return entries_[at] = std::move(entry);
  }

  void grow() {
    std::vector<Entry> old(entries_.empty() ? kFirstPlaces : entries_.size() * 2);
    old.swap(entries_);
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(entries_.size()));
    for (Entry& entry : old) {
      if (entry.hash != 0) {
        place(std::move(entry));
      }
    }
  }

  void erase_at(std::size_t hole) noexcept {
    const std::size_t mask = entries_.size() - 1;
    for (std::size_t at = next(hole); entries_[at].hash != 0; at = next(at)) {
      if (((at - home(entries_[at].hash)) & mask) >= ((at - hole) & mask)) {
        entries_[hole] = std::move(entries_[at]);
        hole = at;
      }
    }
    entries_[hole] = Entry{};
    --size_;
  }

  std::vector<Entry> entries_;  // a power of two
  std::size_t size_ = 0;
  unsigned shift_ = 64;
};

}  // namespace ctwarden::model

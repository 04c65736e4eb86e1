// SPDX-License-Identifier: GPL-2.0-or-later
//
// New flows of each key in the last 10 seconds, minute and ten minutes. Time is cut into panes of
// 2 s; five of them also make one of 10 s, six of those one of 60 s. A window is its own panes, the
// finer ones since, and the one that is open: it covers at least its length, once so long has been
// watched, and less than a sixth (of the shortest: a fifth) more; `seconds` says how much.
#pragma once

#include "model/tally.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace ctwarden::model {

enum class Window : std::uint8_t { TenSeconds, Minute, TenMinutes };
inline constexpr std::size_t kWindowCount = 3;

template <typename Key>
class ChurnPanes {
 public:
  // Of a pane; the error is then below 1/1,024 of its flows.
  static constexpr std::size_t kKeys = 2048;

  struct Answer {
    Tally<Key> tally;
    std::uint32_t seconds = 0;  // really covered
  };

  // Watching begins at `now`, in seconds from any epoch.
  explicit ChurnPanes(std::uint32_t now = 0) : began_(now), open_since_(now), open_(kKeys) {}

  void add(const Key& key, std::uint64_t hash, std::uint32_t now) {
    if (now - open_since_ >= kPaneSeconds) {
      advance(now);
    }
    open_.add(key, hash);
  }
  void prefetch(std::uint64_t hash) const noexcept { open_.prefetch(hash); }
  // Closes the panes that are over.
  void advance(std::uint32_t now);
  // Of the time up to `now`, to which it advances.
  [[nodiscard]] Answer over(Window window, std::uint32_t now);
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  static constexpr std::uint32_t kPaneSeconds = 2;
  // Seconds of a pane, and how many make the window.
  static constexpr std::array<std::uint32_t, kWindowCount> kSeconds = {2, 10, 60};
  static constexpr std::array<std::size_t, kWindowCount> kPanes = {5, 6, 10};
  // After so long without a look nothing of the past is left in any window.
  static constexpr std::uint32_t kForget = 1200;

  struct Level {
    std::deque<Tally<Key>> panes;  // oldest first, at most kPanes
    std::size_t fresh = 0;         // of the newest, not yet in a pane of the next level
  };
  void close(Tally<Key>&& pane, std::size_t level);

  std::uint32_t began_;
  std::uint32_t open_since_;
  OpenTally<Key> open_;
  std::array<Level, kWindowCount> levels_;
};

template <typename Key>
void ChurnPanes<Key>::advance(std::uint32_t now) {
  if (now - open_since_ >= kForget) {
    levels_ = {};
    open_.clear();
    open_since_ = now;
  }
  while (now - open_since_ >= kPaneSeconds) {
    close(open_.tally(), 0);
    open_.clear();
    open_since_ += kPaneSeconds;
  }
}

template <typename Key>
void ChurnPanes<Key>::close(Tally<Key>&& pane, std::size_t number) {
  Level& level = levels_[number];
  level.panes.push_back(std::move(pane));
  if (level.panes.size() > kPanes[number]) {
    level.panes.pop_front();
  }
  if (number + 1 == kWindowCount || ++level.fresh < kPanes[number]) {
    return;
  }
  level.fresh = 0;
  Tally<Key> whole;
  for (const Tally<Key>& part : level.panes) {
    whole.add(part);
  }
  whole.settle();
  whole.cut_to(kKeys);
  close(std::move(whole), number + 1);
}

template <typename Key>
typename ChurnPanes<Key>::Answer ChurnPanes<Key>::over(Window window, std::uint32_t now) {
  advance(now);
  const auto own = static_cast<std::size_t>(window);
  Answer answer{.tally = open_.tally(), .seconds = 0};
  std::uint32_t before_open = 0;
  for (std::size_t number = 0; number <= own; ++number) {
    const Level& level = levels_[number];
    const std::size_t used = number == own ? kPanes[number] : level.fresh;
    before_open += static_cast<std::uint32_t>(used) * kSeconds[number];
    const std::size_t there = std::min(used, level.panes.size());
    for (auto pane = level.panes.end() - static_cast<std::ptrdiff_t>(there);
         pane != level.panes.end(); ++pane) {
      answer.tally.add(*pane);
    }
  }
  answer.tally.settle();
  answer.seconds = std::min(now - began_, now - open_since_ + before_open);
  return answer;
}

template <typename Key>
std::size_t ChurnPanes<Key>::memory_bytes() const {
  std::size_t bytes = open_.memory_bytes();
  for (const Level& level : levels_) {
    for (const Tally<Key>& pane : level.panes) {
      bytes += pane.items.capacity() * sizeof(typename Tally<Key>::Item);
    }
  }
  return bytes;
}

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
//
// The only way a test waits: for something to become true, with a deadline.
#pragma once

#include <poll.h>

#include <chrono>

namespace ctwarden::tests {

// Asks every few milliseconds, at least once, until the answer is true or the deadline has passed.
// Returns the last answer.
template <typename Predicate>
[[nodiscard]] bool eventually(std::chrono::milliseconds deadline, Predicate&& predicate) {
  constexpr int kPollMilliseconds = 3;
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() >= end) {
      return false;
    }
    ::poll(nullptr, 0, kPollMilliseconds);
  }
  return true;
}

}  // namespace ctwarden::tests

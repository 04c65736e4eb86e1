// SPDX-License-Identifier: GPL-2.0-or-later
//
// The daemon's time: monotonic, from its start. A step of the wall clock changes nothing but
// displayed times.
#pragma once

#include <chrono>
#include <cstdint>

namespace ctwarden::daemon {

class Clock {
 public:
  [[nodiscard]] std::chrono::milliseconds now() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 start_);
  }
  [[nodiscard]] std::uint32_t seconds() const {
    return static_cast<std::uint32_t>(now().count() / 1000);
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace ctwarden::daemon

// SPDX-License-Identifier: GPL-2.0-or-later
//
// Created and destroyed flows per second over the last ten seconds, from totals sampled about once
// a second.
#pragma once

#include "model/snapshot.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace ctwarden::model {

class RateWindow {
 public:
  void sample(std::chrono::milliseconds now, std::uint64_t created, std::uint64_t destroyed) {
    samples_.push_back({.at = now, .created = created, .destroyed = destroyed});
    while (samples_.size() > 2 && now - samples_[1].at >= kSpan) {
      samples_.pop_front();
    }
  }
  // Absent until a full second has been seen.
  [[nodiscard]] std::optional<Rates> rates() const {
    if (samples_.size() < 2) {
      return std::nullopt;
    }
    const Sample& first = samples_.front();
    const Sample& last = samples_.back();
    const double seconds = std::chrono::duration<double>(last.at - first.at).count();
    if (seconds < 1) {
      return std::nullopt;
    }
    return Rates{.created = static_cast<double>(last.created - first.created) / seconds,
                 .destroyed = static_cast<double>(last.destroyed - first.destroyed) / seconds};
  }

 private:
  static constexpr std::chrono::seconds kSpan{10};
  struct Sample {
    std::chrono::milliseconds at{};
    std::uint64_t created = 0;
    std::uint64_t destroyed = 0;
  };
  std::deque<Sample> samples_;
};

}  // namespace ctwarden::model

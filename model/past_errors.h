// SPDX-License-Identifier: GPL-2.0-or-later
//
// How far forecasts were off when their time came, at a few horizons. Keeps what was said until it
// is due; bounded by one promise a second and horizon.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <deque>
#include <optional>

namespace ctwarden::model {

class PastErrors {
 public:
  static constexpr std::array<double, 3> kHorizons = {10, 60, 300};  // seconds
  using Promises = std::array<double, kHorizons.size()>;             // entries at each of them

  void promise(double now, const Promises& promises) {
    for (std::size_t i = 0; i < kHorizons.size(); ++i) {
      records_[i].waiting.push_back({.due = now + kHorizons[i], .entries = promises[i]});
    }
  }
  void compare(double now, double entries) {
    for (Record& record : records_) {
      while (!record.waiting.empty() && record.waiting.front().due <= now) {
        record.note(std::abs(record.waiting.front().entries - entries) / std::max(entries, 1.0));
        record.waiting.pop_front();
      }
    }
  }
  // Mean relative error at the known horizon nearest to `seconds`; absent until ten came due.
  [[nodiscard]] std::optional<double> at(double seconds) const {
    std::optional<double> found;
    for (std::size_t i = 0; i < kHorizons.size(); ++i) {
      if (records_[i].seen >= kFew && (!found || kHorizons[i] <= seconds)) {
        found = records_[i].mean;
      }
    }
    return found;
  }

 private:
  static constexpr int kFew = 10;
  static constexpr int kMemory = 60;  // promises, so seconds
  struct Promise {
    double due = 0;
    double entries = 0;
  };
  struct Record {
    std::deque<Promise> waiting;
    double mean = 0;
    int seen = 0;
    void note(double error) {
      seen = std::min(seen + 1, kMemory);
      mean += (error - mean) / seen;
    }
  };
  std::array<Record, kHorizons.size()> records_;
};

}  // namespace ctwarden::model

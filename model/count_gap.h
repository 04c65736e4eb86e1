// SPDX-License-Identifier: GPL-2.0-or-later
//
// The distance between the kernel's count of entries and ours, as a check that needs no event.
//
// Right after a resync the picture is exact, and what distance is left is normal: entries counted
// but not yet confirmed, or expired and not yet collected. It is learned. When the distance later
// leaves it, in either direction and for several looks, flows came or went unannounced: born while
// events were off or masked (the kernel has more), or silent ones that ended (we have more). A
// comparison finds them; one that does not help teaches the new distance, and the next has to wait
// longer. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace ctwarden::model {

class CountGap {
 public:
  using Time = std::chrono::milliseconds;

  struct Look {
    std::optional<std::int64_t> gap;  // entries of the kernel beyond ours; absent if not comparable
    std::uint64_t events = 0;         // running total of created and destroyed
  };

  // About once a second; not while a dump is being applied.
  void observe(const Look& look);
  // The gap has lasted, and the last comparison for its sake is long enough ago: nine times as long
  // as it took, if it helped (five seconds at least, a tenth of `interval` at most); else a fifth
  // of the interval, twice as long after each one that did not help, the whole interval at most.
  [[nodiscard]] bool wants_resync(std::chrono::seconds interval, Time now) const;
  // A resync ended, this one for the gap's sake or another.
  void learn(const Look& look, bool for_gap, Time ended, Time took = Time(0));

 private:
  [[nodiscard]] std::int64_t beyond_slack(std::int64_t gap) const;

  std::int64_t learned_ = 0;
  std::int64_t deviation_ = 0;  // of the last look, beyond what is normal
  std::int64_t churn_ = 0;      // events between the last two looks
  std::uint64_t events_seen_ = 0;
  int looks_ = 0;  // in a row that found a deviation
  std::optional<Time> last_end_;
  Time took_{0};
  int in_vain_ = 0;  // comparisons in a row that did not help
};

}  // namespace ctwarden::model

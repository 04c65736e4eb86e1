// SPDX-License-Identifier: GPL-2.0-or-later
//
// When to compare the picture with a dump. Pure: the caller says what it sees, once a second or so,
// and is told whether to begin now and why. Repairs wait until losses have stopped for a moment (a
// dump in the middle of a storm adds to it); then they take the place of a background comparison
// that is under way and began too early to repair. A resync shares the core while it runs, which is
// not this class's affair; between two there is a short pause, after one in vain as long as that
// took.
#pragma once

#include "model/count_gap.h"
#include "model/snapshot.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace ctwarden::model {

class ResyncPlanner {
 public:
  using Time = std::chrono::milliseconds;  // since an epoch the caller keeps; monotonic

  struct Observation {
    // Events were lost or missing, and no resync, completed or under way, makes up for them.
    bool needs_repair = false;
    std::uint64_t losses = 0;  // running total
    std::uint64_t flows = 0;   // ours
    std::uint64_t events = 0;  // running total of created and destroyed
    // The kernel's count, read just before `flows`; absent when the two cannot be compared.
    std::optional<std::uint64_t> entries = std::nullopt;
    bool streaming = false;  // events arrive; otherwise the picture lives from dumps alone
    bool updates =
        true;  // changes of state are among them; otherwise states are as old as the last dump
    std::optional<ResyncReason> running = std::nullopt;  // the resync under way
  };

  // `interval` is the background cycle; `jitter` (0 to 1) spreads nodes that were started together.
  ResyncPlanner(std::chrono::seconds interval, double jitter)
      : interval_(interval), jitter_(jitter) {}

  // Why to begin a resync now; while one is under way, why to give that up and begin another.
  [[nodiscard]] std::optional<ResyncReason> due(const Observation& seen, Time now);
  // `seen` right after the sweep.
  void completed(ResyncReason reason, const Observation& seen, Time ended);
  // The dump could not be used; `resized` when the bucket count changed under it, `refused` when
  // the kernel would not even begin: then there is no hurry to ask again. One that was given up for
  // another needs no call.
  void aborted(Time began, Time ended, bool resized, bool refused);
  void set_interval(std::chrono::seconds interval) { interval_ = interval; }

 private:
  [[nodiscard]] bool repair_is_due(const Observation& seen, Time now) const;
  [[nodiscard]] bool cycle_is_over(const Observation& seen, Time now) const;

  std::chrono::seconds interval_;
  double jitter_;
  bool started_ = false;
  bool resized_ = false;
  Time earliest_{0};
  Time last_end_{0};
  std::uint64_t losses_seen_ = 0;
  Time last_loss_{0};
  CountGap gap_;
  Time gap_began_{0};
};

}  // namespace ctwarden::model

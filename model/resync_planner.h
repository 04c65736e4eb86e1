// SPDX-License-Identifier: GPL-2.0-or-later
//
// When to compare the picture with a dump. Pure: the caller says what it sees, once a second or so,
// and is told whether to begin now and why. Repairs wait until losses have stopped for a moment (a
// dump in the middle of a storm adds to it). A resync shares the core while it runs, which is not
// this class's affair; between two there is a short pause, after one in vain as long as that took.
#pragma once

#include "model/snapshot.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace ctwarden::model {

class ResyncPlanner {
 public:
  using Time = std::chrono::milliseconds;  // since an epoch the caller keeps; monotonic

  struct Observation {
    bool needs_repair = false;  // events were lost or missing since the last resync
    std::uint64_t losses = 0;   // running total
    std::uint64_t flows = 0;    // ours
    std::uint64_t events = 0;   // running total of created and destroyed
    // The kernel's count, read just before `flows`.
    std::optional<std::uint64_t> entries = std::nullopt;
    bool streaming = false;  // events arrive; otherwise the picture lives from dumps alone
    bool updates =
        true;  // changes of state are among them; otherwise states are as old as the last dump
  };

  // `interval` is the background cycle; `jitter` (0 to 1) spreads nodes that were started together.
  ResyncPlanner(std::chrono::seconds interval, double jitter)
      : interval_(interval), jitter_(jitter) {}

  [[nodiscard]] std::optional<ResyncReason> due(const Observation& seen, Time now);
  void completed(Time ended);
  // The dump could not be used; `resized` when the bucket count changed under it, `refused` when
  // the kernel would not even begin: then there is no hurry to ask again.
  void aborted(Time began, Time ended, bool resized, bool refused);
  void set_interval(std::chrono::seconds interval) { interval_ = interval; }

 private:
  std::chrono::seconds interval_;
  double jitter_;
  bool started_ = false;
  bool resized_ = false;
  Time earliest_{0};
  Time last_end_{0};
  std::uint64_t losses_seen_ = 0;
  Time last_loss_{0};
  std::uint64_t events_seen_ = 0;
  int gaps_ = 0;  // looks in a row that found more flows than the kernel has entries
};

}  // namespace ctwarden::model

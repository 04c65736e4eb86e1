// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/resync_planner.h"

#include <algorithm>

namespace ctwarden::model {

namespace {
using namespace std::chrono_literals;

constexpr auto kCalm = 2000ms;       // no loss for this long: the storm is over
constexpr auto kShortestPause = 2s;  // between two resyncs, however short they are
constexpr auto kRefusedPause = 30s;
constexpr auto kDumpOnlyCycle = 30s;  // without events, dumps are all there is
constexpr auto kStatesCycle = 60s;    // without updates, they tell the states

bool in_background(ResyncReason reason) {
  return reason == ResyncReason::Interval || reason == ResyncReason::CountGap;
}

// During a loss or a dump the two counts differ for reasons of their own.
CountGap::Look look(const ResyncPlanner::Observation& seen) {
  const bool comparable = seen.streaming && !seen.needs_repair && seen.entries;
  return {.gap = comparable ? std::optional(static_cast<std::int64_t>(*seen.entries) -
                                            static_cast<std::int64_t>(seen.flows))
                            : std::nullopt,
          .events = seen.events};
}

}  // namespace

std::optional<ResyncReason> ResyncPlanner::due(const Observation& seen, Time now) {
  if (seen.losses != losses_seen_) {
    losses_seen_ = seen.losses;
    last_loss_ = now;
  }
  if (seen.running) {
    const bool gives_way = in_background(*seen.running) && repair_is_due(seen, now);
    return gives_way ? std::optional(ResyncReason::Loss) : std::nullopt;
  }
  gap_.observe(look(seen));
  if (now < earliest_) {
    return std::nullopt;
  }
  if (!started_) {
    return ResyncReason::Start;
  }
  if (resized_) {
    return ResyncReason::Resize;
  }
  if (repair_is_due(seen, now)) {
    return ResyncReason::Loss;
  }
  if (gap_.wants_resync(interval_, now)) {
    gap_began_ = now;
    return ResyncReason::CountGap;
  }
  return cycle_is_over(seen, now) ? std::optional(ResyncReason::Interval) : std::nullopt;
}

bool ResyncPlanner::repair_is_due(const Observation& seen, Time now) const {
  return seen.needs_repair && now - last_loss_ >= kCalm + Time(static_cast<int>(jitter_ * 1000));
}

bool ResyncPlanner::cycle_is_over(const Observation& seen, Time now) const {
  const Time longest = !seen.streaming ? Time(kDumpOnlyCycle)
                       : seen.updates  ? Time::max()
                                       : Time(kStatesCycle);
  const Time cycle = std::min<Time>(interval_, longest);
  const auto spread = static_cast<std::int64_t>(jitter_ * 0.1 * static_cast<double>(cycle.count()));
  return now - last_end_ >= cycle + Time(spread);
}

void ResyncPlanner::completed(ResyncReason reason, const Observation& seen, Time ended) {
  started_ = true;
  resized_ = false;
  gap_.learn(look(seen), reason == ResyncReason::CountGap, ended, ended - gap_began_);
  last_end_ = ended;
  earliest_ = ended + kShortestPause;
}

void ResyncPlanner::aborted(Time began, Time ended, bool resized, bool refused) {
  resized_ = started_ && resized;
  const Time pause = refused ? kRefusedPause : kShortestPause;
  earliest_ = ended + std::max<Time>(pause, ended - began);
}

}  // namespace ctwarden::model

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
constexpr int kGapLooks = 2;          // one look may catch the two counts apart

}  // namespace

std::optional<ResyncReason> ResyncPlanner::due(const Observation& seen, Time now) {
  if (seen.losses != losses_seen_) {
    losses_seen_ = seen.losses;
    last_loss_ = now;
  }
  // The kernel's count also holds entries that expired but are not collected, so it may exceed
  // ours; ours exceeds it only by flows that ended unannounced, or by what happened between the two
  // readings. Without events it exceeds them whenever the table shrinks, until the next dump.
  const std::uint64_t slack = (seen.events - events_seen_) / 20;
  events_seen_ = seen.events;
  const bool gap = seen.streaming && seen.entries && seen.flows > *seen.entries + slack;
  gaps_ = gap ? gaps_ + 1 : 0;

  if (now < earliest_) {
    return std::nullopt;
  }
  if (!started_) {
    return ResyncReason::Start;
  }
  if (resized_) {
    return ResyncReason::Resize;
  }
  if (seen.needs_repair && now - last_loss_ >= kCalm + Time(static_cast<int>(jitter_ * 1000))) {
    return ResyncReason::Loss;
  }
  if (gaps_ >= kGapLooks) {
    return ResyncReason::CountGap;
  }
  const Time longest = !seen.streaming ? Time(kDumpOnlyCycle)
                       : seen.updates  ? Time::max()
                                       : Time(kStatesCycle);
  const Time cycle = std::min<Time>(interval_, longest);
  if (now - last_end_ >=
      cycle + Time(static_cast<std::int64_t>(jitter_ * 0.1 * static_cast<double>(cycle.count())))) {
    return ResyncReason::Interval;
  }
  return std::nullopt;
}

void ResyncPlanner::completed(Time ended) {
  started_ = true;
  resized_ = false;
  gaps_ = 0;
  last_end_ = ended;
  earliest_ = ended + kShortestPause;
}

void ResyncPlanner::aborted(Time began, Time ended, bool resized, bool refused) {
  resized_ = started_ && resized;
  const Time pause = refused ? kRefusedPause : kShortestPause;
  earliest_ = ended + std::max<Time>(pause, ended - began);
}

}  // namespace ctwarden::model

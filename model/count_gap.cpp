// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/count_gap.h"

#include <algorithm>
#include <cstdlib>

namespace ctwarden::model {

namespace {

constexpr int kLooks = 3;  // one look may catch the two counts apart

// The counts are read a few milliseconds apart: looks a second apart allow 50 ms of churn.
constexpr std::int64_t kChurnShare = 20;
// Entries that never announce themselves come and go: so does a part of the gap they make.
constexpr std::int64_t kLearnedShare = 8;
// The kernel counts an entry from its first packet's look-up on, and until the last packet that
// holds it is gone; ours are what the table holds. So only its count has some to spare.
constexpr std::int64_t kInFlight = 16;

constexpr std::chrono::seconds kShortestPause{5};
constexpr int kMostDoublings = 4;  // a tenth of the interval, doubled more often, is beyond it

}  // namespace

// 0 within what is normal.
std::int64_t CountGap::beyond_slack(std::int64_t gap) const {
  const std::int64_t slack = churn_ / kChurnShare + std::abs(learned_) / kLearnedShare;
  const std::int64_t difference = gap - learned_;
  return difference > slack + kInFlight ? difference : difference < -slack ? difference : 0;
}

void CountGap::observe(const Look& look) {
  churn_ = static_cast<std::int64_t>(look.events - events_seen_);
  events_seen_ = look.events;
  deviation_ = look.gap ? beyond_slack(*look.gap) : 0;
  looks_ = deviation_ != 0 ? looks_ + 1 : 0;
}

bool CountGap::wants_resync(std::chrono::seconds interval, Time now) const {
  const Time tenth = Time(interval) / 10;
  const Time pause = in_vain_ == 0 ? std::min(std::max<Time>(kShortestPause, 9 * took_), tenth)
                                   : std::min<Time>(tenth * (1 << in_vain_), interval);
  return looks_ >= kLooks && (!last_end_ || now - *last_end_ >= pause);
}

void CountGap::learn(const Look& look, bool for_gap, Time ended, Time took) {
  looks_ = 0;
  if (for_gap) {
    last_end_ = ended;
    took_ = took;
  }
  if (!look.gap) {
    return;  // a loss meanwhile: its repair will teach
  }
  const bool in_vain = for_gap && std::abs(beyond_slack(*look.gap)) > std::abs(deviation_) / 2;
  if (for_gap) {
    in_vain_ = in_vain ? std::min(in_vain_ + 1, kMostDoublings) : 0;
  }
  // More flows than entries is never normal: some ended unannounced behind the dump's cursor.
  learned_ = in_vain ? *look.gap : std::max<std::int64_t>(*look.gap, 0);
}

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/fidelity_governor.h"

#include <algorithm>

namespace ctwarden::model {

namespace {
using namespace std::chrono_literals;

// Strain must last: a burst is what the buffer is for.
constexpr int kStrainedSeconds = 3;
constexpr auto kCalm = 30s;
// Up again only where the higher mode, which costs about three times as much on TCP, would still
// fit.
constexpr double kCalmShare = 1.0 / 3;

constexpr Fidelity down(Fidelity mode) {
  return mode == Fidelity::Full ? Fidelity::Lean : Fidelity::DumpOnly;
}
constexpr Fidelity up(Fidelity mode) {
  return mode == Fidelity::DumpOnly ? Fidelity::Lean : Fidelity::Full;
}
}  // namespace

Fidelity FidelityGovernor::observe(const Second& second, Time now) {
  strained_seconds_ = strained(second) ? strained_seconds_ + 1 : 0;
  if (!calm(second)) {
    calm_since_ = Time(-1);
  } else if (calm_since_ < Time(0)) {
    calm_since_ = now;
  }
  if (strained_seconds_ >= kStrainedSeconds && mode_ != Fidelity::DumpOnly) {
    mode_ = down(mode_);
    strained_seconds_ = 0;
    calm_since_ = Time(-1);
  } else if (mode_ != highest() && calm_since_ >= Time(0) && now - calm_since_ >= kCalm) {
    mode_ = up(mode_);
    calm_since_ = now;
  }
  return mode_;
}

bool FidelityGovernor::strained(const Second& second) const {
  const bool over_budget = second.cpu_share > policy_.cpu_budget;
  switch (mode_) {
    case Fidelity::Full:
      return over_budget || second.updates_lost != 0 || second.lifecycle_lost != 0 ||
             (policy_.updates == FidelityPolicy::Updates::BelowRate &&
              second.created_per_second > kBusyFlows);
    case Fidelity::Lean:
      return over_budget || second.lifecycle_lost != 0;
    case Fidelity::DumpOnly:
      return false;
  }
  return false;
}

bool FidelityGovernor::calm(const Second& second) const {
  const bool quiet = mode_ == Fidelity::DumpOnly ||
                     policy_.updates != FidelityPolicy::Updates::BelowRate ||
                     second.created_per_second < kQuietFlows;
  return quiet && second.cpu_share < policy_.cpu_budget * kCalmShare &&
         second.lifecycle_lost == 0 && second.updates_lost == 0;
}

void FidelityGovernor::set_policy(FidelityPolicy policy) {
  policy_ = policy;
  mode_ = std::max(mode_, highest());  // the enumeration runs from full to dump only
}

}  // namespace ctwarden::model

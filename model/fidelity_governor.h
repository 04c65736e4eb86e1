// SPDX-License-Identifier: GPL-2.0-or-later
//
// How much to listen to, so that watching stays cheap and the picture stays true. Pure: told once a
// second what the last second was like, it answers with a mode.
//
//   full       NEW, UPDATE and DESTROY
//   lean       without UPDATE: it makes most of a TCP connection's events, and doubles what the
//   connection costs the
//              packet path; churn and counts stay exact, states come from dumps
//   dump only  nothing: the socket stays (closing it would make new flows silent) behind a filter
//   that refuses all
//
// Down by one step as soon as the budget or the loss demands it for a few seconds, up by one after
// half a minute of calm.
#pragma once

#include "model/snapshot.h"

#include <chrono>
#include <cstdint>

namespace ctwarden::model {

struct FidelityPolicy {
  enum class Updates : std::uint8_t { Never, BelowRate, Always };
  Updates updates = Updates::BelowRate;
  double cpu_budget = 0.25;  // of one core
};

class FidelityGovernor {
 public:
  using Time = std::chrono::milliseconds;  // since an epoch the caller keeps; monotonic

  struct Second {
    double cpu_share = 0;              // of one core, spent on events by this process
    double created_per_second = 0;     // new flows; known in every mode but dump only
    std::uint64_t lifecycle_lost = 0;  // NEW and DESTROY messages lost in this second
    std::uint64_t updates_lost = 0;    // UPDATE messages lost in this second
  };

  // New flows a second above which UPDATE is not worth its cost, and below which it is taken up
  // again. A TCP life costs the sender about 13 us more with UPDATE than without
  // (docs/benchmarks.md, live): at this rate 2.5 % of a core.
  static constexpr double kBusyFlows = 2000;
  static constexpr double kQuietFlows = 1000;

  explicit FidelityGovernor(FidelityPolicy policy) : policy_(policy), mode_(highest()) {}

  Fidelity observe(const Second& second, Time now);
  [[nodiscard]] Fidelity mode() const { return mode_; }
  void set_policy(FidelityPolicy policy);

 private:
  [[nodiscard]] Fidelity highest() const {
    return policy_.updates == FidelityPolicy::Updates::Never ? Fidelity::Lean : Fidelity::Full;
  }
  [[nodiscard]] bool strained(const Second& second) const;
  [[nodiscard]] bool calm(const Second& second) const;

  FidelityPolicy policy_;
  Fidelity mode_;
  int strained_seconds_ = 0;
  Time calm_since_{-1};
};

}  // namespace ctwarden::model

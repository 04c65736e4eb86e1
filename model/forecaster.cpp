// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/forecaster.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ctwarden::model {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
// Full in more than this is no news; the longest timeout by default (established TCP) is as long.
constexpr double kFarthest = 5 * 86400.0;

// Guesses may carry so much of the plateau, or so much of the limit: neither would change what
// anybody does.
constexpr double kGuessedOfPlateau = 0.1;
constexpr double kGuessedOfLimit = 0.01;

// The trend takes over when forecasts a minute ahead were off by more than this and twice as far
// off as the trend.
constexpr double kFarOff = 0.1;

std::size_t index(FlowClass which) { return static_cast<std::size_t>(which); }

// The kernel's collector starts its next round after the mean time its entries have left (counted
// as 1 s to 5 min), 60 s at most, pretending there were 100 more that have 60 s
// (net/netfilter/nf_conntrack_core.c, gc_worker). Entries that expire soon thus wait less.
double collector_round(const LifeTable& lives, const TableLimits& limits,
                       const std::array<double, kFlowClassCount>& births) {
  constexpr double kMostLeft = 300;
  constexpr double kPretended = 100;
  double flows = kPretended;
  double left = kPretended * kLongestRound;
  for (std::size_t i = 0; i < kFlowClassCount; ++i) {
    const auto& timeout = limits.timeouts[i];
    const auto present = static_cast<double>(lives.counts(static_cast<FlowClass>(i)).occupancy);
    const double expected = timeout ? std::max(present, births[i] * *timeout) : present;
    flows += expected;
    left += expected * (timeout ? std::min(*timeout, kMostLeft) / 2 : kMostLeft);
  }
  return std::clamp(left / flows, 1.0, kLongestRound);
}

FlowClass driver_of(const LifeTable& lives, const Forecast& forecast) {
  std::array<double, kFlowClassCount> growth{};
  double whole = 0;
  for (std::size_t i = 0; i < kFlowClassCount; ++i) {
    growth[i] = forecast.plateau_by_class[i] -
                static_cast<double>(lives.counts(static_cast<FlowClass>(i)).occupancy);
    whole += growth[i];
  }
  const auto& by = whole > 0 ? growth : forecast.plateau_by_class;
  return static_cast<FlowClass>(std::ranges::max_element(by) - by.begin());
}

}  // namespace

// The count to come: what is there leaves as its age says, what is born comes on top.
class Forecaster::Path {
 public:
  Path(double entries, const LifeTable& lives,
       const std::array<std::optional<Prospect>, kFlowGroups.size()>& prospects,
       const Forecast& forecast)
      : entries_(entries), prospects_(prospects) {
    for (std::size_t g = 0; g < kFlowGroups.size(); ++g) {
      for (std::size_t i = 0; i < kFlowGroups[g].count; ++i) {
        const auto which = static_cast<FlowClass>(kFlowGroups[g].first + i);
        present_[g].growing |= forecast.born_per_second[index(which)] > 0;
        for (std::uint32_t age = 0; age < LifeTable::kAges; ++age) {
          present_[g].by_age[age] += lives.live(which, age);
        }
        // Older than the daemon, most likely.
        present_[g].by_age.back() += static_cast<double>(lives.of_unknown_birth(which));
      }
    }
    now_ = flows_in(0);
  }

  [[nodiscard]] double operator()(double seconds) const {
    return std::max(0.0, entries_ + flows_in(seconds) - now_);
  }
  // No path goes above it.
  [[nodiscard]] double most(double plateau) const { return entries_ + plateau; }

 private:
  [[nodiscard]] double flows_in(double seconds) const {
    double flows = 0;
    for (std::size_t g = 0; g < kFlowGroups.size(); ++g) {
      const auto& prospect = prospects_[g];
      for (std::uint32_t age = 0; age < LifeTable::kAges; ++age) {
        if (const double present = present_[g].by_age[age]; present > 0) {
          flows += prospect ? present * prospect->survive(age, seconds) : present;
        }
      }
      flows += prospect && present_[g].growing ? prospect->grown(seconds) : 0;
    }
    return flows;
  }

  struct Group {
    std::array<double, LifeTable::kAges> by_age{};
    bool growing = false;  // there are births now
  };
  double entries_;
  const std::array<std::optional<Prospect>, kFlowGroups.size()>& prospects_;
  std::array<Group, kFlowGroups.size()> present_;
  double now_ = 0;
};

void Forecaster::observe(double now, const LifeTable& lives, const TableLimits& limits) {
  double entries = 0;
  for (std::size_t i = 0; i < kFlowClassCount; ++i) {
    entries += static_cast<double>(lives.counts(static_cast<FlowClass>(i)).occupancy);
  }
  entries = limits.entries ? static_cast<double>(*limits.entries) : entries;
  trend_.sample(now, entries);
  errors_.compare(now, entries);
  trend_errors_.compare(now, entries);

  forecast_.reset();
  Forecast next;
  if (!sample_births(now, lives, next)) {
    return;
  }
  const auto limit = static_cast<double>(limits.limit.value_or(0));
  const double guessed = look_ahead(lives, limits, next);
  if (guessed > std::max(kGuessedOfPlateau * next.plateau_entries, kGuessedOfLimit * limit)) {
    return;
  }
  const Path path(entries, lives, prospects_, next);
  note_promises(now, path);
  if (limit > 0) {
    time_to_limit(limit, path, next);
  }
  forecast_ = next;
}

void Forecaster::pause() {
  arrivals_ = {};
  trend_ = {};
  errors_ = {};
  trend_errors_ = {};
  forecast_.reset();
}

bool Forecaster::sample_births(double now, const LifeTable& lives, Forecast& to) {
  bool known = true;
  for (std::size_t i = 0; i < kFlowClassCount; ++i) {
    arrivals_[i].sample(now, lives.counts(static_cast<FlowClass>(i)).born);
    const auto rate = arrivals_[i].per_second();
    known = known && rate;
    to.born_per_second[i] = rate.value_or(0);
  }
  return known;
}

double Forecaster::look_ahead(const LifeTable& lives, const TableLimits& limits, Forecast& to) {
  const Expiry expiry{.timeout = limits.timeouts,
                      .changes_heard = limits.changes_heard,
                      .collector_round = collector_round(lives, limits, to.born_per_second)};
  double guessed = 0;
  for (std::size_t g = 0; g < kFlowGroups.size(); ++g) {
    const auto [first, count] = kFlowGroups[g];
    const auto births = to.born_per_second.begin() + static_cast<std::ptrdiff_t>(first);
    if (std::all_of(births, births + static_cast<std::ptrdiff_t>(count),
                    [](double rate) { return rate <= 0; })) {
      continue;
    }
    const auto& prospect =
        prospects_[g].emplace(prospect_of(lives, kFlowGroups[g], to.born_per_second, expiry));
    guessed += prospect.guessed;
    for (std::size_t i = first; i < first + count; ++i) {
      to.plateau_by_class[i] = prospect.in_class[i];
      to.plateau_entries += to.plateau_by_class[i];
    }
  }
  to.driver = driver_of(lives, to);
  return guessed;
}

void Forecaster::note_promises(double now, const Path& path) {
  PastErrors::Promises promises{};
  PastErrors::Promises trends{};
  for (std::size_t i = 0; i < promises.size(); ++i) {
    promises[i] = path(PastErrors::kHorizons[i]);
    trends[i] = trend_.ahead(PastErrors::kHorizons[i]);
  }
  errors_.promise(now, promises);
  trend_errors_.promise(now, trends);
}

void Forecaster::time_to_limit(double limit, const Path& path, Forecast& to) const {
  // The first time the path, stretched by a factor, reaches the limit.
  const auto crossing = [&](double factor) {
    if (path.most(to.plateau_entries) * factor < limit) {
      return kNever;
    }
    constexpr double kFiner = 1.05;
    double before = 0;
    double below = path(0) * factor;
    if (below >= limit) {
      return 0.0;
    }
    for (double at = 1; at < kFarthest; at = std::max(at + 1, at * kFiner)) {
      const double entries = path(at) * factor;
      if (entries >= limit) {
        return before + (at - before) * (limit - below) / (entries - below);
      }
      before = at;
      below = entries;
    }
    return kNever;
  };
  double seconds = crossing(1);
  const auto model_error = errors_.at(60);
  const auto trend_error = trend_errors_.at(60);
  if (model_error && trend_error && *model_error > kFarOff && *trend_error < *model_error / 2) {
    to.by_trend = true;
    seconds =
        trend_.growth() > 0 ? std::max(0.0, (limit - trend_.ahead(0)) / trend_.growth()) : kNever;
  }
  to.seconds_to_full = seconds;
  if (const auto error = errors_.at(seconds)) {
    to.earliest_full = std::min(seconds, crossing(1 + *error));
    to.latest_full = std::max(seconds, crossing(std::max(0.0, 1 - *error)));
  }
}

}  // namespace ctwarden::model

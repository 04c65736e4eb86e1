// SPDX-License-Identifier: GPL-2.0-or-later
//
// A node for the rules to look at: healthy until a test says otherwise.
#pragma once

#include "model/findings/rules.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ctwarden::model {

struct Node {
  Snapshot picture;
  SettingValues settings;
  Growths minute{.seconds = 60};
  Growths ten_minutes{.seconds = 600};
  std::optional<std::uint64_t> limit_at_start = 262'144;
  Occupancy occupancy{MixingHash({.k0 = 1, .k1 = 2}), 16'384};
  std::uint64_t stale_dnat = 0;

  Node() {
    picture.entries = 1'000;
    picture.limit = 262'144;
    picture.buckets = 262'144;
    picture.events_setting = 2;
    picture.tracking = Tracking::On;
    picture.in_sync = true;
    picture.composition.emplace();
    picture.composition->flows = 1'000;
    tcp(TcpState::Established) = 1'000;
    settings[Setting::Events] = 2;
    settings[Setting::TcpLoose] = 1;
    settings[Setting::TcpBeLiberal] = 0;
    settings[Setting::TcpTimeWait] = 120;
    settings[Setting::TcpCloseWait] = 60;
    settings[Setting::Accounting] = 0;
    settings[Setting::Timestamp] = 0;
  }
  std::uint64_t& tcp(TcpState state) {
    return picture.composition
        ->by_state[static_cast<std::size_t>(Protocol::Tcp)][static_cast<std::size_t>(state)];
  }
  std::uint64_t& status(FlowStatus status) {
    return picture.composition->by_status[static_cast<std::size_t>(status)];
  }
  std::uint64_t& grew(Stat stat) { return ten_minutes.stats[static_cast<std::size_t>(stat)]; }

  [[nodiscard]] std::vector<Finding> findings() const {
    return find_all({.picture = picture,
                     .settings = settings,
                     .minute = minute,
                     .ten_minutes = ten_minutes,
                     .limit_at_start = limit_at_start,
                     .occupancy = &occupancy,
                     .stale_dnat = stale_dnat});
  }
  [[nodiscard]] std::optional<Finding> finding(FindingKind kind) const {
    const auto all = findings();
    const auto found = std::ranges::find(all, kind, &Finding::kind);
    return found == all.end() ? std::nullopt : std::optional(*found);
  }
  [[nodiscard]] std::optional<Severity> severity(FindingKind kind) const {
    const auto found = finding(kind);
    return found ? std::optional(found->severity) : std::nullopt;
  }
};

}  // namespace ctwarden::model

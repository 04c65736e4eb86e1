// SPDX-License-Identifier: GPL-2.0-or-later
//
// Is conntrack switched on in this namespace? The kernel registers its hooks only while some rule
// needs them, and says so nowhere that every kernel has (nfnetlink_hook is optional); without them
// the count simply stays 0. So we judge by evidence: an entry or a new flow proves On; packets that
// moved while nothing was tracked prove Off.
#pragma once

#include "model/snapshot.h"

#include <cstdint>
#include <optional>

namespace ctwarden::model {

class TrackingProbe {
 public:
  // `packets` is the namespace's running total of IP packets received and sent; absent when
  // unreadable. `activity` is the running total of everything only conntrack does: new flows,
  // invalid packets, drops.
  void observe(std::optional<std::uint64_t> entries, std::uint64_t activity,
               std::optional<std::uint64_t> packets) {
    if (!entries) {
      verdict_ = Tracking::Unknown;
      return;
    }
    if (*entries > 0 || activity != activity_) {
      verdict_ = Tracking::On;
      packets_at_evidence_ = packets;
    } else if (packets && !packets_at_evidence_) {
      packets_at_evidence_ = packets;
    } else if (packets && *packets >= *packets_at_evidence_ + kEnough) {
      verdict_ = Tracking::Off;
    }
    activity_ = activity;
  }
  [[nodiscard]] Tracking verdict() const { return verdict_; }

 private:
  // A few packets may be of a kind conntrack ignores (neighbour discovery, multicast reports).
  static constexpr std::uint64_t kEnough = 10;

  Tracking verdict_ = Tracking::Unknown;
  std::uint64_t activity_ = 0;
  std::optional<std::uint64_t> packets_at_evidence_;
};

}  // namespace ctwarden::model

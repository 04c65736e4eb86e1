// SPDX-License-Identifier: GPL-2.0-or-later
//
// The findings that stand now, each with the time since when. A finding stays for a while after its
// evidence went, so that one at the edge of a threshold does not flicker.
#pragma once

#include "model/findings/finding.h"

#include <chrono>
#include <vector>

namespace ctwarden::model {

struct StandingFinding {
  Finding finding;
  std::chrono::milliseconds since{};  // on the caller's monotonic clock
};

class FindingBoard {
 public:
  using Time = std::chrono::milliseconds;

  // What the rules find now. Gives those that are new.
  std::vector<Finding> update(std::vector<Finding> found, Time now);

  // Most severe first.
  [[nodiscard]] std::vector<StandingFinding> standing() const;

 private:
  struct Entry {
    Finding finding;
    Time since{};
    Time last_seen{};
  };
  std::vector<Entry> entries_;
};

}  // namespace ctwarden::model

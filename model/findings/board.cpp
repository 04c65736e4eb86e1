// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/findings/board.h"

#include <algorithm>

namespace ctwarden::model {

namespace {
constexpr std::chrono::seconds kHold{30};
}  // namespace

std::vector<Finding> FindingBoard::update(std::vector<Finding> found, Time now) {
  std::vector<Finding> fresh;
  for (Finding& finding : found) {
    const auto known = std::ranges::find_if(entries_, [&](const Entry& entry) {
      return entry.finding.kind == finding.kind && entry.finding.subject == finding.subject;
    });
    if (known == entries_.end()) {
      fresh.push_back(finding);
      entries_.push_back({.finding = std::move(finding), .since = now, .last_seen = now});
    } else {
      known->finding = std::move(finding);
      known->last_seen = now;
    }
  }
  std::erase_if(entries_, [&](const Entry& entry) { return now - entry.last_seen > kHold; });
  return fresh;
}

std::vector<StandingFinding> FindingBoard::standing() const {
  std::vector<StandingFinding> standing;
  standing.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    standing.push_back({.finding = entry.finding, .since = entry.since});
  }
  std::ranges::stable_sort(standing, std::ranges::greater{},
                           [](const StandingFinding& each) { return each.finding.severity; });
  return standing;
}

}  // namespace ctwarden::model

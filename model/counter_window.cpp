// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/counter_window.h"

#include <algorithm>

namespace ctwarden::model {

namespace {
using namespace std::chrono_literals;
constexpr auto kEvery = 5s;
constexpr auto kLongest = 10min;

std::ptrdiff_t known(const Totals& totals) {
  return std::ranges::count_if(totals.stats, [](const auto& stat) { return stat.has_value(); });
}
}  // namespace

void CounterWindow::sample(std::chrono::milliseconds now, const Totals& totals) {
  latest_ = {.at = now, .totals = totals};
  // The kernel's first answer is where its counters begin to grow from.
  if (kept_.empty() || now - kept_.back().at >= kEvery ||
      known(totals) > known(kept_.back().totals)) {
    kept_.push_back(latest_);
  }
  // The oldest one kept is the youngest that is old enough for the longest span.
  while (kept_.size() > 1 && now - kept_[1].at >= kLongest) {
    kept_.pop_front();
  }
}

Growths CounterWindow::over(std::chrono::seconds span) const {
  Growths growths;
  if (kept_.empty()) {
    return growths;
  }
  auto first = std::ranges::find_if(
      kept_, [&](const Reading& reading) { return latest_.at - reading.at < span; });
  first = first == kept_.begin() ? first : std::prev(first);
  const Reading& from = *first;
  growths.seconds = std::chrono::duration<double>(latest_.at - from.at).count();
  for (std::size_t i = 0; i < kStatCount; ++i) {
    const auto told = std::find_if(first, kept_.end(), [&](const Reading& reading) {
      return reading.totals.stats[i].has_value();
    });
    const auto after = latest_.totals.stats[i];
    const auto before = told != kept_.end() ? told->totals.stats[i] : after;
    growths.stats[i] = before && after ? *after - *before : 0;
  }
  growths.created = latest_.totals.created - from.totals.created;
  growths.created_dns = latest_.totals.created_dns - from.totals.created_dns;
  growths.lost = latest_.totals.lost - from.totals.lost;
  return growths;
}

}  // namespace ctwarden::model

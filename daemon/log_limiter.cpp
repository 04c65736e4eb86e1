// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/log_limiter.h"

#include <fmt/format.h>

#include <iterator>

namespace ctwarden::daemon {

std::string to_string(const Repeats& repeats) {
  return fmt::format("{}: repeated {} times in {} s", repeats.site, repeats.count,
                     repeats.span.count());
}

// Ends the window that ran out before `now`. Only a window that held something back is followed by
// another without a burst; after an empty one, or a gap as long as a window, the site starts anew.
void LogLimiter::close_windows(Site& site, Time now) const {
  if (now < site.window_start + interval_) {
    return;
  }
  const bool silent_since = now >= site.window_start + 2 * interval_;
  if (site.held == 0 || silent_since) {
    site.passed = 0;
  }
  if (site.held > 0) {
    site.due.count += site.held;
    site.due.span += interval_;
    site.held = 0;
  }
  site.window_start = site.passed == 0 ? now : site.window_start + interval_;
}

bool LogLimiter::admit(std::string_view name, Time now) {
  auto found = sites_.find(name);
  if (found == sites_.end()) {
    found =
        sites_.emplace(name, Site{.window_start = now, .due = {.site = std::string(name)}}).first;
  }
  Site& site = found->second;
  close_windows(site, now);
  if (site.passed < burst_) {
    ++site.passed;
    return true;
  }
  ++site.held;
  return false;
}

std::vector<Repeats> LogLimiter::take_repeats(Time now) {
  std::vector<Repeats> due;
  for (auto next = sites_.begin(); next != sites_.end();) {
    Site& site = next->second;
    close_windows(site, now);
    if (site.due.count > 0) {
      due.push_back(site.due);
      site.due.count = 0;
      site.due.span = std::chrono::seconds{0};
    }
    next = site.passed == 0 && site.held == 0 ? sites_.erase(next) : std::next(next);
  }
  return due;
}

}  // namespace ctwarden::daemon

// SPDX-License-Identifier: GPL-2.0-or-later
//
// Keeps a fault that repeats from filling the log. Each site (a fixed name from the source) may
// pass a few messages; while it goes on, the rest is counted and told once an interval. Pure: time
// is an argument and nothing is printed. A site is as good as new after an interval in which it was
// silent.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ctwarden::daemon {

// What was held back of one site, over a whole number of intervals.
struct Repeats {
  std::string site;
  std::uint64_t count = 0;
  std::chrono::seconds span{0};
  bool operator==(const Repeats&) const = default;
};

[[nodiscard]] std::string to_string(const Repeats& repeats);  // "SITE: repeated 4213 times in 60 s"

class LogLimiter {
 public:
  using Time = std::chrono::milliseconds;  // since any fixed moment, never back: Clock::now()

  LogLimiter(std::uint64_t burst, std::chrono::seconds interval)
      : burst_(burst), interval_(interval) {}

  // True: log it. False: it was counted and will be in a later summary.
  [[nodiscard]] bool admit(std::string_view site, Time now);

  // The summaries that are due, by name of site. Call it from a timer, so that the last ones are
  // told when a fault ends.
  [[nodiscard]] std::vector<Repeats> take_repeats(Time now);

  [[nodiscard]] std::size_t sites() const { return sites_.size(); }  // remembered at present

 private:
  struct Site {
    Time window_start{0};
    std::uint64_t passed = 0;
    std::uint64_t held = 0;  // in the window that runs
    Repeats due;             // of windows that are over
  };
  void close_windows(Site& site, Time now) const;

  std::uint64_t burst_;
  std::chrono::seconds interval_;
  std::map<std::string, Site, std::less<>> sites_;
};

}  // namespace ctwarden::daemon

// SPDX-License-Identifier: GPL-2.0-or-later
//
// Flows played by a process of its own, so that the benchmark can look at the daemon meanwhile. It
// stays on the CPU that made it, and ends with the object.
#pragma once

#include "bench/stage/workloads.h"
#include "bench/traffic/descriptor.h"
#include "bench/traffic/generator.h"

#include <sys/types.h>

namespace ctwarden::bench {

class BackgroundTraffic {
 public:
  // For so long; 0 flows a second: as fast as possible. Tuples wrap at the end of the space.
  BackgroundTraffic(traffic::Legs& legs, const Workload& workload, double per_second,
                    double seconds);
  ~BackgroundTraffic();
  BackgroundTraffic(const BackgroundTraffic&) = delete;
  BackgroundTraffic& operator=(const BackgroundTraffic&) = delete;
  BackgroundTraffic(BackgroundTraffic&&) = delete;
  BackgroundTraffic& operator=(BackgroundTraffic&&) = delete;

  [[nodiscard]] bool running() const;
  // Waits for the end; throws when it failed.
  [[nodiscard]] traffic::Report report() const;

 private:
  traffic::Descriptor result_;
  pid_t process_ = -1;
};

}  // namespace ctwarden::bench

// SPDX-License-Identifier: GPL-2.0-or-later
//
// How much of its processor time a program spends in user mode, by looking at it every 100 us of
// that time (perf's task clock). The timer tick, which /proc/PID/stat counts, looks every 4 ms of
// everybody's time: too rarely for one measurement, and in step with programs that sleep by the
// clock.
#pragma once

#include "bench/traffic/descriptor.h"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ctwarden::bench {

struct ModeCount {
  std::uint64_t user = 0;
  std::uint64_t all = 0;
};

class ModeSamples {
 public:
  // Looks from now on. Throws when the kernel refuses.
  explicit ModeSamples(const std::vector<pid_t>& processes);

  // What was seen since the last call. Throws when looks were lost: that is long overdue then.
  [[nodiscard]] ModeCount take();

 private:
  struct Unmap {
    void operator()(void* ring) const noexcept;
  };
  struct Watched {
    traffic::Descriptor event;
    std::unique_ptr<void, Unmap> ring;
  };
  std::vector<Watched> watched_;
};

}  // namespace ctwarden::bench

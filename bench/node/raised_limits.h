// SPDX-License-Identifier: GPL-2.0-or-later
//
// Room for a million entries: net.netfilter.nf_conntrack_max and nf_conntrack_buckets, which are
// global to the machine and can only be written from its initial network namespace. They are raised
// while the object exists and put back however the process ends: by a guardian process that waits
// for the other end of a pipe to close. A value that somebody else changed meanwhile is left alone.
#pragma once

#include "bench/traffic/descriptor.h"
#include "tests/support/scratch_netns.h"

#include <sys/types.h>

#include <cstdint>

namespace ctwarden::bench {

class RaisedLimits {
 public:
  // Changes nothing when `entries` fit already. Throws, with nothing changed, when it may not be
  // done or another benchmark is doing it. `router` was made in the initial namespace.
  RaisedLimits(const tests::ScratchNetns& router, std::uint64_t entries);
  ~RaisedLimits();
  RaisedLimits(const RaisedLimits&) = delete;
  RaisedLimits& operator=(const RaisedLimits&) = delete;
  RaisedLimits(RaisedLimits&&) = delete;
  RaisedLimits& operator=(RaisedLimits&&) = delete;

 private:
  traffic::Descriptor alive_;  // the guardian acts when this is closed
  pid_t guardian_ = -1;
};

}  // namespace ctwarden::bench

// SPDX-License-Identifier: GPL-2.0-or-later
//
// Stop, fill, drain: the reader is stopped, its queue filled with a known number of events, and the
// CPU it needs until the queue is empty again is measured. Nothing competes with it meanwhile, and
// every reader gets exactly the same.
#pragma once

#include "bench/stage/readers.h"
#include "bench/stage/running_reader.h"
#include "bench/stage/stage.h"
#include "bench/stage/workloads.h"

#include <cstdint>

namespace ctwarden::bench {

struct Sample {
  std::uint64_t events = 0;
  std::uint64_t queued_bytes = 0;  // charged by the kernel when everything was queued
  ReaderTime time;                 // of all the reader's processes
  std::uint64_t memory_bytes = 0;  // afterwards, shared pages divided among those who share them
};

// Throws when an event was dropped, or the reader did not see every one.
[[nodiscard]] Sample measure_drain(Stage& stage, const Workload& workload, const Content& content,
                                   const Reader& reader);

}  // namespace ctwarden::bench

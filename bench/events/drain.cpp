// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/events/drain.h"

#include "bench/events/running_reader.h"

namespace ctwarden::bench {

Sample measure_drain(Stage& stage, const Workload& workload, const Content& content,
                     const Reader& reader) {
  empty_table();
  RunningReader running(reader, stage.reader_cpu);
  running.stop();
  const CpuTime before = running.cpu_time();
  fill(stage.legs, workload);
  const std::uint64_t queued = read_event_queues().queued_bytes;
  running.go_on();
  running.wait_until_drained();
  const Sample sample{.events = content.seen_by(reader.groups),
                      .queued_bytes = queued,
                      .cpu = running.cpu_time() - before,
                      .memory_bytes = running.memory_bytes()};
  running.finish(sample.events);
  return sample;
}

}  // namespace ctwarden::bench

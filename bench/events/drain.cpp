// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/events/drain.h"

namespace ctwarden::bench {

Sample measure_drain(Stage& stage, const Workload& workload, const Content& content,
                     const Reader& reader) {
  empty_table();
  RunningReader running(reader, stage.reader_cpu);
  running.stop();
  running.begin_measuring();
  fill(stage.legs, workload);
  const std::uint64_t queued = read_event_queues().queued_bytes;
  running.go_on();
  running.wait_until_drained();
  const Sample sample{.events = content.seen_by(reader.groups),
                      .queued_bytes = queued,
                      .time = running.measured(),
                      .memory_bytes = running.processes().memory_bytes()};
  running.finish(sample.events);
  return sample;
}

}  // namespace ctwarden::bench

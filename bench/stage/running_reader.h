// SPDX-License-Identifier: GPL-2.0-or-later
//
// A reader at work: started, subscribed, with a buffer that holds the whole input, pinned to a CPU.
// Whatever is not as it should be (an event lost, a count that differs, a reader that dies) is an
// exception with the reader's name.
#pragma once

#include "bench/stage/end_with_us.h"
#include "bench/stage/event_queues.h"
#include "bench/stage/mode_samples.h"
#include "bench/stage/peer_receivers.h"
#include "bench/stage/process_tree.h"
#include "bench/stage/reader_time.h"
#include "bench/stage/readers.h"
#include "tests/support/child_process.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ctwarden::bench {

class RunningReader {
 public:
  RunningReader(const Reader& reader, int cpu);

  // The process that reads, not what it forked.
  void stop() const;
  void go_on() const;

  // Until its queue is empty and it sleeps: then the scheduler's sums are exact.
  void wait_until_drained();

  // What it used between the two calls.
  void begin_measuring();
  [[nodiscard]] ReaderTime measured();
  [[nodiscard]] const ProcessTree& processes() const { return tree_; }

  // Ends it, and compares its own count, if it keeps one, with what it should have seen, give or
  // take `slack`.
  void finish(std::uint64_t expected, std::uint64_t slack = 0);
  // Ends a bench_peer, and returns its own count.
  EventTally finish_counting();

 private:
  void wait_until_reading();
  void end();
  [[nodiscard]] bool is_subscribed() const;
  [[nodiscard]] EventTally tally() const;
  [[nodiscard]] std::uint64_t scraped_count() const;
  void expect(std::uint64_t seen, std::uint64_t expected, std::uint64_t slack) const;
  [[noreturn]] void fail(const std::string& what) const;

  Reader reader_;
  tests::ChildProcess child_;
  EndWithUs ends_with_us_;
  ProcessTree tree_;
  std::optional<ModeSamples> modes_;
  std::uint64_t began_at_ns_ = 0;
};

}  // namespace ctwarden::bench

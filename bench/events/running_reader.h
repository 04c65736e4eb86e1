// SPDX-License-Identifier: GPL-2.0-or-later
//
// A reader at work: started, subscribed, with a buffer that holds the whole input, pinned to a CPU.
// Whatever is not as it should be (an event lost, a count that differs, a reader that dies) is an
// exception with the reader's name.
#pragma once

#include "bench/events/event_queues.h"
#include "bench/events/peer_receivers.h"
#include "bench/events/process_tree.h"
#include "bench/events/readers.h"
#include "tests/support/child_process.h"

#include <cstdint>
#include <string>

namespace ctwarden::bench {

// From here on SIGINT and SIGTERM end the reader too. The kernel would (PR_SET_PDEATHSIG), but
// forgets it for a reader that changes its user.
void end_readers_on_signals();

class RunningReader {
 public:
  RunningReader(const Reader& reader, int cpu);
  ~RunningReader();
  RunningReader(const RunningReader&) = delete;
  RunningReader& operator=(const RunningReader&) = delete;
  RunningReader(RunningReader&&) = delete;
  RunningReader& operator=(RunningReader&&) = delete;

  // The process that reads, not what it forked.
  void stop() const;
  void go_on() const;

  // Until its queue is empty and it sleeps: then the scheduler's sums are exact.
  void wait_until_drained();

  [[nodiscard]] CpuTime cpu_time() const { return tree_.cpu_time(); }
  [[nodiscard]] std::uint64_t memory_bytes() const { return tree_.memory_bytes(); }

  // Ends it, and compares its own count, if it keeps one, with what it should have seen.
  void finish(std::uint64_t expected);
  // Ends a bench_peer, and returns its own count.
  EventTally finish_counting();

 private:
  void wait_until_reading();
  void end();
  [[nodiscard]] bool is_subscribed() const;
  [[nodiscard]] EventTally tally() const;
  [[nodiscard]] std::uint64_t scraped_count() const;
  void expect(std::uint64_t seen, std::uint64_t expected) const;
  [[noreturn]] void fail(const std::string& what) const;

  Reader reader_;
  tests::ChildProcess child_;
  ProcessTree tree_;
};

}  // namespace ctwarden::bench

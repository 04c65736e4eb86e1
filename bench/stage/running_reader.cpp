// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/running_reader.h"

#include "tests/support/eventually.h"
#include "tests/support/http_client.h"
#include "tests/support/metrics_client.h"

#include <fmt/core.h>

#include <csignal>
#include <sstream>
#include <stdexcept>

namespace ctwarden::bench {
namespace {

using namespace std::chrono_literals;
using tests::eventually;

// Doubled by the kernel: 512 MiB hold 400,000 events of 1,280 charged bytes.
constexpr int kBuffer = 256 << 20;

}  // namespace

RunningReader::RunningReader(const Reader& reader, int cpu)
    : reader_(reader), child_(reader.command), ends_with_us_(child_.pid()), tree_(child_.pid()) {
  wait_until_reading();
  for (const pid_t process : tree_.processes()) {
    enlarge_event_buffers(process, kBuffer);
  }
  tree_.pin(cpu);
}

// Subscribed, and asleep at several looks in a row: whatever belongs to starting is over.
void RunningReader::wait_until_reading() {
  constexpr int kLooks = 10;
  int calm = 0;
  const bool ready = eventually(20s, [&] {
    if (!child_.running()) {
      fail("ended: " + child_.standard_error());
    }
    if (!is_subscribed()) {
      return false;
    }
    tree_ = ProcessTree(child_.pid());
    calm = tree_.asleep() ? calm + 1 : 0;
    return calm >= kLooks;
  });
  if (!ready) {
    fail("does not subscribe as expected, but to " + group_names(read_event_queues().groups));
  }
}

bool RunningReader::is_subscribed() const {
  if (read_event_queues().groups != reader_.groups) {
    return false;
  }
  if (reader_.account != Account::Metrics) {
    return true;
  }
  const auto answer = tests::http_get(kMetricsAddress, "/readyz", 1s);
  return answer && answer->status == 200;
}

void RunningReader::stop() const {
  child_.send_signal(SIGSTOP);
  if (!eventually(5s, [&] { return tree_.root_stopped(); })) {
    fail("does not stop");
  }
}

void RunningReader::go_on() const { child_.send_signal(SIGCONT); }

void RunningReader::wait_until_drained() {
  const bool drained = eventually(60s, [&] {
    if (!child_.running()) {
      fail("ended: " + child_.standard_error());
    }
    return read_event_queues().queued_bytes == 0 && tree_.asleep();
  });
  if (!drained) {
    fail("does not empty its queue");
  }
}

void RunningReader::begin_measuring() {
  if (modes_) {
    [[maybe_unused]] const ModeCount before = modes_->take();
  } else {
    modes_.emplace(tree_.processes());
  }
  began_at_ns_ = tree_.cpu_time().total_ns;
}

ReaderTime RunningReader::measured() {
  return {.total_ns = tree_.cpu_time().total_ns - began_at_ns_, .modes = modes_->take()};
}

void RunningReader::finish(std::uint64_t expected, std::uint64_t slack) {
  if (read_event_queues().drops != 0) {
    fail("lost events: its buffer is too small");
  }
  if (reader_.account == Account::Metrics) {
    expect(scraped_count(), expected, slack);
  }
  end();
  if (reader_.account == Account::Tally) {
    expect(tally().datagrams, expected, slack);
  }
}

EventTally RunningReader::finish_counting() {
  if (read_event_queues().drops != 0) {
    fail("lost events: its buffer is too small");
  }
  end();
  return tally();
}

// All of them end on SIGTERM, and then put away what they left on disk.
void RunningReader::end() {
  const auto exit = child_.stop();
  if (!exit || exit->signal == SIGKILL) {
    fail("does not end: " + child_.standard_error());
  }
}

EventTally RunningReader::tally() const {
  std::istringstream numbers(child_.standard_output());
  EventTally tally;
  if (!(numbers >> tally.datagrams >> tally.created >> tally.updated >> tally.destroyed)) {
    fail("gives no counts: " + child_.standard_error());
  }
  return tally;
}

std::uint64_t RunningReader::scraped_count() const {
  const auto metrics = tests::scrape(kMetricsAddress);
  if (!metrics) {
    fail(metrics.error().context);
  }
  const auto sum = [&](const char* name) { return static_cast<std::uint64_t>(metrics->sum(name)); };
  if (sum("ctwarden_events_lost_total") + sum("ctwarden_events_malformed_total") != 0) {
    fail("lost events");
  }
  // More than the first one: a dump ran meanwhile, and its cost is in the figure.
  if (sum("ctwarden_resyncs_total") + sum("ctwarden_resyncs_aborted_total") != 1) {
    fail("compared the table with a dump meanwhile");
  }
  return sum("ctwarden_events_total");
}

void RunningReader::expect(std::uint64_t seen, std::uint64_t expected, std::uint64_t slack) const {
  if (seen + slack < expected || seen > expected + slack) {
    fail(fmt::format("saw {} of {} events", seen, expected));
  }
}

void RunningReader::fail(const std::string& what) const {
  throw std::runtime_error(reader_.name + " (" + group_names(reader_.groups) + "): " + what);
}

}  // namespace ctwarden::bench

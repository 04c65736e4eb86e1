// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/workloads.h"

#include "bench/traffic/table_writer.h"
#include "tests/support/eventually.h"
#include "tests/support/flow_spaces.h"
#include "tests/support/kernel_dump.h"
#include "tests/support/scratch_netns.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>

namespace ctwarden::bench {
namespace {

using namespace std::chrono_literals;

template <typename T>
T must(model::Result<T> result) {
  if (!result) {
    throw std::runtime_error(result.error().context);
  }
  return std::move(*result);
}

void expect_all(const traffic::Written& written) {
  if (written.refused > 0) {
    throw std::runtime_error("the kernel refused " + std::to_string(written.refused) +
                             " entries: " + std::strerror(written.first_error));
  }
}

traffic::FlowSpace udp() { return tests::flow_space(tests::kUdp, model::Family::Ipv4, 53); }
traffic::FlowSpace tcp() { return tests::flow_space(tests::kTcp, model::Family::Ipv4, 443); }

// A connection from SYN to the last ACK is NEW, so many UPDATEs and, at its end, DESTROY.
constexpr std::uint64_t kUpdatesPerLife = 5;

// In seconds; the longer one outlives every run.
constexpr int kShortLife = 1;
constexpr int kLongLife = 600;

void set_timeouts(int seconds) {
  for (const char* name : {"nf_conntrack_udp_timeout", "nf_conntrack_tcp_timeout_time_wait"}) {
    tests::write_setting(std::string("net/netfilter/") + name, std::to_string(seconds));
  }
}

}  // namespace

std::vector<Workload> queue_workloads(std::uint64_t events, std::uint64_t most_flows) {
  return {
      {.name = "new",
       .explanation = "UDP flows of one packet: NEW",
       .life = traffic::udp_life(false),
       .space = udp(),
       .flows = std::min(events, most_flows)},
      {.name = "new-destroy",
       .explanation = "UDP flows of one packet that expire: NEW, later DESTROY",
       .life = traffic::udp_life(false),
       .space = udp(),
       .flows = std::min(events / 2, most_flows),
       .ending = Ending::Expired},
      {.name = "tcp",
       .explanation =
           "TCP connections from SYN to the last ACK that expire: NEW, five UPDATEs, later DESTROY",
       .life = traffic::tcp_life(traffic::TcpEnd::Closed),
       .space = tcp(),
       .flows = std::min(events / (kUpdatesPerLife + 2), most_flows),
       .ending = Ending::Expired},
  };
}

Workload live_udp(std::uint64_t per_second) {
  return {.name = "udp",
          .explanation = "UDP flows of one packet that expire after a second: NEW, DESTROY",
          .life = traffic::udp_life(false),
          .space = udp(),
          .flows = per_second,
          .ending = Ending::Expired};
}

Workload live_tcp(std::uint64_t per_second) {
  return {.name = "tcp",
          .explanation =
              "TCP connections from SYN to the last ACK, six packets, that expire after a second: "
              "NEW, five UPDATEs, DESTROY",
          .life = traffic::tcp_life(traffic::TcpEnd::Closed),
          .space = tcp(),
          .flows = per_second,
          .ending = Ending::Expired,
          .updates_per_flow = kUpdatesPerLife};
}

Workload lasting_flows(std::uint64_t flows) {
  return {.name = "lasting",
          .explanation = "UDP flows of one packet that stay",
          .life = traffic::udp_life(false),
          .space = udp(),
          .flows = flows};
}

void let_flows_expire() { set_timeouts(kShortLife); }
void let_flows_stay() { set_timeouts(kLongLife); }

void fill(traffic::Legs& legs, const Workload& workload, double per_second, std::uint64_t first) {
  set_timeouts(workload.ending == Ending::Expired ? kShortLife : kLongLife);
  const auto report = must(traffic::play(legs, workload.life,
                                         {.space = workload.space,
                                          .first = first,
                                          .count = workload.flows,
                                          .per_second = per_second}));
  if (report.flows != workload.flows) {
    throw std::runtime_error("not every flow was made in time");
  }
  if (workload.ending == Ending::Expired) {
    wait_until_expired();
  }
}

// The kernel collects what expired within a minute, and whenever somebody walks the table.
void wait_until_expired() {
  constexpr auto kPastExpiry = std::chrono::seconds(kShortLife) + 100ms;
  std::this_thread::sleep_for(kPastExpiry);
  const bool gone = tests::eventually(
      10s, [] { return tests::dump_kernel_flows().empty() && tests::conntrack_count() == 0; });
  if (!gone) {
    throw std::runtime_error("the flows do not expire");
  }
}

void empty_table() {
  auto writer = must(traffic::TableWriter::open());
  if (const auto flushed = writer.flush(); !flushed) {
    throw std::runtime_error(flushed.error().context);
  }
  if (!tests::eventually(10s, [] { return tests::conntrack_count() == 0; })) {
    throw std::runtime_error("the table does not become empty");
  }
}

void create_entries(std::uint64_t count) {
  expect_all(must(must(traffic::TableWriter::open()).create_flows(udp(), 0, count)));
}

void delete_entries(std::uint64_t count) {
  expect_all(must(must(traffic::TableWriter::open()).delete_flows(udp(), 0, count)));
}

}  // namespace ctwarden::bench

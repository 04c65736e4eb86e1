// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/events/workloads.h"

#include "bench/traffic/table_writer.h"
#include "tests/support/eventually.h"
#include "tests/support/flow_spaces.h"
#include "tests/support/kernel_dump.h"
#include "tests/support/scratch_netns.h"

#include <algorithm>
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

traffic::FlowSpace udp() { return tests::flow_space(tests::kUdp, model::Family::Ipv4, 53); }
traffic::FlowSpace tcp() { return tests::flow_space(tests::kTcp, model::Family::Ipv4, 443); }

// In seconds; the longer one outlives every run.
constexpr int kShortLife = 1;
constexpr int kLongLife = 600;

void set_timeouts(int seconds) {
  for (const char* name : {"nf_conntrack_udp_timeout", "nf_conntrack_tcp_timeout_time_wait"}) {
    tests::write_setting(std::string("net/netfilter/") + name, std::to_string(seconds));
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

}  // namespace

std::vector<Workload> queue_workloads(std::uint64_t events, std::uint64_t most_flows) {
  // A closed connection is NEW, five UPDATEs and, at its end, DESTROY.
  constexpr std::uint64_t kEventsPerLife = 7;
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
       .flows = std::min(events / kEventsPerLife, most_flows),
       .ending = Ending::Expired},
  };
}

std::vector<Workload> path_workloads(std::uint64_t most_flows) {
  constexpr std::uint64_t kFlows = 100'000;
  constexpr std::uint64_t kLives = 20'000;  // of six packets each
  return {{.name = "new",
           .explanation = "UDP flows of one packet, forwarded",
           .life = traffic::udp_life(false),
           .space = udp(),
           .flows = std::min(kFlows, most_flows)},
          {.name = "tcp",
           .explanation = "TCP connections from SYN to the last ACK, six packets, forwarded",
           .life = traffic::tcp_life(traffic::TcpEnd::Closed),
           .space = tcp(),
           .flows = std::min(kLives, most_flows)}};
}

void fill(traffic::Legs& legs, const Workload& workload) {
  set_timeouts(workload.ending == Ending::Expired ? kShortLife : kLongLife);
  const auto report =
      must(traffic::play(legs, workload.life, {.space = workload.space, .count = workload.flows}));
  if (report.flows != workload.flows) {
    throw std::runtime_error("not every flow was made in time");
  }
  if (workload.ending == Ending::Expired) {
    wait_until_expired();
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

}  // namespace ctwarden::bench

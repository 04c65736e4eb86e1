// SPDX-License-Identifier: GPL-2.0-or-later
//
// Fifty seeded stories about a table: flows of every kind come and go, events are lost or switched
// off in the middle. At every quiet moment the picture is within the bound the daemon gives; at the
// end of each story it is the kernel's.
#include "tests/kernel/process_facts.h"
#include "tests/kernel/table_picture.h"
#include "tests/kernel/watched_node.h"

#include <cmath>
#include <csignal>
#include <iostream>
#include <random>

namespace ctwarden::tests {
namespace {

using model::Family;
using traffic::TcpEnd;
using namespace std::chrono_literals;

constexpr unsigned kStoriesPerDaemon = 10;

constexpr const char* kZones = R"(
table inet scratch_zones {
  chain zones { type filter hook prerouting priority raw; udp dport 6001 ct zone set 11; udp dport 6002 ct zone set 12; }
}
)";

// Flows end when the story says so, never by themselves.
constexpr const char* kTimeouts[] = {
    "tcp_timeout_syn_sent", "tcp_timeout_syn_recv",   "tcp_timeout_established",
    "tcp_timeout_fin_wait", "tcp_timeout_close",      "tcp_timeout_close_wait",
    "tcp_timeout_last_ack", "tcp_timeout_time_wait",  "tcp_timeout_unacknowledged",
    "udp_timeout",          "udp_timeout_stream",     "icmp_timeout",
    "icmpv6_timeout",       "tcp_timeout_max_retrans"};

// Consecutive numbers of a space that are in the table.
struct Batch {
  traffic::FlowSpace space;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::uint16_t zone = 0;
  bool announced = true;  // born while events were on, so that its end is told
};

struct Counts {
  double created = 0;
  double destroyed = 0;
  double lost = 0;
};

class RandomChurn : public WatchedNode, public ::testing::WithParamInterface<unsigned> {
 protected:
  void SetUp() override {
    load_nft(kTrackForwarded);
    load_nft(kMasquerade);
    load_nft(kZones);
    for (const std::string timeout : kTimeouts) {
      write_setting("net/netfilter/nf_conntrack_" + timeout, "600");
    }
    // A buffer for some 1,600 events, which does not grow after a loss. A gap between the counts
    // is looked into every 6 s at most.
    start_daemon({"--config", config_file("[events]\nupdates = true\ncpu_budget = 1.0\n"
                                          "buffer_bytes = \"1MiB\"\nbuffer_max_bytes = \"1MiB\"\n"
                                          "[table]\nresync_interval = \"1m\"\n")});
  }

  [[nodiscard]] std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  [[nodiscard]] Family draw_family() { return draw(2) == 0 ? Family::Ipv4 : Family::Ipv6; }
  [[nodiscard]] Counts counts() const {
    const Metrics metrics = scrape_now();
    return {.created = metrics.sum("ctwarden_flows_created_total"),
            .destroyed = metrics.sum("ctwarden_flows_destroyed_total"),
            .lost = metrics.value("ctwarden_events_lost_total").value_or(0)};
  }
  [[nodiscard]] std::uint64_t alive() const {
    std::uint64_t sum = 0;
    for (const Batch& batch : batches_) {
      sum += batch.count;
    }
    return sum;
  }

  // Numbers never used before: every flow is a new one, and distinct behind the router's address.
  Batch& born(const traffic::FlowSpace& space, std::uint64_t count, std::uint16_t zone = 0) {
    batches_.push_back(
        {.space = space, .first = next_, .count = count, .zone = zone, .announced = events_on_});
    next_ += count;
    created_ += events_on_ ? static_cast<double>(count) : 0;
    return batches_.back();
  }
  void live(const traffic::Life& life, const traffic::FlowSpace& space, std::uint16_t zone = 0) {
    const Batch& batch = born(space, 1 + draw(150), zone);
    const bool v4 = space.family == Family::Ipv4;
    play(life, {.space = space,
                .first = batch.first,
                .count = batch.count,
                .nat_source = traffic::address(v4 ? "10.2.0.1" : "fd00:2::1")});
  }
  void write(const traffic::FlowSpace& space, std::uint64_t count,
             const traffic::EntryOptions& options) {
    const Batch& batch = born(space, count, options.zone);
    auto writer = traffic::TableWriter::open();
    ASSERT_TRUE(writer) << writer.error().context;
    const auto written = writer->create_flows(space, batch.first, count, options);
    ASSERT_TRUE(written) << written.error().context;
    ASSERT_EQ(written->refused, 0U) << written->first_error;
  }
  void end_first(Batch& batch, std::uint64_t count) {
    auto writer = traffic::TableWriter::open();
    ASSERT_TRUE(writer) << writer.error().context;
    const auto ended = writer->delete_flows(batch.space, batch.first, count, batch.zone);
    ASSERT_TRUE(ended) << ended.error().context;
    ASSERT_EQ(ended->refused, 0U) << ended->first_error;
    batch.first += count;
    batch.count -= count;
    destroyed_ += batch.announced ? static_cast<double>(count) : 0;
  }
  void end_all() {
    flush();
    for (const Batch& batch : batches_) {
      destroyed_ += batch.announced ? static_cast<double>(batch.count) : 0;
    }
    batches_.clear();
  }

  void step() {
    const Family family = draw_family();
    switch (draw(8)) {
      case 0:
        return live(traffic::udp_life(draw(2) == 0), flow_space(kUdp, family, 1001));
      case 1:
      case 2:
        return live(traffic::tcp_life(static_cast<TcpEnd>(draw(5))),
                    flow_space(kTcp, family, 1002));
      case 3:
        return live(traffic::echo_life(draw(2) == 0),
                    flow_space(family == Family::Ipv4 ? kIcmp : kIcmpv6, family, 0));
      case 4: {
        const auto zone = static_cast<std::uint16_t>(1 + draw(2));
        return live(traffic::udp_life(false),
                    flow_space(kUdp, Family::Ipv4, static_cast<std::uint16_t>(6000 + zone)),
                    static_cast<std::uint16_t>(10 + zone));
      }
      case 5:
        return write(flow_space(draw(2) == 0 ? kTcp : kUdp, family, 1003), 1 + draw(200),
                     {.zone = static_cast<std::uint16_t>(draw(3) * 7)});
      case 6:
        return write(flow_space(kTcp, family, 1004), 1 + draw(200),
                     {.tcp_state = static_cast<std::uint8_t>(1 + draw(8))});
      default:
        return end_some();
    }
  }
  void end_some() {
    if (batches_.empty()) {
      return;
    }
    if (draw(8) == 0) {
      return end_all();
    }
    Batch& batch = batches_[draw(batches_.size())];
    end_first(batch, draw(2) == 0 ? batch.count : draw(batch.count + 1));
  }

  // Nothing happens any more: what the kernel holds is known, and two scrapes surround a dump of
  // it.
  void check_bound() {
    const std::uint64_t expected = alive();
    ASSERT_TRUE(eventually(5s, [&] { return conntrack_count() == expected; }))
        << conntrack_count() << " entries, " << expected << " expected";
    const Metrics before = scrape_now();
    const auto kernels = static_cast<double>(dump_kernel_flows().size());
    const Metrics after = scrape_now();
    ASSERT_EQ(kernels, static_cast<double>(expected));
    for (const Metrics& metrics : {before, after}) {
      if (const auto bound = metrics.value("ctwarden_error_bound_entries")) {
        ++bounds_checked_;
        EXPECT_LE(std::abs(metrics.sum("ctwarden_flows") - kernels), *bound)
            << metrics.sum("ctwarden_flows") << " shown, " << kernels << " there";
      }
      EXPECT_LE(metrics.value("ctwarden_in_sync").value_or(0),
                metrics.value("ctwarden_error_bound_entries").has_value() ? 1 : 0);
    }
  }

  // More than the buffer holds, while nobody reads: births and ends are lost.
  void lose_events() {
    const ProcessHandle process(daemon_->pid());
    daemon_->send_signal(SIGSTOP);
    ASSERT_TRUE(eventually(5s, [&] { return process.stopped(); }));
    write(flow_space(kUdp, draw_family(), 1005), 2000 + draw(2000), {});
    Batch& batch = batches_[draw(batches_.size())];
    end_first(batch, draw(batch.count + 1));
    daemon_->send_signal(SIGCONT);
    check_bound();
    EXPECT_GT(value("ctwarden_events_lost_total"), 0);
  }
  void switch_events_off_and_on() {
    write_setting("net/netfilter/nf_conntrack_events", "0");
    events_on_ = false;
    write(flow_space(kUdp, draw_family(), 1006), 1 + draw(300), {});
    end_some();
    check_bound();
    EXPECT_EQ(value("ctwarden_in_sync"), 0);
    write_setting("net/netfilter/nf_conntrack_events", "2");
    events_on_ = true;
    check_bound();
  }

  void expect_the_kernels_picture() {
    Picture ours;
    Picture kernels;
    EXPECT_TRUE(eventually(30s,
                           [&] {
                             const Metrics metrics = scrape_now();
                             if (metrics.value("ctwarden_in_sync") != 1 ||
                                 metrics.sum("ctwarden_flows") != static_cast<double>(alive())) {
                               return false;
                             }
                             ours = daemon_picture(metrics);
                             kernels = kernel_picture();
                             return ours == kernels;
                           }))
        << ::testing::PrintToString(ours) << "\n kernel: " << ::testing::PrintToString(kernels)
        << daemon_->log();
  }

  void tell(unsigned seed) {
    random_.seed(seed);
    created_ = 0;
    destroyed_ = 0;
    const Counts before = counts();
    const std::uint64_t steps = 10 + draw(10);
    const std::uint64_t turn = draw(steps);
    for (std::uint64_t i = 0; i < steps && !HasFatalFailure(); ++i) {
      step();
      if (i == turn && seed % 5 == 1) {
        lose_events();
      } else if (i == turn && seed % 5 == 3) {
        switch_events_off_and_on();
      }
      if (draw(3) == 0) {
        check_bound();
      }
    }
    expect_the_kernels_picture();
    end_all();
    check_bound();
    expect_the_kernels_picture();
    expect_counted(before);
  }
  // What was not received is what was lost; without a loss that is equality.
  void expect_counted(const Counts& before) const {
    const Counts after = counts();
    const double lost = after.lost - before.lost;
    EXPECT_LE(after.created - before.created, created_);
    EXPECT_GE(after.created - before.created + lost, created_);
    EXPECT_LE(after.destroyed - before.destroyed, destroyed_);
    EXPECT_GE(after.destroyed - before.destroyed + lost, destroyed_);
  }

  std::mt19937_64 random_;
  std::vector<Batch> batches_;
  std::uint64_t next_ = 0;
  bool events_on_ = true;
  double created_ = 0;  // announced, in this story
  double destroyed_ = 0;
  int bounds_checked_ = 0;
};

TEST_P(RandomChurn, StaysWithinItsBoundAndEndsAsTheKernel) {
  for (unsigned i = 0; i < kStoriesPerDaemon && !HasFailure(); ++i) {
    const unsigned seed = GetParam() * kStoriesPerDaemon + i;
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::cout << "seed " << seed << std::endl;
    tell(seed);
  }
  EXPECT_GT(bounds_checked_, 40);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomChurn, ::testing::Values(0U, 1U, 2U, 3U, 4U),
                         [](const auto& test) {
                           return "From" + std::to_string(test.param * kStoriesPerDaemon);
                         });

}  // namespace
}  // namespace ctwarden::tests

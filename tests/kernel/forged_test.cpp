// SPDX-License-Identifier: GPL-2.0-or-later
//
// Messages that look like the kernel's and are not: any process with CAP_NET_ADMIN can send to the
// daemon's ports.
#include "tests/kernel/process_facts.h"
#include "tests/kernel/watched_node.h"
#include "tests/support/flows.h"
#include "tests/support/netlink_builder.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace ctwarden::tests {
namespace {

using model::Family;
using namespace std::chrono_literals;

class Forged : public WatchedNode {
 protected:
  void SetUp() override {
    load_nft(kTrackForwarded);
    start_daemon({"--config", short_interval()});
    sockets_ = netlink_sockets_of(daemon_->pid());
    ASSERT_EQ(sockets_.size(), 4U);
  }

  // Two that hear events, of which one hears updates; two that are answered, a dump and statistics.
  [[nodiscard]] std::vector<std::uint32_t> ports(bool hear_events) const {
    std::vector<std::uint32_t> found;
    for (const NetlinkSocket& socket : sockets_) {
      if ((socket.groups != 0) == hear_events) {
        found.push_back(socket.port);
      }
    }
    return found;
  }

  // False when the receiver's buffer is full.
  [[nodiscard]] bool send_to(std::uint32_t port, const support::Buffer& message) const {
    sockaddr_nl to{};
    to.nl_family = AF_NETLINK;
    to.nl_pid = port;
    const ssize_t sent = ::sendto(sender_.get(), message.data(), message.size(), MSG_DONTWAIT,
                                  reinterpret_cast<const sockaddr*>(&to), sizeof to);
    EXPECT_TRUE(sent > 0 || errno == EAGAIN || errno == ECONNREFUSED) << std::strerror(errno);
    return sent > 0;
  }

  [[nodiscard]] double resyncs() const { return scrape_now().sum("ctwarden_resyncs_total"); }

  std::vector<NetlinkSocket> sockets_;
  traffic::Descriptor sender_{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)};
};

TEST_F(Forged, EventsAreCountedAndNotBelieved) {
  const support::Buffer message = support::flow_message(support::tcp_flow());
  ASSERT_EQ(ports(true).size(), 2U);
  for (const std::uint32_t port : ports(true)) {
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(send_to(port, message));
    }
  }
  EXPECT_TRUE(reaches("ctwarden_events_foreign_total", {}, 10)) << daemon_->log();
  EXPECT_EQ(scrape_now().sum("ctwarden_flows_created_total"), 0);
  EXPECT_EQ(scrape_now().sum("ctwarden_flows"), 0);
  EXPECT_EQ(value("ctwarden_in_sync"), 1);

  play(traffic::udp_life(false), {.space = flow_space(kUdp, Family::Ipv4), .count = 20});
  EXPECT_TRUE(reaches("ctwarden_flows_created_total", {{"protocol", "udp"}}, 20));
  EXPECT_EQ(value("ctwarden_events_foreign_total"), 10);
}

// Rows and ends of dumps, poured in while the daemon waits, dumps and asks for statistics.
TEST_F(Forged, AnswersNeitherEnterThePictureNorEndADump) {
  create(flow_space(kUdp, Family::Ipv4), 20000);
  ASSERT_TRUE(reaches("ctwarden_flows", {{"protocol", "udp"}, {"state", "none"}}, 20000))
      << daemon_->log();
  ASSERT_EQ(ports(false).size(), 2U);
  auto row = support::tcp_flow();
  row.kind = model::EventKind::DumpRow;
  const double before = resyncs();
  EXPECT_TRUE(eventually(60s, [&] {
    for (const std::uint32_t port : ports(false)) {
      for (const auto& message :
           {support::flow_message(row), support::done_message(), support::error_message(EPERM)}) {
        (void)send_to(port, message);
      }
    }
    return resyncs() > before;
  })) << daemon_->log();
  EXPECT_EQ(scrape_now().sum("ctwarden_flows"), 20000);
  EXPECT_EQ(dump_kernel_flows().size(), 20000U);
  EXPECT_EQ(value("ctwarden_in_sync"), 1);
  EXPECT_EQ(value("ctwarden_limited"), 0);
  EXPECT_EQ(value("ctwarden_resync_missing_added_total"), 0);
  EXPECT_EQ(value("ctwarden_resync_ghosts_removed_total"), 0);
}

// A queue without room for the kernel's answer: the daemon has to ask again.
TEST_F(Forged, AnswersThatFillTheQueueOnlyDelayTheNextDump) {
  const double before = resyncs();
  const support::Buffer message = support::done_message();
  for (const std::uint32_t port : ports(false)) {
    int sent = 0;
    while (sent < 100'000 && send_to(port, message)) {
      ++sent;
    }
    EXPECT_GT(sent, 10);
  }
  create(flow_space(kUdp, Family::Ipv4), 100);
  EXPECT_TRUE(eventually(60s, [&] { return resyncs() > before; })) << daemon_->log();
  EXPECT_TRUE(reaches("ctwarden_up", {{"collector", "stats"}}, 1));
  EXPECT_EQ(scrape_now().sum("ctwarden_flows"), 100);
  EXPECT_EQ(value("ctwarden_in_sync"), 1);
  EXPECT_EQ(value("ctwarden_up", {{"collector", "dump"}}), 1);
}

}  // namespace
}  // namespace ctwarden::tests

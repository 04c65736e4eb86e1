// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a daemon that observes asks of the kernel, as strace(1) saw it, and that the host is left as
// it was found.
#include "tests/kernel/process_facts.h"
#include "tests/kernel/watched_node.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <regex>
#include <set>

namespace ctwarden::tests {
namespace {

using model::Family;
using traffic::TcpEnd;
using namespace std::chrono_literals;

using Texts = std::set<std::string>;

constexpr const char* kTrace = "/run/trace";

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The first group of every match.
Texts matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  Texts found;
  for (std::sregex_iterator match(text.begin(), text.end(), expression);
       match != std::sregex_iterator(); ++match) {
    found.insert((*match)[1]);
  }
  return found;
}

// net.netfilter.* but the number of entries.
std::map<std::string, std::string> settings() {
  std::map<std::string, std::string> values;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator("/proc/sys/net/netfilter")) {
    if (entry.is_regular_file() && entry.path().filename() != "nf_conntrack_count") {
      values[entry.path()] = contents(entry.path());
    }
  }
  return values;
}

class Harmless : public WatchedNode {
 protected:
  // A whole life: start, traffic, scrapes, a reload, a clean stop.
  void live(const DaemonProcess::Command& command) {
    // A daemon with sanitizers would look for leaks at its end, which it cannot while it is traced.
    daemon_.emplace(command, std::vector<std::string>{"ASAN_OPTIONS=detect_leaks=0"});
    ASSERT_TRUE(daemon_->wait_until_answers(kAddress, "/livez")) << daemon_->log();
    front_.emplace(ctwardend());
    ASSERT_TRUE(daemon_->wait_until_answers(kAddress, "/readyz")) << daemon_->log();
    play(traffic::udp_life(true), {.space = flow_space(kUdp, Family::Ipv4), .count = 100});
    play(traffic::tcp_life(TcpEnd::Closed),
         {.space = flow_space(kTcp, Family::Ipv6), .count = 100});
    EXPECT_TRUE(reaches("ctwarden_flows_created_total", {{"protocol", "tcp"}}, 100));
    for (const char* path : {"/", "/livez", "/readyz", "/nothing"}) {
      EXPECT_TRUE(http_get(kAddress, path)) << path;
    }
    EXPECT_GT(value("ctwarden_entries"), 0);
    front_->send_signal(SIGHUP);
    EXPECT_TRUE(daemon_->wait_until_logged("configuration reloaded")) << daemon_->log();
    EXPECT_GT(value("ctwarden_entries"), 0);
    front_->send_signal(SIGTERM);
    EXPECT_EQ(daemon_->wait(20s).value_or(Exit{}).code, 0) << daemon_->log();
  }
  // The front, itself or below the tracer.
  [[nodiscard]] pid_t ctwardend() const {
    const bool traced = read_status(daemon_->pid()).at("Name") == "strace";
    return traced ? children_of(daemon_->pid()).at(0) : daemon_->pid();
  }
  // What a killed tracer lets go runs on.
  void TearDown() override {
    if (front_ && !front_->ends_within(0s)) {
      front_->send_signal(SIGKILL);
    }
  }

  std::optional<ProcessHandle> front_;
};

TEST_F(Harmless, AsksOnlyToReadAndNeverMakesPacketsWait) {
  load_nft(kTrackForwarded);
  live({{"strace", "-f", "-yy", "-o", kTrace, daemon_path(), "--config", config_file("")}});
  const std::string trace = contents(kTrace);

  // Every message on every netlink socket.
  EXPECT_EQ(
      matches(
          trace,
          R"re((?:sendto|sendmsg|sendmmsg|write|writev|sendfile|splice)\(\d+<NETLINK:[^>]*>, (.*?), nlmsg_seq)re"),
      (Texts{"[{nlmsg_len=20, nlmsg_type=NFNL_SUBSYS_CTNETLINK<<8|IPCTNL_MSG_CT_GET, "
             "nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP",
             "[{nlmsg_len=20, nlmsg_type=NFNL_SUBSYS_CTNETLINK<<8|IPCTNL_MSG_CT_GET_STATS_CPU, "
             "nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP",
             "[{nlmsg_len=20, nlmsg_type=NFNL_SUBSYS_CTNETLINK<<8|IPCTNL_MSG_CT_GET_STATS, "
             "nlmsg_flags=NLM_F_REQUEST"}));
  // No other call could carry one.
  const Texts calls = {"bind",  "close",    "epoll_ctl", "fcntl",  "getsockopt",
                       "ioctl", "recvmmsg", "recvmsg",   "sendto", "setsockopt"};
  const Texts seen = matches(trace, R"re((\w+)\(\d+<NETLINK:)re");
  EXPECT_TRUE(std::ranges::includes(calls, seen)) << ::testing::PrintToString(seen);
  // Options of a netlink socket: NETLINK_BROADCAST_ERROR would be among them.
  EXPECT_EQ(matches(trace, R"re(setsockopt\(\d+<NETLINK:[^>]*>, (\w+, \w+))re"),
            (Texts{"SOL_NETLINK, NETLINK_NO_ENOBUFS", "SOL_NETLINK, NETLINK_ADD_MEMBERSHIP",
                   "SOL_SOCKET, SO_RCVBUFFORCE"}));
  // No file is written but the lock.
  EXPECT_EQ(
      matches(trace,
              R"re((?:open|openat|openat2|creat)\([^"\n]*"([^"]*)", [^)\n]*(?:O_WRONLY|O_RDWR))re"),
      (Texts{"/run/ctwarden/lock"}));
  EXPECT_GT(matches(trace, R"re("(/proc/sys/net/netfilter/\w+)", O_RDONLY)re").size(), 1U);
}

TEST_F(Harmless, LeavesRulesAndSettingsAsTheyWere) {
  load_nft(kTrackForwarded);
  load_nft(kMasquerade);
  write_setting("net/netfilter/nf_conntrack_tcp_timeout_time_wait", "77");
  const std::string rules = checked_command({"nft", "-a", "list", "ruleset"});
  const auto before = settings();
  ASSERT_GT(before.size(), 20U);

  live({{daemon_path(), "--config", config_file("")}});

  EXPECT_EQ(checked_command({"nft", "-a", "list", "ruleset"}), rules);
  EXPECT_EQ(settings(), before);
}

}  // namespace
}  // namespace ctwarden::tests

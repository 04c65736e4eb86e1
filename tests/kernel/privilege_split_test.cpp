// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who holds which right once the daemon runs, whoever started it, and that the work gets done with
// it.
#include "broker/broker.h"
#include "broker/channel.h"
#include "broker/privileges.h"
#include "nlink/answer_reader.h"
#include "nlink/conntrack_sockets.h"
#include "nlink/flow_decoder.h"
#include "tests/kernel/process_facts.h"
#include "tests/kernel/started_as.h"
#include "tests/kernel/watched_node.h"
#include "tests/unit/broker/forked.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>

namespace ctwarden::tests {
namespace {

using model::Family;
using namespace std::chrono_literals;
using Status = std::map<std::string, std::string>;

constexpr const char* kNothing = "0000000000000000";
constexpr const char* kNetAdmin = "0000000000001000";  // bit 12 alone

class Privileges : public WatchedNode {
 protected:
  void start(const Words& words) {
    load_nft(kTrackForwarded);
    daemon_.emplace(DaemonProcess::Command{words});
    ASSERT_TRUE(daemon_->wait_until_answers(kAddress, "/readyz")) << daemon_->log();
  }
  [[nodiscard]] Status front() const { return read_status(daemon_->pid()); }
  [[nodiscard]] Status broker() const {
    const auto children = children_of(daemon_->pid());
    EXPECT_EQ(children.size(), 1U);
    return read_status(children.at(0));
  }
  void expect_full_work() {
    play(traffic::udp_life(false), {.space = flow_space(kUdp, Family::Ipv4), .count = 50});
    EXPECT_TRUE(reaches("ctwarden_flows_created_total", {{"protocol", "udp"}}, 50))
        << daemon_->log();
    EXPECT_TRUE(reaches("ctwarden_in_sync", {}, 1));
    EXPECT_EQ(value("ctwarden_limited"), 0);
    for (const char* collector : {"events", "dump", "stats", "settings"}) {
      EXPECT_EQ(value("ctwarden_up", {{"collector", collector}}), 1) << collector;
    }
  }
  // Everything but the bounding set, which takes CAP_SETPCAP to shrink.
  void expect_split_rights() {
    EXPECT_EQ(front().at("CapInh"), kNothing);
    EXPECT_EQ(front().at("CapPrm"), kNothing);
    EXPECT_EQ(front().at("CapEff"), kNothing);
    EXPECT_EQ(front().at("CapAmb"), kNothing);
    EXPECT_EQ(front().at("NoNewPrivs"), "1");
    EXPECT_EQ(broker().at("CapInh"), kNothing);
    EXPECT_EQ(broker().at("CapPrm"), kNetAdmin);
    EXPECT_EQ(broker().at("CapEff"), kNetAdmin);
    EXPECT_EQ(broker().at("CapAmb"), kNothing);
    EXPECT_EQ(broker().at("NoNewPrivs"), "1");
  }
};

TEST_F(Privileges, AreSplitWhenRootStartedIt) {
  start({daemon_path()});
  expect_split_rights();
  for (const Status& process : {front(), broker()}) {
    EXPECT_EQ(process.at("CapBnd"), kNothing);
    EXPECT_EQ(process.at("Groups"), "");
    EXPECT_FALSE(process.at("Uid").starts_with("0\t")) << process.at("Uid");
    EXPECT_FALSE(process.at("Gid").starts_with("0\t")) << process.at("Gid");
  }
  expect_full_work();
}

TEST_F(Privileges, OfAUserWithAnAmbientCapabilitySuffice) {
  start(as_nobody({"--inh-caps", "+net_admin", "--ambient-caps", "+net_admin"}));
  expect_split_rights();
  expect_full_work();
}

// Permitted but not effective: the broker has to raise it.
TEST_F(Privileges, OfAFileCapabilitySuffice) {
  checked_command({"setcap", "cap_net_admin+p", daemon_for_everybody()});
  start(as_nobody({"--inh-caps", "-all"}));
  expect_split_rights();
  expect_full_work();
}

// One dump's rows, or the kernel's refusal.
std::string read_dump(nlink::AnswerReader& reader) {
  std::size_t rows = 0;
  std::optional<std::string> outcome;
  const bool answered = eventually(20s, [&] {
    const auto answer = reader.read();
    for (auto rest = answer ? answer->bytes : std::span<const std::byte>{}; !rest.empty();) {
      model::FlowEvent row;
      const nlink::Step step = nlink::decode_message(rest, row);
      rows += step.what == nlink::Decoded::Flow ? 1U : 0U;
      if (step.what == nlink::Decoded::Done || step.what == nlink::Decoded::Error) {
        outcome = step.error == 0 ? std::to_string(rows) + " rows" : std::strerror(step.error);
      }
      rest = rest.subspan(step.size);
    }
    return outcome.has_value();
  });
  return answered ? *outcome : "no answer";
}

// The front's side of the channel.
nlink::UniqueFd ask(const nlink::UniqueFd& channel, broker::Verb verb) {
  if (!broker::send(channel.get(), {.verb = verb})) {
    throw std::runtime_error("the broker cannot be asked");
  }
  nlink::UniqueFd attached;
  const bool answered = eventually(20s, [&] {
    auto received = broker::receive_reply(channel.get());
    if (received && received->reply.error == 0) {
      attached = std::move(received->attached);
      return true;
    }
    return false;
  });
  if (!answered) {
    throw std::runtime_error("the broker does not answer");
  }
  return attached;
}

class SharedSocket : public Privileges {
 protected:
  void SetUp() override {
    auto ends = broker::make_channel();
    ASSERT_TRUE(ends);
    channel_ = std::move(ends->first);
    broker_ = ::fork();
    ASSERT_GE(broker_, 0);
    if (broker_ == 0) {
      channel_.reset();
      broker::keep_net_admin(account_);
      ::_exit(broker::serve(std::move(ends->second)));
    }
    create(flow_space(kUdp, Family::Ipv4), 7);
  }
  void TearDown() override {
    channel_.reset();
    int status = -1;
    ::waitpid(broker_, &status, 0);
    EXPECT_EQ(status, 0);
  }
  // What a process with the front's rights says.
  template <typename Action>
  [[nodiscard]] std::string as_front(Action action) const {
    return broker::in_child([&] {
      broker::drop_everything(account_);
      return action();
    });
  }

  std::optional<broker::Account> account_ = broker::unprivileged_account();
  nlink::UniqueFd channel_;
  pid_t broker_ = -1;
};

TEST_F(SharedSocket, BringsAnswersToWhoMayNotAsk) {
  const std::string said = as_front([&] {
    nlink::AnswerReader reader(ask(channel_, broker::Verb::OpenDump));
    ask(channel_, broker::Verb::RequestDump);
    return read_dump(reader);
  });
  EXPECT_EQ(said, "7 rows");
}

// The kernel looks at the sender's rights, not only at those of who opened the socket
// (netlink_net_capable).
TEST_F(SharedSocket, TakesNoRequestFromTheFront) {
  const std::string said = as_front([&] {
    nlink::AnswerReader reader(ask(channel_, broker::Verb::OpenDump));
    if (!nlink::request_dump(reader.descriptor())) {
      return std::string("could not be sent");
    }
    const std::string refusal = read_dump(reader);
    ask(channel_, broker::Verb::RequestDump);
    return refusal + ", then " + read_dump(reader);
  });
  EXPECT_EQ(said, std::string(std::strerror(EPERM)) + ", then 7 rows");
}

TEST_F(SharedSocket, IsTheFrontsOnlyWay) {
  const std::string said = as_front([] {
    auto own = nlink::open_request_socket();
    if (!own || !nlink::request_dump(own->get())) {
      return std::string("could not be sent");
    }
    nlink::AnswerReader reader(*std::move(own));
    const auto events = nlink::open_event_socket(nlink::EventGroups::Lifecycle);
    return read_dump(reader) +
           "; events: " + (events ? "subscribed" : std::strerror(events.error().code));
  });
  EXPECT_EQ(said, std::string(std::strerror(EPERM)) + "; events: " + std::strerror(EPERM));
}

}  // namespace
}  // namespace ctwarden::tests

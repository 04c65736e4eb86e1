// SPDX-License-Identifier: GPL-2.0-or-later
//
// A dump without rows, from the real kernel: the answer to a dump of links ends as one of flows
// does, has nothing in between that is a flow, and needs no privilege. The test is the broker.
#include "daemon/resync_runner.h"

#include "broker/channel.h"
#include "tests/unit/daemon/scratch_folder.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

namespace ctwarden::daemon {
namespace {

using broker::Verb;
using namespace std::chrono_literals;

class ResyncRunnerTest : public ::testing::Test {
 protected:
  void SetUp() override { set_buckets("1024"); }
  void set_buckets(const std::string& text) {
    proc_.write("sys/net/netfilter/nf_conntrack_buckets", text + "\n");
  }

  // Answers the next request, which must be this one.
  void answer(Verb expected, int attached = -1) {
    const auto request = broker::receive_request(channel_.second.get());
    ASSERT_TRUE(request && *request);
    ASSERT_EQ((*request)->verb, expected);
    ASSERT_TRUE(broker::send(channel_.second.get(), broker::Reply{.verb = expected}, attached));
  }
  void send_dump_request() const {
    struct {
      nlmsghdr header{};
      rtgenmsg family{};
    } request;
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.family);
    request.header.nlmsg_type = RTM_GETLINK;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    ASSERT_GT(::send(socket_.get(), &request, request.header.nlmsg_len, 0), 0);
  }
  // Up to the moment at which the kernel's answer waits to be read.
  void begin() {
    runner_.begin(model::ResyncReason::Interval);
    answer(Verb::OpenDump, socket_.get());
    loop_.run_one_for(5s);
    send_dump_request();
    answer(Verb::RequestDump);
  }
  void finish() {
    for (int i = 0; i < 1000 && !outcome_; ++i) {
      loop_.run_one_for(5s);
    }
    ASSERT_TRUE(outcome_.has_value());
  }

  ScratchFolder proc_;
  std::pair<nlink::UniqueFd, nlink::UniqueFd> channel_ = broker::make_channel().value();
  nlink::UniqueFd socket_{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
  boost::asio::io_context loop_;
  BrokerLink link_{loop_, std::move(channel_.first), [] {}};
  model::FlowTable table_{model::HashSecret{.k0 = 1, .k1 = 2}, 1000};
  Clock clock_;
  EventPump pump_{loop_, table_, clock_, [](const model::Error&) {}};
  nlink::KernelFiles files_{proc_.path()};
  std::optional<ResyncRunner::Outcome> outcome_;
  ResyncRunner runner_{
      loop_, link_, pump_, table_, files_, clock_, [this](const ResyncRunner::Outcome& outcome) {
        outcome_ = outcome;
      }};
};

TEST_F(ResyncRunnerTest, CompletesWhenTheTableKeptItsSize) {
  begin();
  finish();
  EXPECT_TRUE(outcome_->complete) << outcome_->trouble;
  EXPECT_FALSE(outcome_->resized);
  EXPECT_EQ(outcome_->rows, 0U);
}

TEST_F(ResyncRunnerTest, GivesUpWhenTheTableWasResizedMeanwhile) {
  begin();
  set_buckets("2048");
  finish();
  EXPECT_FALSE(outcome_->complete);
  EXPECT_TRUE(outcome_->resized);
  EXPECT_FALSE(table_.resyncing());
}

TEST_F(ResyncRunnerTest, GivesWayWhileItReads) {
  begin();
  loop_.run_one_for(5s);  // the reply; the rows wait
  EXPECT_TRUE(runner_.give_way());
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_FALSE(outcome_->complete);
  EXPECT_TRUE(outcome_->gave_way);
  EXPECT_EQ(runner_.running(), std::nullopt);
  EXPECT_FALSE(table_.resyncing());
}

// The rest of the dump that was given up would mix with its own.
TEST_F(ResyncRunnerTest, NextOneAsksOnASocketOfItsOwn) {
  begin();
  loop_.run_one_for(5s);
  EXPECT_TRUE(runner_.give_way());
  outcome_.reset();
  socket_ = nlink::UniqueFd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  begin();
  finish();
  EXPECT_TRUE(outcome_->complete) << outcome_->trouble;
  EXPECT_FALSE(outcome_->gave_way);
}

TEST_F(ResyncRunnerTest, RepliesToWhatWasGivenUpAreIgnored) {
  runner_.begin(model::ResyncReason::Interval);
  EXPECT_TRUE(runner_.give_way());  // the broker has not answered yet
  outcome_.reset();
  runner_.begin(model::ResyncReason::Loss);
  EXPECT_EQ(runner_.running(), model::ResyncReason::Loss);
  answer(Verb::OpenDump, socket_.get());
  loop_.run_one_for(5s);
  answer(Verb::OpenDump, socket_.get());  // its own: the next request is not sent twice
  loop_.run_one_for(5s);
  send_dump_request();
  answer(Verb::RequestDump);
  finish();
  EXPECT_TRUE(outcome_->complete) << outcome_->trouble;
}

}  // namespace
}  // namespace ctwarden::daemon

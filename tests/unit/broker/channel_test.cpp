// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/channel.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ctwarden::broker {
namespace {

using nlink::UniqueFd;

struct Channel {
  Channel() {
    auto ends = make_channel();
    EXPECT_TRUE(ends.has_value());
    front = std::move(ends->first);
    broker = std::move(ends->second);
  }
  UniqueFd front;
  UniqueFd broker;
};

UniqueFd open_null() { return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

ino_t inode(const UniqueFd& fd) {
  struct stat status{};
  EXPECT_EQ(::fstat(fd.get(), &status), 0);
  return status.st_ino;
}

// A reply that carries `fds`, as no broker of ours sends it.
void send_raw(int channel, const void* bytes, std::size_t size, const std::array<int, 2>& fds) {
  iovec part{.iov_base = const_cast<void*>(bytes), .iov_len = size};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fds)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fds);
  std::memcpy(CMSG_DATA(header), fds.data(), sizeof fds);
  ASSERT_EQ(::sendmsg(channel, &message, 0), static_cast<ssize_t>(size));
}

// The lowest descriptor a new one would get.
int next_descriptor() { return open_null().get(); }

TEST(Channel, CarriesARequest) {
  const Channel channel;
  ASSERT_TRUE(send(channel.front.get(), {.verb = Verb::OpenDump, .argument = 1ULL << 40}));
  const auto request = receive_request(channel.broker.get());
  ASSERT_TRUE(request.has_value() && request->has_value());
  EXPECT_EQ((*request)->verb, Verb::OpenDump);
  EXPECT_EQ((*request)->argument, 1ULL << 40);
}

TEST(Channel, CarriesAReplyWithoutADescriptor) {
  const Channel channel;
  ASSERT_TRUE(
      send(channel.broker.get(), Reply{.verb = Verb::RequestDump, .error = EBUSY, .value = 7}, -1));
  const auto received = receive_reply(channel.front.get());
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(received->reply.verb, Verb::RequestDump);
  EXPECT_EQ(received->reply.error, EBUSY);
  EXPECT_EQ(received->reply.value, 7U);
  EXPECT_FALSE(received->attached);
}

TEST(Channel, PassesADescriptor) {
  const Channel channel;
  const UniqueFd passed = open_null();
  ASSERT_TRUE(send(channel.broker.get(), Reply{.verb = Verb::OpenDump}, passed.get()));
  const auto received = receive_reply(channel.front.get());
  ASSERT_TRUE(received.has_value() && received->attached);
  EXPECT_NE(received->attached.get(), passed.get());
  EXPECT_EQ(inode(received->attached), inode(passed));
}

TEST(Channel, PassedDescriptorIsClosedOnExec) {
  const Channel channel;
  ASSERT_TRUE(send(channel.broker.get(), Reply{}, open_null().get()));
  const auto received = receive_reply(channel.front.get());
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(::fcntl(received->attached.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(Channel, KeepsTheOrderOfReplies) {
  const Channel channel;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(send(channel.broker.get(), Reply{.value = i}, -1));
  }
  for (std::uint64_t i = 1; i <= 3; ++i) {
    const auto received = receive_reply(channel.front.get());
    ASSERT_TRUE(received.has_value());
    EXPECT_EQ(received->reply.value, i);
  }
}

TEST(Channel, ReplyIsNotWaitedFor) {
  const Channel channel;
  const auto received = receive_reply(channel.front.get());
  ASSERT_FALSE(received.has_value());
  EXPECT_EQ(received.error().code, EAGAIN);
}

TEST(Channel, RequestEndsWhenTheFrontIsGone) {
  Channel channel;
  channel.front.reset();
  const auto request = receive_request(channel.broker.get());
  ASSERT_TRUE(request.has_value());
  EXPECT_FALSE(request->has_value());
}

TEST(Channel, RequestsSentBeforeTheFrontLeftAreStillRead) {
  Channel channel;
  ASSERT_TRUE(send(channel.front.get(), {.verb = Verb::OpenStats}));
  channel.front.reset();
  const auto request = receive_request(channel.broker.get());
  ASSERT_TRUE(request.has_value() && request->has_value());
  EXPECT_EQ((*request)->verb, Verb::OpenStats);
}

TEST(Channel, ReplyTellsThatTheBrokerIsGone) {
  Channel channel;
  channel.broker.reset();
  const auto received = receive_reply(channel.front.get());
  ASSERT_FALSE(received.has_value());
  EXPECT_EQ(received.error().code, EPIPE);
}

TEST(Channel, SendingToAClosedEndIsAnErrorNotASignal) {
  Channel channel;
  channel.broker.reset();
  const auto sent = send(channel.front.get(), {.verb = Verb::OpenDump});
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, EPIPE);
}

TEST(Channel, RequestOfAnotherSizeIsAnError) {
  const std::array<char, sizeof(Request) + 1> bytes{};
  for (const std::size_t size : {std::size_t{1}, sizeof(Request) - 1, sizeof(Request) + 1}) {
    const Channel channel;
    ASSERT_EQ(::send(channel.front.get(), bytes.data(), size, 0), static_cast<ssize_t>(size));
    const auto request = receive_request(channel.broker.get());
    ASSERT_FALSE(request.has_value()) << size;
    EXPECT_EQ(request.error().code, EPROTO) << size;
  }
}

TEST(Channel, ReplyOfAnotherSizeIsAnError) {
  const std::array<char, sizeof(Reply) + 1> bytes{};
  for (const std::size_t size : {std::size_t{1}, sizeof(Reply) - 1, sizeof(Reply) + 1}) {
    const Channel channel;
    ASSERT_EQ(::send(channel.broker.get(), bytes.data(), size, 0), static_cast<ssize_t>(size));
    const auto received = receive_reply(channel.front.get());
    ASSERT_FALSE(received.has_value()) << size;
    EXPECT_EQ(received.error().code, EPROTO) << size;
  }
}

TEST(Channel, DescriptorOfAReplyOfAnotherSizeIsClosed) {
  const Channel channel;
  const UniqueFd null = open_null();
  const int before = next_descriptor();
  send_raw(channel.broker.get(), "x", 1, {null.get(), null.get()});
  EXPECT_FALSE(receive_reply(channel.front.get()).has_value());
  EXPECT_EQ(next_descriptor(), before);
}

TEST(Channel, SecondDescriptorIsNotTakenAndTheReplyRefused) {
  const Channel channel;
  const UniqueFd null = open_null();
  const int before = next_descriptor();
  const Reply reply{};
  send_raw(channel.broker.get(), &reply, sizeof reply, {null.get(), null.get()});
  const auto received = receive_reply(channel.front.get());
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(received->reply.error, EMFILE);
  EXPECT_FALSE(received->attached);
  EXPECT_EQ(next_descriptor(), before);
}

TEST(Channel, ReplyWhoseDescriptorFindsNoRoomIsAnError) {
  const Channel channel;
  const UniqueFd passed = open_null();
  ASSERT_TRUE(send(channel.broker.get(), Reply{.verb = Verb::OpenDump}, passed.get()));
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit full = limit;
  full.rlim_cur = static_cast<rlim_t>(next_descriptor());
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &full), 0);
  const auto received = receive_reply(channel.front.get());
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(received->reply.error, EMFILE);
  EXPECT_FALSE(received->attached);
}

}  // namespace
}  // namespace ctwarden::broker

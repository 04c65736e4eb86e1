// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the stream believes, tried with a socket that anybody may send to.
#include "nlink/event_stream.h"

#include "tests/support/flows.h"
#include "tests/support/netlink_builder.h"

#include <gtest/gtest.h>

#include <linux/netlink.h>
#include <sys/socket.h>

#include <utility>

namespace ctwarden::nlink {
namespace {

UniqueFd user_socket() {
  UniqueFd made(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK));
  sockaddr_nl any{};
  any.nl_family = AF_NETLINK;
  EXPECT_EQ(::bind(made.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
  return made;
}

void send_to(const UniqueFd& receiver, const support::Buffer& message) {
  sockaddr_nl to{};
  socklen_t length = sizeof to;
  ASSERT_EQ(::getsockname(receiver.get(), reinterpret_cast<sockaddr*>(&to), &length), 0);
  const UniqueFd sender = user_socket();
  ASSERT_EQ(::sendto(sender.get(), message.data(), message.size(), 0,
                     reinterpret_cast<const sockaddr*>(&to), sizeof to),
            static_cast<ssize_t>(message.size()));
}

TEST(EventStream, BelievesNobodyButTheKernel) {
  UniqueFd socket = user_socket();
  send_to(socket, support::flow_message(support::tcp_flow()));
  EventStream stream(std::move(socket));
  const auto batch = stream.receive();
  ASSERT_TRUE(batch) << batch.error().context;
  EXPECT_EQ(batch->datagrams, 1U);
  EXPECT_EQ(batch->foreign, 1U);
  EXPECT_TRUE(batch->events.empty());
}

TEST(EventStream, HasNothingWhenNothingWaits) {
  EventStream stream(user_socket());
  const auto batch = stream.receive();
  ASSERT_TRUE(batch) << batch.error().context;
  EXPECT_EQ(batch->datagrams, 0U);
}

TEST(EventStream, RefusesBeforeTheQueueAndUncounted) {
  UniqueFd socket = user_socket();
  const UniqueFd same(::dup(socket.get()));
  EventStream stream(std::move(socket));
  ASSERT_TRUE(stream.refuse_all(true));
  send_to(same, support::flow_message(support::tcp_flow()));
  EXPECT_EQ(stream.memory()->drops, 0U);
  ASSERT_TRUE(stream.refuse_all(false));
  EXPECT_EQ(stream.receive()->datagrams, 0U);
  send_to(same, support::flow_message(support::tcp_flow()));
  EXPECT_EQ(stream.receive()->datagrams, 1U);
}

}  // namespace
}  // namespace ctwarden::nlink

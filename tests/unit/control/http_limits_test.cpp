// SPDX-License-Identifier: GPL-2.0-or-later
//
// Slow, greedy and dead clients, a full descriptor table, and the server's own end.
#include "control/http_server.h"
#include "http_client.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ctwarden::control {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kGet = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

// The limit of open descriptors, changed for one test.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t soft) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit wanted = {.rlim_cur = soft, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &wanted);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  DescriptorLimit(DescriptorLimit&&) = delete;
  DescriptorLimit& operator=(DescriptorLimit&&) = delete;

 private:
  rlimit before_{};
};

rlim_t next_descriptor() {
  const int free = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  ::close(free);
  return static_cast<rlim_t>(free);
}

TEST(HttpLimits, ConnectionThatSaysNothingIsClosed) {
  RunningServer running({.read_deadline = 50ms});
  Client client(running.server().listen("127.0.0.1:0").value());
  const auto start = Clock::now();
  EXPECT_TRUE(running.closes(client));
  EXPECT_GE(Clock::now() - start, 45ms);
}

TEST(HttpLimits, TricklingBytesDoNotMoveTheDeadline) {
  RunningServer running({.read_deadline = 100ms});
  Client client(running.server().listen("127.0.0.1:0").value());
  client.send("GET / HTTP/1.1\r\nX: ");
  const bool closed = running.turn_until([&client] {
    client.send("a");
    return !client.receive();
  });
  EXPECT_TRUE(closed);
}

TEST(HttpLimits, KeptConnectionWaitsForTheIdleDeadlineInsteadOfTheReadDeadline) {
  RunningServer running({.read_deadline = 20ms, .idle_deadline = 200ms});
  Client client(running.server().listen("127.0.0.1:0").value());
  EXPECT_EQ(running.answer_to(client, kGet).status, 200);
  const auto start = Clock::now();
  EXPECT_TRUE(running.closes(client));
  EXPECT_GE(Clock::now() - start, 150ms);
}

TEST(HttpLimits, SecondRequestMustAlsoArriveInTime) {
  RunningServer running({.read_deadline = 50ms, .idle_deadline = 1h});
  Client client(running.server().listen("127.0.0.1:0").value());
  EXPECT_EQ(running.answer_to(client, kGet).status, 200);
  client.send("GET / HTTP");
  EXPECT_TRUE(running.closes(client));
}

TEST(HttpLimits, ClientThatDoesNotReadIsClosed) {
  RunningServer running({.write_deadline = 50ms}, [](const HttpRequest&) {
    return HttpResponse{
        .status = 200, .content_type = "text/plain", .body = std::string(32U << 20, 'x')};
  });
  const Client client(running.server().listen("127.0.0.1:0").value());
  client.send(kGet);
  EXPECT_TRUE(running.turn_until([&running] { return running.server().connections() == 1; }));
  EXPECT_TRUE(running.turn_until([&running] { return running.server().connections() == 0; }));
}

TEST(HttpLimits, RefusedClientThatKeepsSendingIsClosed) {
  RunningServer running({.read_deadline = 50ms});
  Client client(running.server().listen("127.0.0.1:0").value());
  EXPECT_EQ(running.answer_to(client, "BAD\r\n\r\n").status, 400);
  const bool gone = running.turn_until([&] {
    client.send("more");
    return running.server().connections() == 0;
  });
  EXPECT_TRUE(gone);
}

TEST(HttpLimits, ClientThatGoesAwayLeavesNoConnectionBehind) {
  RunningServer running;
  std::optional<Client> client(running.server().listen("127.0.0.1:0").value());
  client->send("GET / HT");
  EXPECT_TRUE(running.turn_until([&running] { return running.server().connections() == 1; }));
  client.reset();
  EXPECT_TRUE(running.turn_until([&running] { return running.server().connections() == 0; }));
}

TEST(HttpLimits, OneIdleLongestMakesRoom) {
  RunningServer running({.connections = 2});
  const std::string address = running.server().listen("127.0.0.1:0").value();
  Client first(address);
  EXPECT_EQ(running.answer_to(first, kGet).status, 200);
  Client second(address);
  EXPECT_EQ(running.answer_to(second, kGet).status, 200);
  EXPECT_EQ(running.answer_to(first, kGet).status, 200);  // now the second is idle longest
  Client third(address);
  EXPECT_EQ(running.answer_to(third, kGet).status, 200);
  EXPECT_TRUE(running.closes(second));
  EXPECT_EQ(running.answer_to(first, kGet).status, 200);
  EXPECT_EQ(running.server().connections(), 2U);
}

TEST(HttpLimits, ThousandHalfOpenRequestsDoNotDelayAValidOne) {
  const DescriptorLimit room(4096);
  RunningServer running({.connections = 64});
  const std::string address = running.server().listen("127.0.0.1:0").value();
  std::vector<Client> slow;
  for (int i = 0; i < 1000; ++i) {
    slow.emplace_back(address);
    slow.back().send("GET /metrics HTTP/1.1\r\nHost: localh");
  }
  const auto start = Clock::now();
  EXPECT_EQ(running.get(address, "/metrics").status, 200);
  EXPECT_LT(Clock::now() - start, 2s);
  EXPECT_LE(running.server().connections(), 64U);
}

TEST(HttpLimits, FullDescriptorTableDoesNotSpinAndPasses) {
  RunningServer running;
  const std::string address = running.server().listen("127.0.0.1:0").value();
  Client client(address);
  client.send(kGet);
  {
    const DescriptorLimit none(next_descriptor());
    EXPECT_LT(running.loop().run_for(250ms),
              20U);  // handlers run: a few refused accepts and their pauses
    EXPECT_EQ(running.server().connections(), 0U);
  }
  EXPECT_EQ(running.next_answer(client).status, 200);
}

TEST(HttpLimits, DestructionClosesEverythingAtOnce) {
  RunningServer running;
  const std::string address = running.server().listen("127.0.0.1:0").value();
  Client kept(address);
  EXPECT_EQ(running.answer_to(kept, kGet).status, 200);
  Client half(address);
  half.send("GET / HT");
  EXPECT_TRUE(running.turn_until([&running] { return running.server().connections() == 2; }));
  running.destroy();
  EXPECT_FALSE(kept.receive());
  EXPECT_FALSE(half.receive());
  EXPECT_THROW(const Client refused(address), std::system_error);
  running.loop().restart();
  running.loop().run_for(10s);
  EXPECT_TRUE(running.loop().stopped());  // only aborted operations were left
}

}  // namespace
}  // namespace ctwarden::control

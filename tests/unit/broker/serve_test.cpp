// SPDX-License-Identifier: GPL-2.0-or-later
//
// The broker in a child process against the real kernel, in a network namespace made for each test.
// This side is the front: it reads what the broker's sockets bring. Root is needed.
#include "broker/broker.h"
#include "broker/channel.h"
#include "nlink/answer_reader.h"
#include "nlink/event_stream.h"
#include "nlink/flow_decoder.h"
#include "nlink/stats_decoder.h"
#include "tests/support/flows.h"
#include "tests/support/shell.h"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <vector>

namespace ctwarden::broker {
namespace {

constexpr int kPatience = 10'000;  // milliseconds
constexpr std::uint64_t kBuffer = 1U << 20;

bool readable(int fd) {
  pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, kPatience) == 1 && (entry.revents & POLLIN) != 0;
}

void track_loopback() {
  tests::checked_command({"ip", "link", "set", "lo", "up"});
  tests::load_nft(R"(
table inet scratch {
  chain output { type filter hook output priority filter; ct state new accept; }
}
)");
}

class BoundUdp {
 public:
  BoundUdp() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_.get(), generic(), sizeof address_), 0);
    socklen_t length = sizeof address_;
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address_), &length), 0);
  }
  void send_to(const BoundUdp& other) const {
    EXPECT_EQ(::sendto(socket_.get(), "x", 1, 0, other.generic(), sizeof other.address_), 1);
  }

 private:
  [[nodiscard]] const sockaddr* generic() const {
    return reinterpret_cast<const sockaddr*>(&address_);
  }
  nlink::UniqueFd socket_;
  sockaddr_in address_{};
};

class BrokerServe : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::unshare(CLONE_NEWNET), 0) << "root is needed";
    auto ends = make_channel();
    ASSERT_TRUE(ends.has_value());
    front_ = std::move(ends->first);
    broker_ = ::fork();
    ASSERT_GE(broker_, 0);
    if (broker_ == 0) {
      front_.reset();
      ::_exit(serve(std::move(ends->second)));
    }
  }
  void TearDown() override {
    if (broker_ > 0) {
      ::kill(broker_, SIGKILL);
      ::waitpid(broker_, nullptr, 0);
    }
  }

  ReceivedReply ask(Verb verb, std::uint64_t argument = 0) {
    EXPECT_TRUE(send(front_.get(), {.verb = verb, .argument = argument}).has_value());
    EXPECT_TRUE(readable(front_.get()));
    auto reply = receive_reply(front_.get());
    EXPECT_TRUE(reply.has_value());
    EXPECT_EQ(reply->reply.verb, verb);
    return std::move(*reply);
  }

  // The broker's exit status, once it has one.
  int exit_status() {
    int status = 0;
    EXPECT_EQ(::waitpid(broker_, &status, 0), broker_);
    broker_ = -1;
    EXPECT_TRUE(WIFEXITED(status));
    return WEXITSTATUS(status);
  }

  // One UDP entry, put there as conntrack(8) does it.
  static void insert_entry() {
    tests::checked_command({"conntrack", "-I", "-p", "udp", "-s", "192.0.2.1", "-d", "198.51.100.7",
                            "--sport", "5000", "--dport", "53", "-t", "60"});
  }
  static model::Tuple inserted() {
    return support::tuple_of(17, "192.0.2.1", 5000, "198.51.100.7", 53);
  }

  nlink::UniqueFd front_;
  pid_t broker_ = -1;
};

struct Dump {
  std::vector<model::FlowEvent> rows;
  bool done = false;
  int error = 0;
};

// Reads until the dump is complete or refused.
Dump read_dump(nlink::AnswerReader& reader) {
  Dump dump;
  while (!dump.done && dump.error == 0 && readable(reader.descriptor())) {
    const auto answer = reader.read();
    if (!answer || answer->got != nlink::AnswerReader::Got::Chunk) {
      ADD_FAILURE() << "no chunk";
      return dump;
    }
    for (auto rest = answer->bytes; !rest.empty();) {
      model::FlowEvent row;
      const nlink::Step step = nlink::decode_message(rest, row);
      if (step.what == nlink::Decoded::Flow) {
        dump.rows.push_back(row);
      }
      dump.done = dump.done || step.what == nlink::Decoded::Done;
      dump.error = step.error != 0 ? step.error : dump.error;
      rest = rest.subspan(step.size);
    }
  }
  return dump;
}

TEST_F(BrokerServe, AnswersADumpOnThePassedSocket) {
  auto opened = ask(Verb::OpenDump);
  ASSERT_EQ(opened.reply.error, 0);
  nlink::AnswerReader reader(std::move(opened.attached));
  insert_entry();
  EXPECT_EQ(ask(Verb::RequestDump).reply.error, 0);
  const Dump dump = read_dump(reader);
  EXPECT_TRUE(dump.done);
  ASSERT_EQ(dump.rows.size(), 1U);
  EXPECT_EQ(dump.rows[0].kind, model::EventKind::DumpRow);
  EXPECT_EQ(dump.rows[0].original, inserted());
}

TEST_F(BrokerServe, AnswersADumpOfAnEmptyTable) {
  nlink::AnswerReader reader(ask(Verb::OpenDump).attached);
  ask(Verb::RequestDump);
  const Dump dump = read_dump(reader);
  EXPECT_TRUE(dump.done);
  EXPECT_TRUE(dump.rows.empty());
}

TEST_F(BrokerServe, AnswersOneDumpAfterTheOther) {
  nlink::AnswerReader reader(ask(Verb::OpenDump).attached);
  insert_entry();
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(ask(Verb::RequestDump).reply.error, 0);
    ASSERT_EQ(read_dump(reader).rows.size(), 1U);
  }
}

// The refusal is an answer on the socket, not a failure of the request.
TEST_F(BrokerServe, SecondDumpIsRefusedWhileTheFirstIsUnread) {
  nlink::AnswerReader reader(ask(Verb::OpenDump).attached);
  insert_entry();
  ASSERT_EQ(ask(Verb::RequestDump).reply.error, 0);
  EXPECT_EQ(ask(Verb::RequestDump).reply.error, 0);
  EXPECT_EQ(read_dump(reader).error, EBUSY);
}

TEST_F(BrokerServe, StreamsNewAndDestroyOnThePassedSocket) {
  auto opened = ask(Verb::OpenLifecycleEvents, kBuffer);
  ASSERT_EQ(opened.reply.error, 0);
  nlink::EventStream stream(std::move(opened.attached));
  insert_entry();
  ASSERT_TRUE(readable(stream.descriptor()));
  const auto born = stream.receive();
  ASSERT_TRUE(born.has_value());
  ASSERT_EQ(born->events.size(), 1U);
  EXPECT_EQ(born->events[0].kind, model::EventKind::New);
  EXPECT_EQ(born->events[0].original, inserted());
  tests::checked_command({"conntrack", "-D", "-p", "udp"});
  ASSERT_TRUE(readable(stream.descriptor()));
  const auto ended = stream.receive();
  ASSERT_TRUE(ended.has_value());
  ASSERT_EQ(ended->events.size(), 1U);
  EXPECT_EQ(ended->events[0].kind, model::EventKind::Destroy);
}

// A datagram and its answer: NEW, then UPDATE for the reply.
TEST_F(BrokerServe, StreamsUpdatesOnASocketOfTheirOwn) {
  nlink::EventStream lifecycle(ask(Verb::OpenLifecycleEvents, kBuffer).attached);
  nlink::EventStream updates(ask(Verb::OpenUpdateEvents, kBuffer).attached);
  track_loopback();
  const BoundUdp client;
  const BoundUdp server;
  client.send_to(server);
  server.send_to(client);
  ASSERT_TRUE(readable(updates.descriptor()));
  const auto changed = updates.receive();
  ASSERT_TRUE(changed.has_value());
  ASSERT_EQ(changed->events.size(), 1U);
  EXPECT_EQ(changed->events[0].kind, model::EventKind::Update);
  EXPECT_EQ(changed->events[0].status.value_or(0) & model::kStatusSeenReply,
            model::kStatusSeenReply);
  const auto born = lifecycle.receive();
  ASSERT_TRUE(born.has_value());
  ASSERT_EQ(born->events.size(), 1U);
  EXPECT_EQ(born->events[0].kind, model::EventKind::New);
  EXPECT_EQ(born->events[0].original, changed->events[0].original);
}

// The kernel doubles what it is asked for, and root may pass rmem_max.
TEST_F(BrokerServe, TellsTheRealSizeOfTheEventBuffer) {
  const auto opened = ask(Verb::OpenLifecycleEvents, 8U << 20);
  EXPECT_EQ(opened.reply.value, 16U << 20);
  const nlink::EventStream stream{nlink::UniqueFd(::dup(opened.attached.get()))};
  const auto memory = stream.memory();
  ASSERT_TRUE(memory.has_value());
  EXPECT_EQ(memory->buffer_bytes, 16U << 20);
}

TEST_F(BrokerServe, GrowsTheBufferOfASocketTheFrontHolds) {
  nlink::EventStream stream(ask(Verb::OpenLifecycleEvents, kBuffer).attached);
  const auto grown = ask(Verb::GrowLifecycleEvents, 4 * kBuffer);
  EXPECT_EQ(grown.reply.error, 0);
  EXPECT_FALSE(grown.attached);
  EXPECT_EQ(grown.reply.value, 8 * kBuffer);
  const auto memory = stream.memory();
  ASSERT_TRUE(memory.has_value());
  EXPECT_EQ(memory->buffer_bytes, 8 * kBuffer);
}

TEST_F(BrokerServe, AnswersStatisticsOnThePassedSocket) {
  nlink::AnswerReader reader(ask(Verb::OpenStats).attached);
  insert_entry();
  ASSERT_EQ(ask(Verb::RequestStats).reply.error, 0);
  std::size_t cpus = 0;
  std::optional<model::GlobalStats> global;
  while (!global && readable(reader.descriptor())) {
    const auto answer = reader.read();
    ASSERT_TRUE(answer.has_value());
    for (auto rest = answer->bytes; !rest.empty();) {
      const auto [step, value] = nlink::decode_stats(rest);
      ASSERT_NE(step.what, nlink::Decoded::Malformed);
      cpus += std::holds_alternative<model::CpuStats>(value) ? 1U : 0U;
      if (const auto* totals = std::get_if<model::GlobalStats>(&value)) {
        global = *totals;
      }
      rest = rest.subspan(step.size);
    }
  }
  EXPECT_EQ(cpus, static_cast<std::size_t>(::sysconf(_SC_NPROCESSORS_CONF)));
  ASSERT_TRUE(global.has_value());
  EXPECT_EQ(global->entries, 1U);
}

TEST_F(BrokerServe, RefusesAnUnknownVerbAndServesOn) {
  const auto refused = ask(static_cast<Verb>(99));
  EXPECT_EQ(refused.reply.error, EINVAL);
  EXPECT_FALSE(refused.attached);
  EXPECT_EQ(ask(Verb::OpenDump).reply.error, 0);
}

TEST_F(BrokerServe, RefusesARequestOnASocketThatWasNeverOpened) {
  EXPECT_EQ(ask(Verb::RequestDump).reply.error, EBADF);
  EXPECT_EQ(ask(Verb::RequestStats).reply.error, EBADF);
  EXPECT_EQ(ask(Verb::GrowLifecycleEvents, kBuffer).reply.error, EBADF);
}

TEST_F(BrokerServe, EndsWithZeroWhenTheFrontCloses) {
  ask(Verb::OpenDump);
  front_.reset();
  EXPECT_EQ(exit_status(), 0);
}

TEST_F(BrokerServe, EndsWithOneWhenTheFrontBreaksTheProtocol) {
  ASSERT_EQ(::send(front_.get(), "x", 1, 0), 1);
  EXPECT_EQ(exit_status(), 1);
}

}  // namespace
}  // namespace ctwarden::broker

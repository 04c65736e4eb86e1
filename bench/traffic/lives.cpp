// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/traffic/lives.h"

#include <string_view>
#include <utility>

namespace ctwarden::traffic {
namespace {

using namespace std::string_view_literals;

// Any two numbers do; the kernel learns them from the SYN packets.
constexpr std::uint32_t kClientStart = 1'000'000;
constexpr std::uint32_t kServerStart = 2'000'000;

// A conversation that keeps both sides' sequence numbers while it is written down.
class Conversation {
 public:
  void say(Side from, std::uint8_t flags, std::size_t data_bytes = 0) {
    std::uint32_t& mine = from == Side::Client ? client_ : server_;
    const std::uint32_t theirs = from == Side::Client ? server_ : client_;
    life_.push_back({.from = from,
                     .tcp_flags = flags,
                     .sequence = mine,
                     .acknowledgement = (flags & kAck) != 0 ? theirs : 0,
                     .payload = std::string(data_bytes, 'd')});
    mine += static_cast<std::uint32_t>(data_bytes) + ((flags & (kSyn | kFin)) != 0 ? 1U : 0U);
  }
  Life take() { return std::move(life_); }

 private:
  std::uint32_t client_ = kClientStart;
  std::uint32_t server_ = kServerStart;
  Life life_;
};

constexpr std::string_view kQuestion =
    "\x03www\x07"
    "example\x03"
    "com\x00\x00\x01\x00\x01"sv;
constexpr std::string_view kQueryHeader = "\x2a\x2a\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"sv;
constexpr std::string_view kAnswerHeader = "\x2a\x2a\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"sv;
// A compressed name, type A, class IN, TTL 300, 192.0.2.80.
constexpr std::string_view kAnswer =
    "\xc0\x0c\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04\xc0\x00\x02\x50"sv;

}  // namespace

Life tcp_life(TcpEnd end, std::size_t data_bytes) {
  Conversation talk;
  talk.say(Side::Client, kSyn);
  if (end == TcpEnd::SynOnly) {
    return talk.take();
  }
  talk.say(Side::Server, kSyn | kAck);
  if (end == TcpEnd::SynAckOnly) {
    return talk.take();
  }
  talk.say(Side::Client, kAck);
  if (data_bytes > 0) {
    talk.say(Side::Client, kPsh | kAck, data_bytes);
    talk.say(Side::Server, kPsh | kAck, data_bytes);
  }
  if (end == TcpEnd::Closed) {
    talk.say(Side::Client, kFin | kAck);
    talk.say(Side::Server, kFin | kAck);
    talk.say(Side::Client, kAck);
  } else if (end == TcpEnd::Reset) {
    talk.say(Side::Client, kRst | kAck);
  }
  return talk.take();
}

Life udp_life(bool reply, std::size_t payload_bytes, std::size_t exchanges) {
  Life life;
  for (std::size_t round = 0; round < exchanges; ++round) {
    life.push_back({.from = Side::Client, .payload = std::string(payload_bytes, 'u')});
    if (reply) {
      life.push_back({.from = Side::Server, .payload = std::string(payload_bytes, 'r')});
    }
  }
  return life;
}

Life dns_life(bool reply) {
  Life life;
  life.push_back({.from = Side::Client, .payload = std::string(kQueryHeader).append(kQuestion)});
  if (reply) {
    life.push_back({.from = Side::Server,
                    .payload = std::string(kAnswerHeader).append(kQuestion).append(kAnswer)});
  }
  return life;
}

Life echo_life(bool reply) {
  const std::string data(32, 'e');
  Life life;
  life.push_back({.from = Side::Client, .payload = data});
  if (reply) {
    life.push_back({.from = Side::Server, .payload = data});
  }
  return life;
}

}  // namespace ctwarden::traffic

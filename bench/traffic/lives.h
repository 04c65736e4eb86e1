// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the packets of one flow are, from its first to its last, as data: a Life is a list of steps,
// each sent by one side. The same life is played for every tuple of a FlowSpace. Sequence numbers,
// acknowledgements and windows are right, so that the kernel's TCP window tracking accepts every
// packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ctwarden::traffic {

enum class Side : std::uint8_t { Client, Server };

// TCP header flags, as on the wire.
inline constexpr std::uint8_t kFin = 0x01;
inline constexpr std::uint8_t kSyn = 0x02;
inline constexpr std::uint8_t kRst = 0x04;
inline constexpr std::uint8_t kPsh = 0x08;
inline constexpr std::uint8_t kAck = 0x10;

struct Step {
  Side from = Side::Client;
  std::uint8_t tcp_flags = 0;  // the three TCP fields are ignored by other protocols
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::string payload;  // at most kMaxPayload bytes
};
using Life = std::vector<Step>;

inline constexpr std::size_t kMaxPayload = 1400;  // fits the usual MTU with either family's headers

enum class TcpEnd : std::uint8_t {
  SynOnly,      // half-open: the server never answers            -> SYN_SENT
  SynAckOnly,   // answered, never acknowledged                   -> SYN_RECV
  Established,  // left open                                      -> ESTABLISHED
  Closed,       // FIN, FIN+ACK, ACK                              -> TIME_WAIT
  Reset,        // the client resets the established connection   -> CLOSE
};

// SYN, SYN+ACK, ACK, one data segment of `data_bytes` each way unless 0 (acknowledged by the next
// one), the end.
[[nodiscard]] Life tcp_life(TcpEnd end, std::size_t data_bytes = 0);

// One datagram, or `exchanges` datagrams each way when the server replies.
[[nodiscard]] Life udp_life(bool reply, std::size_t payload_bytes = 18, std::size_t exchanges = 1);

// An A query for www.example.com with recursion desired; the reply answers it with one address.
[[nodiscard]] Life dns_life(bool reply);

// Echo request of 32 bytes, and its reply.
[[nodiscard]] Life echo_life(bool reply);

}  // namespace ctwarden::traffic

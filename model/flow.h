// SPDX-License-Identifier: GPL-2.0-or-later
//
// A conntrack flow as the kernel describes it, in plain values: no kernel header, no ownership, no
// behaviour beyond naming. Numbers are in host byte order, addresses in network order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ctwarden::model {

enum class Family : std::uint8_t { Ipv4, Ipv6 };

// Network order; IPv4 uses the first four bytes and leaves the rest zero, so that equal addresses
// compare equal.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Address&) const = default;
};

// One direction of a flow. 40 bytes without padding, so that it can be hashed as five words. Ports
// follow the kernel's own union (include/net/netfilter/nf_conntrack_tuple.h): for ICMP and ICMPv6
// `source_port` is the id and `destination_port` is type << 8 | code; for GRE they are the keys;
// for other protocols both are 0. `zone` is the zone that applies in this direction: CTA_ZONE, or
// the tuple's own CTA_TUPLE_ZONE, or 0.
struct Tuple {
  Address source;
  Address destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t zone = 0;
  std::uint8_t protocol = 0;  // IP protocol number
  Family family = Family::Ipv4;

  auto operator<=>(const Tuple&) const = default;
};
static_assert(sizeof(Tuple) == 40);

// Bits of CTA_STATUS we give a meaning (include/uapi/linux/netfilter/nf_conntrack_common.h).
inline constexpr std::uint32_t kStatusExpected = 1U << 0;
inline constexpr std::uint32_t kStatusSeenReply = 1U << 1;
inline constexpr std::uint32_t kStatusAssured = 1U << 2;
inline constexpr std::uint32_t kStatusConfirmed = 1U << 3;
inline constexpr std::uint32_t kStatusSourceNat = 1U << 4;
inline constexpr std::uint32_t kStatusDestinationNat = 1U << 5;
inline constexpr std::uint32_t kStatusDying = 1U << 9;
inline constexpr std::uint32_t kStatusOffload = 1U << 14;
inline constexpr std::uint32_t kStatusHardwareOffload = 1U << 15;

enum class EventKind : std::uint8_t {
  New,      // IPCTNL_MSG_CT_NEW with NLM_F_CREATE|NLM_F_EXCL
  Update,   // IPCTNL_MSG_CT_NEW without them
  Destroy,  // IPCTNL_MSG_CT_DELETE
  DumpRow,  // an answer to our own dump request (NLM_F_MULTI)
};

struct Counters {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Counters&) const = default;
};

// One message about one flow. What the kernel may leave out is an optional, never a magic zero.
struct FlowEvent {
  EventKind kind = EventKind::New;
  bool has_helper = false;  // CTA_HELP present
  bool has_labels = false;  // CTA_LABELS present
  // Port id of the netlink request that caused the event, 0 when a packet or a timer did. A DESTROY
  // with a requester was a deletion by somebody.
  std::uint32_t requester = 0;

  Tuple original;
  std::optional<Tuple> reply;

  std::optional<std::uint32_t> id;    // 32-bit keyed hash, nearly unique; never a key by itself
  std::optional<std::uint16_t> zone;  // CTA_ZONE as sent; the effective zones are in the tuples
  std::optional<std::uint32_t> status;
  std::optional<std::uint32_t> timeout_seconds;
  std::optional<std::uint32_t> mark;
  std::optional<std::uint8_t> tcp_state;
  std::optional<std::uint8_t> sctp_state;
  std::optional<std::uint8_t> dccp_state;
  std::optional<Counters> original_counters;  // only with nf_conntrack_acct=1
  std::optional<Counters> reply_counters;
  std::optional<std::uint64_t> start_ns;  // wall clock, only with nf_conntrack_timestamp=1
  std::optional<std::uint64_t> stop_ns;
};

// Protocols we count by name; every other number is Other.
enum class Protocol : std::uint8_t { Tcp, Udp, Icmp, Icmpv6, Sctp, Gre, Udplite, Dccp, Other };
inline constexpr std::size_t kProtocolCount = 9;

Protocol protocol_of(std::uint8_t ip_protocol) noexcept;
std::string_view name(Protocol protocol) noexcept;  // "tcp", as in metric labels

// The kernel's TCP conntrack states (nf_conntrack_tcp.h); None for every other protocol.
enum class TcpState : std::uint8_t {
  None,
  SynSent,
  SynRecv,
  Established,
  FinWait,
  CloseWait,
  LastAck,
  TimeWait,
  Close,
  SynSent2,  // simultaneous open; the kernel reuses the number of LISTEN
};
inline constexpr std::size_t kTcpStateCount = 10;

// A number above the kernel's known states is None.
TcpState tcp_state_of(std::uint8_t number) noexcept;
std::string_view name(TcpState state) noexcept;  // "syn_sent", as in metric labels

std::string_view name(Family family) noexcept;  // "ipv4", "ipv6"

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_end.h"

#include <array>

namespace ctwarden::model {

namespace {

constexpr std::array<std::string_view, kEndReasonCount> kNames = {
    "closed",     "timeout", "unreplied",     "refused",
    "reset_seen", "deleted", "removed_early", "unknown"};

// SCTP_CONNTRACK_CLOSED (include/uapi/linux/netfilter/nf_conntrack_sctp.h): after a shutdown or an
// abort, the kernel does not tell which.
constexpr std::uint8_t kSctpClosed = 1;

bool closed(Protocol protocol, TcpState state, const FlowEvent& destroy) noexcept {
  if (protocol == Protocol::Tcp) {
    return state == TcpState::TimeWait || state == TcpState::LastAck;
  }
  return protocol == Protocol::Sctp && destroy.sctp_state == kSctpClosed;
}

}  // namespace

std::string_view name(EndReason reason) noexcept {
  return kNames[static_cast<std::size_t>(reason)];
}

EndReason end_of(const FlowEvent& destroy) noexcept {
  if (destroy.requester != 0) {
    return EndReason::Deleted;
  }
  if (!destroy.status) {
    return EndReason::Unknown;
  }
  const bool answered = (*destroy.status & kStatusSeenReply) != 0;
  const Protocol protocol = protocol_of(destroy.original.protocol);
  const TcpState state =
      protocol == Protocol::Tcp ? tcp_state_of(destroy.tcp_state.value_or(0)) : TcpState::None;
  // A reset without a reply takes the entry out at once; a later SYN takes the place of one in
  // TIME_WAIT or CLOSE. Both leave time on the timer, which therefore says nothing about these.
  if (state == TcpState::Close) {
    return answered ? EndReason::ResetSeen : EndReason::Refused;
  }
  if (answered && closed(protocol, state, destroy)) {
    return EndReason::Closed;
  }
  // The kernel leaves the attribute out when less than a second remains.
  if (destroy.timeout_seconds.value_or(0) != 0) {
    return EndReason::RemovedEarly;
  }
  if (!answered) {
    return EndReason::Unreplied;
  }
  return protocol == Protocol::Tcp && state == TcpState::None ? EndReason::Unknown
                                                              : EndReason::Timeout;
}

bool possible(Protocol protocol, EndReason reason) noexcept {
  switch (reason) {
    case EndReason::Closed:
      return protocol == Protocol::Tcp || protocol == Protocol::Sctp;
    case EndReason::Refused:
    case EndReason::ResetSeen:
      return protocol == Protocol::Tcp;
    default:
      return true;
  }
}

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
//
// The netlink message frame, shared by the decoders: cuts the first message off a datagram and
// settles everything that is the same for all of ctnetlink (control messages, foreign subsystems,
// the nfnetlink header). Private to nlink.
#pragma once

#include "nlink/attributes.h"
#include "nlink/flow_decoder.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <limits>

namespace ctwarden::nlink {

// The uapi's own constants are signed.
inline constexpr std::size_t kMessageHeader = sizeof(nlmsghdr);
inline constexpr std::size_t kGenericHeader = sizeof(nfgenmsg);

struct Message {
  std::uint8_t operation = 0;  // IPCTNL_MSG_*
  std::uint16_t flags = 0;
  std::uint32_t port = 0;
  std::uint8_t family = 0;        // nfgen_family
  std::uint16_t resource_id = 0;  // res_id, host order
  Bytes attributes;
};

// The errno in the payload of NLMSG_ERROR or NLMSG_DONE. The kernel sends it negative; libmnl takes
// either sign.
[[nodiscard]] inline int decode_errno(const std::byte* payload) noexcept {
  const auto code = static_cast<int>(load_native<std::uint32_t>(payload));
  if (code == std::numeric_limits<int>::min()) {
    return std::numeric_limits<int>::max();
  }
  return code < 0 ? -code : code;
}

// Decoded::Flow means: a ctnetlink message, `message` is filled and its attributes are still to be
// decoded. Everything else is final. A frame that cannot be trusted takes all that is left of the
// datagram with it.
[[nodiscard]] inline Step cut_message(Bytes datagram, Message& message) noexcept {
  const std::byte* header = datagram.data();
  if (datagram.size() < kMessageHeader) {
    return {.what = Decoded::Malformed, .size = datagram.size(), .error = 0};
  }
  const std::size_t length = load_native<std::uint32_t>(header + offsetof(nlmsghdr, nlmsg_len));
  if (length < kMessageHeader || length > datagram.size()) {
    return {.what = Decoded::Malformed, .size = datagram.size(), .error = 0};
  }
  const std::size_t size = aligned(length) < datagram.size() ? aligned(length) : datagram.size();
  const auto step = [size](Decoded what, int error = 0) {
    return Step{.what = what, .size = size, .error = error};
  };

  const auto type = load_native<std::uint16_t>(header + offsetof(nlmsghdr, nlmsg_type));
  const Bytes body = datagram.subspan(kMessageHeader, length - kMessageHeader);
  if (NFNL_SUBSYS_ID(type) != NFNL_SUBSYS_CTNETLINK) [[unlikely]] {
    const bool has_code = body.size() >= sizeof(int);
    if (type == NLMSG_DONE) {
      return step(Decoded::Done, has_code ? decode_errno(body.data()) : 0);
    }
    if (type == NLMSG_ERROR) {
      return has_code ? step(Decoded::Error, decode_errno(body.data())) : step(Decoded::Malformed);
    }
    return step(Decoded::Other);
  }

  if (body.size() < kGenericHeader) {
    return step(Decoded::Malformed);
  }
  message.operation = static_cast<std::uint8_t>(NFNL_MSG_TYPE(type));
  message.flags = load_native<std::uint16_t>(header + offsetof(nlmsghdr, nlmsg_flags));
  message.port = load_native<std::uint32_t>(header + offsetof(nlmsghdr, nlmsg_pid));
  message.family = load_native<std::uint8_t>(body.data() + offsetof(nfgenmsg, nfgen_family));
  message.resource_id = load_network<std::uint16_t>(body.data() + offsetof(nfgenmsg, res_id));
  message.attributes = body.subspan(kGenericHeader);
  return step(Decoded::Flow);
}

}  // namespace ctwarden::nlink

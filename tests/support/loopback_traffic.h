// SPDX-License-Identifier: GPL-2.0-or-later
//
// Real packets over the loopback of the current namespace, each call one flow, from an address to
// itself ("127.0.0.1" or "::1"). Only inside a PrivateNamespace. Throws std::system_error when a
// socket call fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ctwarden::support {

// Connects, sends a byte each way and closes both ends.
void exchange_tcp(std::string_view address, std::uint16_t port);

// Nobody listens: the SYN is answered by a reset.
void refuse_tcp(std::string_view address, std::uint16_t port);

// A datagram each way. `protocol` is IPPROTO_UDP or IPPROTO_UDPLITE.
void exchange_udp(std::string_view address, std::uint16_t port, int protocol);

// Echo request and, from the kernel, echo reply.
void ping(std::string_view address);

// One packet of any IP protocol, with `payload` as its transport header; IPv4 only.
void send_raw(int protocol, std::span<const std::byte> payload);

}  // namespace ctwarden::support

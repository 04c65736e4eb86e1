// SPDX-License-Identifier: GPL-2.0-or-later
//
// One step of a life as an Ethernet frame: IPv4 or IPv6, TCP, UDP, ICMP or ICMPv6, every checksum
// right (the kernel verifies them before it tracks a packet, nf_conntrack_checksum). Pure: bytes
// out, no socket.
#pragma once

#include "bench/traffic/lives.h"
#include "model/flow.h"
#include "model/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ctwarden::traffic {

using Mac = std::array<std::uint8_t, 6>;
[[nodiscard]] model::Result<Mac> parse_mac(std::string_view text);  // "02:00:00:00:01:01"

inline constexpr std::size_t kMaxFrame = 14 + 40 + 20 + kMaxPayload;

// Writes the frame of `step` from tuple.source to tuple.destination; the caller gives the inverse
// tuple for steps of the server. `out` holds at least kMaxFrame bytes. Returns the frame's size.
std::size_t write_frame(std::span<std::uint8_t> out, const Mac& source, const Mac& destination,
                        const model::Tuple& tuple, const Step& step);

}  // namespace ctwarden::traffic

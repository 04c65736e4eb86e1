// SPDX-License-Identifier: GPL-2.0-or-later
//
// Flows to start from in tests: complete, ordinary, with addresses of the documentation ranges.
// Change what the test is about.
#pragma once

#include "model/flow.h"

#include <cstdint>
#include <string_view>

namespace ctwarden::support {

// "192.0.2.1" or "2001:db8::1"; throws std::invalid_argument otherwise.
[[nodiscard]] model::Address address_of(std::string_view text);

[[nodiscard]] model::Tuple tuple_of(std::uint8_t protocol, std::string_view source,
                                    std::uint16_t source_port, std::string_view destination,
                                    std::uint16_t destination_port);

// The same tuple seen from the other side, as without NAT. For ICMP the type must be set by the
// test.
[[nodiscard]] model::Tuple reverse_of(const model::Tuple& tuple);

// NEW, 192.0.2.1:40000 -> 198.51.100.7:443, SYN_SENT, id 0x01020304, timeout 120.
[[nodiscard]] model::FlowEvent tcp_flow();

}  // namespace ctwarden::support

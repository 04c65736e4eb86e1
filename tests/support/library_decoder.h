// SPDX-License-Identifier: GPL-2.0-or-later
//
// libnetfilter_conntrack as the oracle for our decoder: the same bytes through the netfilter
// project's own parser, put into our values by its getters.
#pragma once

#include "model/flow.h"

#include <cstddef>
#include <span>
#include <vector>

namespace ctwarden::support {

// The flow in one whole ctnetlink message. Throws std::runtime_error when the library refuses it.
[[nodiscard]] model::FlowEvent decode_with_library(std::span<const std::byte> message);

// The flows of a datagram, in order; other messages are passed over.
[[nodiscard]] std::vector<model::FlowEvent> decode_all_with_library(
    std::span<const std::byte> datagram);

}  // namespace ctwarden::support

// SPDX-License-Identifier: GPL-2.0-or-later
//
// How a flow ended, judged from its DESTROY alone: the kernel sends the final status and protocol
// state with it, so the answer is the same whether updates are listened to or not, and for flows
// the table never knew. The decision table is in docs/ends.md; each row was provoked on a real
// kernel (tests/kernel/flow_ends_test.cpp).
#pragma once

#include "model/flow.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ctwarden::model {

enum class EndReason : std::uint8_t {
  Closed,        // both sides said that they were done
  Timeout,       // answered, then silent until its timer ran out
  Unreplied,     // never answered until its timer ran out
  Refused,       // TCP: a reset was all there ever was besides the request
  ResetSeen,     // TCP: answered, then reset
  Deleted,       // somebody asked the kernel to, over netlink
  RemovedEarly,  // the kernel took it out before its time
  Unknown,       // the evidence fits nothing
};
inline constexpr std::size_t kEndReasonCount = 8;
std::string_view name(EndReason reason) noexcept;  // "removed_early", as in metric labels

// `destroy` is any message of that kind; only its protocol, requester, status, timeout and protocol
// states are read.
[[nodiscard]] EndReason end_of(const FlowEvent& destroy) noexcept;

// Whether end_of can ever say so of this protocol: only TCP knows resets, only TCP and SCTP a
// close.
[[nodiscard]] bool possible(Protocol protocol, EndReason reason) noexcept;

}  // namespace ctwarden::model

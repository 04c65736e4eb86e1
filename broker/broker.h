// SPDX-License-Identifier: GPL-2.0-or-later
//
// The privileged process: it holds CAP_NET_ADMIN, answers the closed list of verbs in channel.h,
// and reads nothing but the channel. Everything that comes from the kernel or the network is read
// by the front, which has no capability.
#pragma once

#include "nlink/unique_fd.h"

namespace ctwarden::broker {

// Serves `channel` until the front closes it. Returns the exit status of the process: 0, or 1 when
// the channel broke.
[[nodiscard]] int serve(nlink::UniqueFd channel);

}  // namespace ctwarden::broker

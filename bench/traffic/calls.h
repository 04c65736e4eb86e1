// SPDX-License-Identifier: GPL-2.0-or-later
//
// Flows through real sockets, for traffic in which the kernels of both ends take part, as they do
// for applications. No threads; no wait is longer than five seconds.
#pragma once

#include "bench/traffic/descriptor.h"
#include "bench/traffic/flow_space.h"
#include "model/result.h"

#include <cstdint>
#include <vector>

namespace ctwarden::traffic {

struct Calls {
  ParsedAddress to;
  std::uint16_t port = 0;
  std::uint8_t protocol = 6;  // IP protocol number: 6 or 17
  std::uint64_t count = 1;
  double per_second = 0;  // 0: each as soon as the one before was answered
};

// Opens the flows one after the other; in each, a DNS query goes out and whatever comes back is the
// answer. The sockets are all open together, so every flow has a source port of its own, and a TCP
// connection stays established until its socket is closed: by the side that called, at the latest
// at its end.
[[nodiscard]] model::Result<std::vector<Descriptor>> call(const Calls& calls);

// Lets the process hold as many descriptors as it may without asking for more rights.
void raise_descriptor_limit();

}  // namespace ctwarden::traffic

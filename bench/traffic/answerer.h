// SPDX-License-Identifier: GPL-2.0-or-later
//
// The other end of calls: echoes what it is sent, over TCP and UDP, through real sockets. A TCP
// connection is closed when its caller has closed it. One epoll loop, no threads.
#pragma once

#include "bench/traffic/descriptor.h"
#include "model/result.h"

#include <sys/epoll.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace ctwarden::traffic {

class Answerer {
 public:
  // Takes both protocols on every port, on all addresses of both families (of IPv4 where the kernel
  // has no IPv6).
  [[nodiscard]] static model::Result<Answerer> listen(const std::vector<std::uint16_t>& ports);

  // Until a signal ends the process; returns only a failure.
  [[nodiscard]] model::Error run();

 private:
  enum class Kind : std::uint8_t { Listener, Datagrams, Connection };

  explicit Answerer(Descriptor readiness) : readiness_(std::move(readiness)) {}

  [[nodiscard]] model::Result<void> watch(Kind kind, Descriptor socket);
  [[nodiscard]] model::Result<void> serve(const epoll_event& event);

  Descriptor readiness_;
  std::vector<Descriptor> sockets_;  // each at the index of its number
};

}  // namespace ctwarden::traffic

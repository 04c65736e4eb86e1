// SPDX-License-Identifier: GPL-2.0-or-later
//
// One end of a cable into the router: a packet socket on a device of the network namespace that was
// current when it was opened (it stays there, whatever namespace the process enters later). Sends
// only, past the queueing discipline.
#pragma once

#include "bench/traffic/descriptor.h"
#include "bench/traffic/frames.h"
#include "model/result.h"

#include <cstdint>
#include <span>
#include <string>

namespace ctwarden::traffic {

// More than this many frames never go into one sendmmsg: two legs' worth of forwarded packets stay
// far below the kernel's per-CPU backlog (net.core.netdev_max_backlog, 1000), which drops what
// exceeds it.
inline constexpr std::size_t kMaxBatch = 64;

class Leg {
 public:
  // `router` is the MAC address of the router's end of the cable. The device has to be up.
  [[nodiscard]] static model::Result<Leg> open(const std::string& device, const Mac& router);

  // Sends the frames in order; up to kMaxBatch. Blocks while the socket's buffer is full, which is
  // how the receiving side slows us down.
  [[nodiscard]] model::Result<void> send(std::span<const std::span<const std::uint8_t>> frames);

  [[nodiscard]] const Mac& own_mac() const { return own_; }
  [[nodiscard]] const Mac& router_mac() const { return router_; }

 private:
  Leg(Descriptor socket, const Mac& own, const Mac& router)
      : socket_(std::move(socket)), own_(own), router_(router) {}

  Descriptor socket_;
  Mac own_;
  Mac router_;
};

}  // namespace ctwarden::traffic

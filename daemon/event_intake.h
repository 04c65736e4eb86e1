// SPDX-License-Identifier: GPL-2.0-or-later
//
// What we listen to: opens the event sockets through the broker, grows their buffer after a loss,
// and follows the fidelity governor: takes up and leaves UPDATE, and in need stops listening
// altogether without closing the socket.
#pragma once

#include "daemon/broker_link.h"
#include "daemon/clock.h"
#include "daemon/config.h"
#include "daemon/event_pump.h"
#include "model/fidelity_governor.h"
#include "model/result.h"
#include "model/snapshot.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ctwarden::daemon {

class EventIntake {
 public:
  struct Listener {
    std::function<void()> answered;                    // the first attempt to subscribe is over
    std::function<void(const model::Error&)> refused;  // by the kernel; it is tried again later
    std::function<void(std::string_view, std::string_view)> warn;  // what, detail
  };

  EventIntake(BrokerLink& broker, EventPump& pump, const EventsConfig& config, Listener listener);

  void start() { open(); }
  void reconfigure(const EventsConfig& config);
  // Once a second; `created` is the running total of new flows.
  void tick(std::uint64_t created, std::chrono::milliseconds now);

  // Whether NEW and DESTROY are received at all.
  [[nodiscard]] bool listening() const { return pump_.lifecycle() && !pump_.muted(); }
  [[nodiscard]] model::Fidelity fidelity() const;

 private:
  void open();
  void open_updates();
  void close_updates();
  void grow();
  void govern(std::uint64_t created, std::chrono::milliseconds now);
  void enter(model::Fidelity mode);

  BrokerLink& broker_;
  EventPump& pump_;
  EventsConfig config_;
  Listener listener_;
  model::FidelityGovernor governor_;
  std::uint64_t requested_bytes_;
  std::uint64_t ticks_ = 0;
  bool answered_ = false;
  bool opening_updates_ = false;
  std::uint64_t lifecycle_lost_grown_ = 0;

  // The state of the counters a second ago.
  struct Before {
    std::chrono::milliseconds at{};
    std::chrono::nanoseconds busy{};
    std::uint64_t created = 0;
    std::uint64_t lifecycle_lost = 0;
    std::uint64_t updates_lost = 0;
  } before_;
};

}  // namespace ctwarden::daemon

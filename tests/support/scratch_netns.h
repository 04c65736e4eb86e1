// SPDX-License-Identifier: GPL-2.0-or-later
//
// A private router for one test. While it exists, the process is in a new network namespace R, with
// two legs into a second one, X, the outside world. Nothing has a name, so nothing is left when the
// process dies.
//
//   X: c0 ---- rc0 :R   clients 10.1.0.0/16, fd00:1::/48; R itself is 10.1.0.1, fd00:1::1
//   X: s0 ---- rs0 :R   servers 10.2.0.0/16, fd00:2::/48; R itself is 10.2.0.1, fd00:2::1
//
// R forwards both families, filters no reverse paths, and sends nothing by itself: neighbours are
// permanent, there is no duplicate address detection, no router or multicast chatter. What R sends
// into X goes to a hardware address that nobody has and is dropped there; X has no addresses and no
// IPv6. R tracks nothing until rules with a ct expression are loaded. /sys and /run are private, so
// /run/ctwarden belongs to the test.
#pragma once

#include "bench/traffic/descriptor.h"
#include "bench/traffic/generator.h"

#include <concepts>
#include <string>
#include <utility>

namespace ctwarden::tests {

// Switches tracking on for everything R forwards, and keeps R's own loopback traffic (scrapes) out
// of the table.
inline constexpr const char* kTrackForwarded = R"(
table inet scratch {
  chain raw_prerouting { type filter hook prerouting priority raw; iif lo notrack; }
  chain raw_output { type filter hook output priority raw; oif lo notrack; }
  chain forward { type filter hook forward priority filter; ct state established,related,new accept; }
}
)";

// Source NAT for both families to R's addresses on the server leg.
inline constexpr const char* kMasquerade = R"(
table inet scratch_nat {
  chain postrouting { type nat hook postrouting priority srcnat; oifname "rs0" masquerade; }
}
)";

class ScratchNetns {
 public:
  ScratchNetns();  // throws when a step fails; needs root
  ~ScratchNetns();
  ScratchNetns(const ScratchNetns&) = delete;
  ScratchNetns& operator=(const ScratchNetns&) = delete;
  ScratchNetns(ScratchNetns&&) = delete;
  ScratchNetns& operator=(ScratchNetns&&) = delete;

  // Runs `action` in X and comes back, also when it throws. Sockets opened there stay there.
  template <std::invocable Action>
  auto in_outside(Action&& action) const {
    const Visit visit(outside_.get(), router_.get());
    return std::forward<Action>(action)();
  }

  // The same in the namespace the test was started in: for the settings that are global to the
  // machine and writable only there. Whoever changes one restores it.
  template <std::invocable Action>
  auto in_home(Action&& action) const {
    const Visit visit(home_.get(), router_.get());
    return std::forward<Action>(action)();
  }

  // For commands that take a namespace: "/proc/PID/fd/N".
  [[nodiscard]] std::string outside_path() const;

  // Both legs, ready to send; throws when that fails.
  [[nodiscard]] traffic::Legs legs() const;

 private:
  class Visit {
   public:
    Visit(int there, int back);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    Visit(Visit&&) = delete;
    Visit& operator=(Visit&&) = delete;

   private:
    int back_;
  };

  void connect_legs() const;

  traffic::Descriptor home_;
  traffic::Descriptor router_;
  traffic::Descriptor outside_;
};

// A setting below /proc/sys of the current network namespace: "net/ipv4/ip_forward". Both throw on
// failure.
std::string read_setting(const std::string& name);
void write_setting(const std::string& name, const std::string& value);

}  // namespace ctwarden::tests

// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which names a request may call the server by. A web page can make its own name resolve to this
// machine and have a browser ask us in its name (DNS rebinding); it can never do so under an IP
// literal or a name that is ours.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ctwarden::control {

class AllowedHosts {
 public:
  // Besides IP literals and "localhost". Compared without case, port and final dot.
  explicit AllowedHosts(std::vector<std::string> names);

  // `host` is the Host header's value or a request target's authority: "name", "name:port",
  // "[::1]:port".
  [[nodiscard]] bool allows(std::string_view host) const;

 private:
  std::vector<std::string> names_;
};

[[nodiscard]] std::string machine_name();  // gethostname, empty if it fails

}  // namespace ctwarden::control

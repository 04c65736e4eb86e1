// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/allowed_hosts.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace ctwarden::control {

namespace {

std::string normalised(std::string_view name) {
  if (name.ends_with('.')) {
    name.remove_suffix(1);
  }
  std::string out(name);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_ip(int family, std::string_view literal) {
  std::array<unsigned char, 16> ip{};
  return ::inet_pton(family, std::string(literal).c_str(), ip.data()) == 1;
}

bool is_port(std::string_view text) {
  constexpr std::size_t kLongest = 5;
  return text.size() <= kLongest &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

AllowedHosts::AllowedHosts(std::vector<std::string> names) : names_(std::move(names)) {
  names_.emplace_back("localhost");
  std::ranges::transform(names_, names_.begin(), normalised);
  std::erase(names_, "");
}

bool AllowedHosts::allows(std::string_view host) const {
  if (host.starts_with('[')) {
    const std::size_t closing = host.find(']');
    if (closing == std::string_view::npos) {
      return false;
    }
    const std::string_view rest = host.substr(closing + 1);
    return is_ip(AF_INET6, host.substr(1, closing - 1)) &&
           (rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1))));
  }
  const std::size_t colon = host.find(':');
  if (colon != std::string_view::npos && !is_port(host.substr(colon + 1))) {
    return false;
  }
  const std::string_view name = host.substr(0, colon);
  return is_ip(AF_INET, name) || std::ranges::find(names_, normalised(name)) != names_.end();
}

std::string machine_name() {
  std::array<char, 256> name{};  // HOST_NAME_MAX is 64 on Linux
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data())
                                                          : std::string();
}

}  // namespace ctwarden::control

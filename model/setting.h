// SPDX-License-Identifier: GPL-2.0-or-later
//
// The settings of connection tracking (net.netfilter.* in sysctl's words) that ctwarden knows. A
// closed list; a kernel may lack some of them (a protocol not built in, a newer or an older one),
// which is why every value is optional.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ctwarden::model {

enum class Setting : std::uint8_t {
  Max,
  Buckets,
  Events,
  Accounting,
  Timestamp,
  Checksum,
  LogInvalid,
  TcpBeLiberal,
  TcpLoose,
  TcpIgnoreInvalidRst,
  TcpMaxRetrans,
  TcpSynSent,
  TcpSynRecv,
  TcpEstablished,
  TcpFinWait,
  TcpCloseWait,
  TcpLastAck,
  TcpTimeWait,
  TcpClose,
  TcpRetransTimeout,
  TcpUnacknowledged,
  Udp,
  UdpStream,
  Icmp,
  Icmpv6,
  Generic,
  Gre,
  GreStream,
};
inline constexpr std::size_t kSettingCount = 28;

// The name below net.netfilter, for example "nf_conntrack_tcp_timeout_time_wait".
std::string_view name(Setting setting) noexcept;

// Timeouts are in seconds.
class SettingValues {
 public:
  [[nodiscard]] const std::optional<std::uint64_t>& operator[](Setting setting) const {
    return values_[static_cast<std::size_t>(setting)];
  }
  std::optional<std::uint64_t>& operator[](Setting setting) {
    return values_[static_cast<std::size_t>(setting)];
  }
  bool operator==(const SettingValues&) const = default;

 private:
  std::array<std::optional<std::uint64_t>, kSettingCount> values_{};
};

}  // namespace ctwarden::model

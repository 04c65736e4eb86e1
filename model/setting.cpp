// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/setting.h"

namespace ctwarden::model {

namespace {
constexpr std::array<std::string_view, kSettingCount> kNames = {
    "nf_conntrack_max",
    "nf_conntrack_buckets",
    "nf_conntrack_events",
    "nf_conntrack_acct",
    "nf_conntrack_timestamp",
    "nf_conntrack_checksum",
    "nf_conntrack_log_invalid",
    "nf_conntrack_tcp_be_liberal",
    "nf_conntrack_tcp_loose",
    "nf_conntrack_tcp_ignore_invalid_rst",
    "nf_conntrack_tcp_max_retrans",
    "nf_conntrack_tcp_timeout_syn_sent",
    "nf_conntrack_tcp_timeout_syn_recv",
    "nf_conntrack_tcp_timeout_established",
    "nf_conntrack_tcp_timeout_fin_wait",
    "nf_conntrack_tcp_timeout_close_wait",
    "nf_conntrack_tcp_timeout_last_ack",
    "nf_conntrack_tcp_timeout_time_wait",
    "nf_conntrack_tcp_timeout_close",
    "nf_conntrack_tcp_timeout_max_retrans",
    "nf_conntrack_tcp_timeout_unacknowledged",
    "nf_conntrack_udp_timeout",
    "nf_conntrack_udp_timeout_stream",
    "nf_conntrack_icmp_timeout",
    "nf_conntrack_icmpv6_timeout",
    "nf_conntrack_generic_timeout",
    "nf_conntrack_gre_timeout",
    "nf_conntrack_gre_timeout_stream",
};
}  // namespace

std::string_view name(Setting setting) noexcept {
  return kNames[static_cast<std::size_t>(setting)];
}

}  // namespace ctwarden::model

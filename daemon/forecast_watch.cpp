// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/forecast_watch.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

namespace ctwarden::daemon {

namespace {

// The timeout a flow of a class runs into when nothing more happens to it. None for UDP two-way: 30
// s or 120 s, by whether the exchange went on for more than two seconds.
struct ClassTimeout {
  model::FlowClass of;
  std::string_view setting;
};
constexpr std::array<ClassTimeout, 4> kTimeouts = {
    {{.of = model::FlowClass::TcpHalfOpen, .setting = "nf_conntrack_tcp_timeout_syn_sent"},
     {.of = model::FlowClass::TcpClosing, .setting = "nf_conntrack_tcp_timeout_time_wait"},
     {.of = model::FlowClass::UdpOneWay, .setting = "nf_conntrack_udp_timeout"},
     {.of = model::FlowClass::Icmp, .setting = "nf_conntrack_icmp_timeout"}}};

}  // namespace

void ForecastWatch::tick(model::Fidelity fidelity) {
  const model::LifeTable& lives = table_.lives(clock_.seconds());
  // Births that are not heard of, or not stored, are no rate.
  if (fidelity == model::Fidelity::DumpOnly || table_.unstored() > 0) {
    forecaster_.pause();
    return;
  }
  const auto setting = [&](std::string_view name) {
    const auto value = files_.read_setting(name);
    return value ? std::optional(*value) : std::nullopt;
  };
  model::TableLimits limits{.entries = setting("nf_conntrack_count"),
                            .limit = setting("nf_conntrack_max"),
                            .timeouts = {},
                            .changes_heard = fidelity == model::Fidelity::Full};
  for (const auto& [of, name] : kTimeouts) {
    if (const auto seconds = setting(name)) {
      limits.timeouts[static_cast<std::size_t>(of)] = static_cast<double>(*seconds);
    }
  }
  forecaster_.observe(std::chrono::duration<double>(clock_.now()).count(), lives, limits);
}

}  // namespace ctwarden::daemon

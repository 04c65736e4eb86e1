// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/findings/rules.h"
#include "model/findings/words.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace ctwarden::model {

namespace {

// Half-open connections are normal for the moment of a handshake: a thousand of them that
// outnumber the established ones are not.
constexpr std::uint64_t kManyHalfOpen = 1'000;
// Closed connections are worth a word when they hold a good part of the limit as well as most of
// the table.
constexpr double kTimeWaitOfLimit = 0.10;
constexpr double kTimeWaitOfTable = 0.50;
constexpr double kCloseWaitOfLimit = 0.05;
constexpr double kCloseWaitOfTable = 0.20;
constexpr double kUrgent = 0.5;  // of the limit

std::uint64_t in_state(const Composition& table, TcpState state) {
  return table.by_state[static_cast<std::size_t>(Protocol::Tcp)][static_cast<std::size_t>(state)];
}

std::string with_timeout(const SettingValues& settings, Setting timeout) {
  const std::optional<std::uint64_t> seconds = settings[timeout];
  return seconds ? " (now " + std::to_string(*seconds) + " s)" : "";
}

void find_flood(const Observation& seen, const Composition& table, std::vector<Finding>& out) {
  const std::uint64_t sent =
      in_state(table, TcpState::SynSent) + in_state(table, TcpState::SynSent2);
  const std::uint64_t received = in_state(table, TcpState::SynRecv);
  const std::uint64_t established = in_state(table, TcpState::Established);
  const std::uint64_t half_open = sent + received;
  if (half_open < kManyHalfOpen || half_open <= established) {
    return;
  }
  const bool answered = received > sent;
  const Setting timeout = answered ? Setting::TcpSynRecv : Setting::TcpSynSent;
  const auto limit = static_cast<double>(seen.picture.limit.value_or(0));
  out.push_back(
      {.kind = FindingKind::SynFlood,
       .severity = limit > 0 && static_cast<double>(half_open) >= kUrgent * limit
                       ? Severity::Critical
                       : Severity::Warning,
       .subject = {},
       .evidence = {{"syn_sent", static_cast<double>(sent)},
                    {"syn_recv", static_cast<double>(received)},
                    {"established", static_cast<double>(established)}},
       .meaning = std::to_string(half_open) + " TCP connections are half-open, against " +
                  std::to_string(established) + " established ones. " +
                  (answered ? "They were answered and never completed: the shape of a SYN flood "
                              "with forged sources."
                            : "They were never answered: a scan, a flood, or a service that is "
                              "gone."),
       .next = words::set(timeout, 10) + with_timeout(seen.settings, timeout) +
               "; find the sources: conntrack -L -p tcp --state " +
               (answered ? "SYN_RECV" : "SYN_SENT")});
}

struct ClosingRule {
  FindingKind kind;
  TcpState state;
  Setting timeout;
  double of_limit;
  double of_table;
  std::uint64_t better;  // seconds
  std::string_view meaning;
};
constexpr ClosingRule kTimeWait = {
    .kind = FindingKind::TimeWaitShare,
    .state = TcpState::TimeWait,
    .timeout = Setting::TcpTimeWait,
    .of_limit = kTimeWaitOfLimit,
    .of_table = kTimeWaitOfTable,
    .better = 30,
    .meaning =
        "of the table are connections in TIME_WAIT, closed long ago; nothing but their "
        "timeout holds them."};
constexpr ClosingRule kCloseWait = {
    .kind = FindingKind::CloseWaitShare,
    .state = TcpState::CloseWait,
    .timeout = Setting::TcpCloseWait,
    .of_limit = kCloseWaitOfLimit,
    .of_table = kCloseWaitOfTable,
    .better = 60,
    .meaning =
        "of the table are connections in CLOSE_WAIT: one side has closed, the other has "
        "not. An application leaks connections, or the timeout is long (kube-proxy sets one "
        "hour, the kernel's default is 60 s)."};

void find_closing(const Observation& seen, const Composition& table, const ClosingRule& rule,
                  std::vector<Finding>& out) {
  const std::uint64_t closing = in_state(table, rule.state);
  const auto part = static_cast<double>(closing);
  const auto limit = static_cast<double>(seen.picture.limit.value_or(0));
  const auto flows = static_cast<double>(table.flows);
  if (limit <= 0 || part < rule.of_limit * limit || part < rule.of_table * flows) {
    return;
  }
  Finding finding{
      .kind = rule.kind,
      .severity = part >= kUrgent * limit ? Severity::Warning : Severity::Info,
      .subject = {},
      .evidence = {{name(rule.state), part}, {"flows", flows}, {"limit", limit}},
      .meaning = words::percent(part, flows) + " " + std::string(rule.meaning),
      .next = words::set(rule.timeout, rule.better) + with_timeout(seen.settings, rule.timeout)};
  if (const auto& timeout = seen.settings[rule.timeout]) {
    finding.evidence.emplace_back("timeout_seconds", static_cast<double>(*timeout));
  }
  out.push_back(std::move(finding));
}

// Overlays: VXLAN (IANA and Linux's older port) and Geneve. Each flow of theirs is one-way, for the
// source port is a hash of what is inside, and says nothing a firewall could use.
constexpr std::array<std::uint16_t, 3> kTunnelPorts = {4789, 8472, 6081};
constexpr std::uint64_t kManyTunnelFlows = 100;

void find_tunnels(const Observation& seen, std::vector<Finding>& out) {
  if (seen.occupancy == nullptr) {
    return;
  }
  for (const std::uint16_t port : kTunnelPorts) {
    const std::uint64_t flows =
        seen.occupancy
            ->services_after()[index_of(Service{.protocol = Protocol::Udp, .port = port})];
    if (flows < kManyTunnelFlows) {
      continue;
    }
    const auto limit = static_cast<double>(seen.picture.limit.value_or(0));
    const std::string number = std::to_string(port);
    std::string next = "take the tunnel out of connection tracking, in both directions:";
    for (const std::string_view chain : {"prerouting", "output"}) {
      next.append(chain == "output" ? "; " : " ").append("nft add rule inet raw ").append(chain);
      next.append(" udp dport ").append(number).append(" notrack");
    }
    out.push_back({.kind = FindingKind::TunnelTracked,
                   .severity = limit > 0 && static_cast<double>(flows) >= kTimeWaitOfLimit * limit
                                   ? Severity::Warning
                                   : Severity::Info,
                   .subject = "udp/" + number,
                   .evidence = {{"flows", static_cast<double>(flows)}},
                   .meaning = std::to_string(flows) +
                              " entries are packets of an overlay tunnel on UDP port " + number +
                              ". Tracking them protects nothing; the flows inside are tracked by "
                              "themselves.",
                   .next = std::move(next)});
  }
}

void find_stale(const Observation& seen, std::vector<Finding>& out) {
  if (seen.stale_dnat == 0) {
    return;
  }
  out.push_back({.kind = FindingKind::StaleDestinationNat,
                 .severity = Severity::Warning,
                 .subject = {},
                 .evidence = {{"flows", static_cast<double>(seen.stale_dnat)}},
                 .meaning = std::to_string(seen.stale_dnat) +
                            " UDP flows with translated destination are kept alive by their "
                            "senders and never answered: their entries still lead to a backend "
                            "that is gone.",
                 .next = "conntrack -L -p udp --dst-nat | grep UNREPLIED, then delete those whose "
                         "backend is gone: conntrack -D -p udp --orig-src ... --sport ..."});
}

}  // namespace

void find_traffic(const Observation& seen, std::vector<Finding>& out) {
  if (!seen.picture.composition) {
    return;
  }
  const Composition& table = *seen.picture.composition;
  find_flood(seen, table, out);
  find_closing(seen, table, kTimeWait, out);
  find_closing(seen, table, kCloseWait, out);
  find_tunnels(seen, out);
  find_stale(seen, out);
}

}  // namespace ctwarden::model

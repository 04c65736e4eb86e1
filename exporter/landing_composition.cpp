// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing_composition.h"

#include "exporter/landing_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

namespace ctwarden::exporter {

namespace {

constexpr std::array<std::pair<model::FlowStatus, std::string_view>, model::kFlowStatusCount>
    kStatusWords = {{
        {model::FlowStatus::Assured, "Assured"},
        {model::FlowStatus::Unreplied, "Unreplied"},
        {model::FlowStatus::SourceNat, "Source NAT"},
        {model::FlowStatus::DestinationNat, "Destination NAT"},
        {model::FlowStatus::Helper, "With a helper"},
        {model::FlowStatus::Offloaded, "Offloaded"},
    }};

constexpr std::array<std::string_view, model::kProtocolCount> kProtocolWords = {
    "TCP", "UDP", "ICMP", "ICMPv6", "SCTP", "GRE", "UDP-Lite", "DCCP", "Other protocols"};

// "time_wait" to "TIME WAIT": the words netstat and the RFC use.
std::string state_words(model::TcpState state) {
  if (state == model::TcpState::None) {
    return "No state known";
  }
  std::string words(name(state));
  for (char& c : words) {
    if (c == '_') {
      c = ' ';
    } else if (c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - 'a' + 'A');
    }
  }
  return words;
}

std::vector<TableRow> by_protocol(const model::Composition& composition) {
  std::vector<TableRow> rows;
  for (std::size_t p = 0; p < model::kProtocolCount; ++p) {
    const auto& cells = composition.by_state[p];
    const auto sum = std::accumulate(cells.begin(), cells.end(), std::uint64_t{0});
    const bool always_shown = p <= static_cast<std::size_t>(model::Protocol::Icmpv6);
    if (sum > 0 || always_shown) {
      rows.push_back({.label = std::string(kProtocolWords[p]), .flows = sum});
    }
  }
  return rows;
}

std::vector<TableRow> by_tcp_state(const model::Composition& composition) {
  std::vector<TableRow> rows;
  for (std::size_t s = 1; s <= model::kTcpStateCount; ++s) {  // None last
    const std::size_t state = s % model::kTcpStateCount;
    const auto flows = composition.by_state[static_cast<std::size_t>(model::Protocol::Tcp)][state];
    const auto tcp_state = static_cast<model::TcpState>(state);
    const bool rare = tcp_state == model::TcpState::None || tcp_state == model::TcpState::SynSent2;
    if (flows > 0 || !rare) {
      rows.push_back({.label = state_words(tcp_state), .flows = flows});
    }
  }
  return rows;
}

std::vector<TableRow> by_status(const model::Composition& composition) {
  std::vector<TableRow> rows;
  rows.reserve(kStatusWords.size());
  for (const auto& [status, words] : kStatusWords) {
    rows.push_back({.label = std::string(words),
                    .flows = composition.by_status[static_cast<std::size_t>(status)]});
  }
  return rows;
}

std::vector<TableRow> by_zone(const model::Composition& composition) {
  std::vector<TableRow> rows;
  rows.reserve(composition.by_zone.size() + 1);
  for (const model::ZoneFlows& zone : composition.by_zone) {
    rows.push_back(
        {.label = zone.zone == 0 ? "Zone 0 (default)" : fmt::format("Zone {}", zone.zone),
         .flows = zone.flows});
  }
  if (composition.other_zones > 0) {
    rows.push_back({.label = "Other zones", .flows = composition.other_zones});
  }
  return rows;
}

}  // namespace

std::string render_composition(const model::Composition& composition) {
  const std::uint64_t all = composition.flows;
  const auto& tcp_cells = composition.by_state[static_cast<std::size_t>(model::Protocol::Tcp)];
  const auto tcp = std::accumulate(tcp_cells.begin(), tcp_cells.end(), std::uint64_t{0});
  const auto& family = composition.by_family;

  std::string out = "<section>\n" + render_table("Protocols", "", by_protocol(composition), all);
  out += render_table(
      "Address family", "",
      {{.label = "IPv4", .flows = family[0]}, {.label = "IPv6", .flows = family[1]}}, all);
  out += "</section>\n<section>\n";
  out += render_table("TCP by state", "share of TCP", by_tcp_state(composition), tcp);
  out += "</section>\n<section>\n";
  out += render_table("Properties", "a flow can have several", by_status(composition), all);
  // One zone, the default one, is the ordinary case and tells nothing.
  if (const std::vector<TableRow> zones = by_zone(composition); zones.size() > 1) {
    out += render_table("Conntrack zones", "", zones, all);
  }
  return out + "</section>\n";
}

}  // namespace ctwarden::exporter

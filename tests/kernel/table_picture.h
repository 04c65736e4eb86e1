// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the daemon shows and what libnetfilter_conntrack's dump says, in the same words: flows by
// protocol and state, family, zone and status. Cells without flows are left out.
#pragma once

#include "model/flow.h"
#include "tests/support/kernel_dump.h"
#include "tests/support/metrics_client.h"

#include <cstdint>
#include <map>
#include <string>

namespace ctwarden::tests {

using Picture = std::map<std::string, std::uint64_t>;

inline Picture kernel_picture() {
  Picture picture;
  for (const KernelFlow& flow : dump_kernel_flows()) {
    const std::string protocol(model::name(model::protocol_of(flow.original.protocol)));
    const std::string state(model::name(flow.tcp_state.value_or(model::TcpState::None)));
    ++picture["flows " + protocol + " " + state];
    ++picture["family " + std::string(model::name(flow.original.family))];
    ++picture["zone " + std::to_string(flow.zone)];
    picture["status unreplied"] += (flow.status & model::kStatusSeenReply) == 0 ? 1 : 0;
    picture["status assured"] += (flow.status & model::kStatusAssured) != 0 ? 1 : 0;
    picture["status snat"] += (flow.status & model::kStatusSourceNat) != 0 ? 1 : 0;
    picture["status dnat"] += (flow.status & model::kStatusDestinationNat) != 0 ? 1 : 0;
  }
  std::erase_if(picture, [](const auto& cell) { return cell.second == 0; });
  return picture;
}

inline Picture daemon_picture(const Metrics& metrics) {
  Picture picture;
  const auto take = [&](const std::string& family, auto&& word) {
    if (const auto found = metrics.all().find(family); found != metrics.all().end()) {
      for (const auto& [labels, flows] : found->second) {
        if (flows != 0) {
          picture[word(labels)] = static_cast<std::uint64_t>(flows);
        }
      }
    }
  };
  take("ctwarden_flows",
       [](const Labels& l) { return "flows " + l.at("protocol") + " " + l.at("state"); });
  take("ctwarden_flows_family", [](const Labels& l) { return "family " + l.at("family"); });
  take("ctwarden_flows_zone", [](const Labels& l) { return "zone " + l.at("ct_zone"); });
  take("ctwarden_flows_by_status", [](const Labels& l) { return "status " + l.at("status"); });
  return picture;
}

}  // namespace ctwarden::tests

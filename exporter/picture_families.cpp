// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/families.h"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>

namespace ctwarden::exporter {

namespace {

void add_flows(Exposition& out, const model::Composition& composition) {
  out.gauge(
      "ctwarden_flows",
      "Flows in the table by protocol and TCP state; state is none for every other protocol.");
  for (std::size_t p = 0; p < model::kProtocolCount; ++p) {
    const auto protocol = static_cast<model::Protocol>(p);
    const auto& cells = composition.by_state[p];
    if (protocol != model::Protocol::Tcp) {
      const auto sum = std::accumulate(cells.begin(), cells.end(), std::uint64_t{0});
      out.sample({{"protocol", name(protocol)}, {"state", "none"}}, static_cast<double>(sum));
      continue;
    }
    // None is kept for TCP: an entry made through ctnetlink may have no state, and the sum must
    // stay the table.
    for (std::size_t s = 0; s < model::kTcpStateCount; ++s) {
      out.sample({{"protocol", name(protocol)}, {"state", name(static_cast<model::TcpState>(s))}},
                 static_cast<double>(cells[s]));
    }
  }
}

void add_composition(Exposition& out, const model::Composition& composition) {
  add_flows(out, composition);

  out.gauge("ctwarden_flows_by_status",
            "Flows with a property; the sets overlap, so do not sum them.");
  for (std::size_t i = 0; i < model::kFlowStatusCount; ++i) {
    out.sample({{"status", name(static_cast<model::FlowStatus>(i))}},
               static_cast<double>(composition.by_status[i]));
  }

  out.gauge("ctwarden_flows_family", "Flows by address family.");
  for (const auto family : {model::Family::Ipv4, model::Family::Ipv6}) {
    out.sample({{"family", name(family)}},
               static_cast<double>(composition.by_family[static_cast<std::size_t>(family)]));
  }

  out.gauge("ctwarden_flows_zone",
            "Flows by conntrack zone; zones beyond the cap are counted as other.");
  for (const model::ZoneFlows& zone : composition.by_zone) {
    out.sample({{"ct_zone", std::to_string(zone.zone)}}, static_cast<double>(zone.flows));
  }
  out.sample({{"ct_zone", "other"}}, static_cast<double>(composition.other_zones));
}

void add_ends(Exposition& out, const model::Churn& churn) {
  out.counter("ctwarden_flows_ended_total",
              "Flows destroyed, by how they ended (docs/ends.md); every reason that the protocol "
              "can have.");
  for (std::size_t p = 0; p < model::kProtocolCount; ++p) {
    for (std::size_t r = 0; r < model::kEndReasonCount; ++r) {
      const auto protocol = static_cast<model::Protocol>(p);
      const auto reason = static_cast<model::EndReason>(r);
      if (possible(protocol, reason)) {
        out.sample({{"protocol", name(protocol)}, {"reason", name(reason)}},
                   static_cast<double>(churn.ended[p][r]));
      }
    }
  }
}

void add_churn(Exposition& out, const model::Churn& churn) {
  const auto by_protocol = [&out](const auto& values) {
    for (std::size_t p = 0; p < model::kProtocolCount; ++p) {
      out.sample({{"protocol", name(static_cast<model::Protocol>(p))}},
                 static_cast<double>(values[p]));
    }
  };
  out.counter("ctwarden_flows_created_total", "Flows created, counted from events.");
  by_protocol(churn.created);
  out.counter("ctwarden_flows_destroyed_total", "Flows destroyed, counted from events.");
  by_protocol(churn.destroyed);
  add_ends(out, churn);
  out.counter("ctwarden_flows_ended_never_assured_total",
              "Flows that ended without the kernel ever having marked them assured: what a full "
              "table evicts first.");
  by_protocol(churn.never_assured);

  out.histogram("ctwarden_flow_lifetime_seconds",
                "Time from birth to end of flows that ended, for those whose birth is known.");
  for (std::size_t p = 0; p < model::kProtocolCount; ++p) {
    out.sample({{"protocol", name(static_cast<model::Protocol>(p))}}, churn.lifetimes[p]);
  }
}

void add_forecast(Exposition& out, const model::Forecast& forecast) {
  out.gauge("ctwarden_plateau_entries",
            "Entries the table comes to if flows go on to arrive as they do now; the mean over the "
            "rounds of the kernel's collector.")
      .value(forecast.plateau_entries);
  out.gauge("ctwarden_time_to_full_seconds",
            "Seconds until the entries reach the limit, +Inf if they will not.")
      .value(forecast.seconds_to_full);
}

}  // namespace

void add_picture_families(Exposition& out, const model::Snapshot& snapshot) {
  if (snapshot.composition) {
    add_composition(out, *snapshot.composition);
  }
  out.gauge("ctwarden_silent_flows",
            "Flows known from a dump only (older than the event socket, or born during a loss): "
            "their end may come unannounced, dumps find it.")
      .value(snapshot.silent_flows);
  // Without events these would stand still while the table turns over: a false zero rate.
  if (!snapshot.limited && snapshot.fidelity != model::Fidelity::DumpOnly) {
    add_churn(out, snapshot.churn);
    if (snapshot.forecast) {
      add_forecast(out, *snapshot.forecast);
    }
  }
}

}  // namespace ctwarden::exporter

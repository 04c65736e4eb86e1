// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/families.h"
#include "model/address_text.h"

#include <cstdint>
#include <string>

namespace ctwarden::exporter {

namespace {

// One series a listed service, and one for all others of its protocol.
void add_ports(Exposition& out, const model::PortLines& ports,
               std::uint64_t model::PortLine::* value, const std::array<std::uint64_t, 2>& others) {
  for (const model::PortLine& line : ports.listed) {
    out.sample(
        {{"protocol", name(line.service.protocol)}, {"port", std::to_string(line.service.port)}},
        static_cast<double>(line.*value));
  }
  out.sample({{"protocol", "tcp"}, {"port", "other"}}, static_cast<double>(others[0]));
  out.sample({{"protocol", "udp"}, {"port", "other"}}, static_cast<double>(others[1]));
}

void add_sources(Exposition& out, const model::SourceLines& sources) {
  out.gauge("ctwarden_source_flows",
            "Flows by source address, those with the most; address other is all the rest.");
  for (const model::SourceLine& line : sources.listed) {
    out.sample({{"address", to_text(line.family, line.address)}}, static_cast<double>(line.flows));
  }
  out.sample({{"address", "other"}}, static_cast<double>(sources.other_flows));
}

void add_pools(Exposition& out, const std::vector<model::SnatFullest>& pools) {
  out.gauge("ctwarden_snat_ports_used_max",
            "Source ports in use of the fullest SNAT pool: one egress address towards one address "
            "and port.");
  for (const model::SnatFullest& pool : pools) {
    out.sample({{"protocol", name(pool.protocol)}}, static_cast<double>(pool.used));
  }
  out.gauge(
      "ctwarden_snat_ports_used_ratio_max",
      "The same as a share of the ports a rule without a port range may choose from, 0 to 1.");
  for (const model::SnatFullest& pool : pools) {
    out.sample({{"protocol", name(pool.protocol)}}, pool.ratio);
  }
}

}  // namespace

void add_talker_families(Exposition& out, const model::Snapshot& snapshot) {
  if (snapshot.ports) {
    out.gauge("ctwarden_port_flows",
              "Flows by destination port before DNAT, TCP and UDP; port other is all not listed.");
    add_ports(out, *snapshot.ports, &model::PortLine::flows, snapshot.ports->other_flows);
  }
  if (snapshot.ports && snapshot.fidelity != model::Fidelity::DumpOnly) {
    out.counter("ctwarden_port_created_total",
                "Flows created by destination port before DNAT, while the port was listed; port "
                "other is all the rest.");
    add_ports(out, *snapshot.ports, &model::PortLine::created, snapshot.ports->other_created);
  }
  if (snapshot.sources) {
    add_sources(out, *snapshot.sources);
  }
  if (snapshot.snat) {
    add_pools(out, *snapshot.snat);
  }
}

}  // namespace ctwarden::exporter

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/talker_lines.h"

#include "model/occupancy.h"
#include "model/talkers_view.h"

#include <algorithm>

namespace ctwarden::model {

std::vector<SnatFullest> fullest_pools(const Occupancy& occupancy) {
  std::vector<SnatFullest> fullest = {{.protocol = Protocol::Tcp}, {.protocol = Protocol::Udp}};
  occupancy.pools().for_each([&](const auto& line) {
    const SnatPoolUse pool = snat_pool_use(line);
    auto found = std::ranges::find(fullest, pool.protocol, &SnatFullest::protocol);
    if (found == fullest.end()) {
      found = fullest.insert(found, {.protocol = pool.protocol});
    }
    found->used = std::max(found->used, pool.used.upper);
    found->ratio = std::max(found->ratio, pool.ratio());
  });
  return fullest;
}

SourceLines fullest_sources(const Occupancy& occupancy, std::size_t n) {
  SourceLines lines{.listed = {}, .other_flows = occupancy.flows()};
  for (const auto& line : occupancy.sources().top(n)) {
    lines.listed.push_back({.family = family_of(line.key),
                            .address = address_of(line.key),
                            .flows = line.flows.upper});
    lines.other_flows -= std::min(lines.other_flows, line.flows.upper);
  }
  return lines;
}

}  // namespace ctwarden::model

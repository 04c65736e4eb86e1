// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/talkers_view.h"

#include "model/snat_pool.h"
#include "model/talkers.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace ctwarden::model {

namespace {

template <typename Key>
using Windows = std::array<typename ChurnPanes<Key>::Answer, kWindowCount>;

template <typename Key>
Windows<Key> windows_of(ChurnPanes<Key>& panes, std::uint32_t now) {
  Windows<Key> windows;
  for (std::size_t i = 0; i < kWindowCount; ++i) {
    windows[i] = panes.over(static_cast<Window>(i), now);
  }
  return windows;
}

template <typename Key>
Created created_by(const Windows<Key>& windows, const Key& key) {
  Created created;
  for (std::size_t i = 0; i < kWindowCount; ++i) {
    created[i] = windows[i].tally.of(key);
  }
  return created;
}

// What `by` sorts a line by, and what decides among equals.
template <typename Line>
auto weight(const Line& line, Rank by, std::uint64_t flows, std::uint64_t unreplied) {
  const std::uint64_t first = by == Rank::Flows ? flows
                              : by == Rank::Unreplied
                                  ? unreplied
                                  : line.created[static_cast<std::size_t>(by) - 2].lower;
  return std::tuple(first, flows);
}
static_assert(static_cast<std::size_t>(Rank::NewTenSeconds) == 2);

template <typename Line, typename Weight>
void keep_first(std::vector<Line>& lines, std::size_t n, Weight weight) {
  const auto end = lines.begin() + static_cast<std::ptrdiff_t>(std::min(n, lines.size()));
  std::ranges::partial_sort(lines, end,
                            [&](const Line& a, const Line& b) { return weight(a) > weight(b); });
  lines.erase(end, lines.end());
}

// Keys that only came and went have no flows left, but belong among the new.
std::vector<AddressTalker> addresses(const LiveCounts<Host>& counts, const Windows<Host>& windows,
                                     const TalkersQuery& query) {
  std::map<Host, LiveCounts<Host>::Line> known;
  counts.for_each([&](const auto& line) { known.emplace(line.key, line); });
  if (query.by >= Rank::NewTenSeconds) {
    const std::size_t window = static_cast<std::size_t>(query.by) - 2;
    for (const auto& item : windows[window].tally.items) {
      known.try_emplace(
          item.key, LiveCounts<Host>::Line{.key = item.key,
                                           .flows = {.lower = 0, .upper = counts.unlisted()},
                                           .unreplied = {.lower = 0, .upper = counts.unlisted()}});
    }
  }
  std::vector<AddressTalker> lines;
  lines.reserve(known.size());
  for (const auto& [host, line] : known) {
    lines.push_back({.address = address_of(host),
                     .family = family_of(host),
                     .flows = line.flows,
                     .unreplied = line.unreplied,
                     .created = created_by(windows, host)});
  }
  keep_first(lines, query.lines, [&](const AddressTalker& line) {
    return std::tuple(weight(line, query.by, line.flows.upper, line.unreplied.upper), line.address);
  });
  std::erase_if(lines, [&](const AddressTalker& line) {
    return std::get<0>(weight(line, query.by, line.flows.upper, line.unreplied.upper)) == 0;
  });
  return lines;
}

Host network_of(const Host& host) {
  Address address = address_of(host);
  const Family family = family_of(host);
  const std::size_t kept = family == Family::Ipv4 ? 3 : 8;
  std::fill(address.bytes.begin() + static_cast<std::ptrdiff_t>(kept), address.bytes.end(),
            std::uint8_t{0});
  return host_of(address, family);
}

// A flow of an unlisted address may belong to any prefix, so each may have all of them.
std::vector<PrefixTalker> prefixes(const LiveCounts<Host>& counts, std::size_t n) {
  std::map<Host, PrefixTalker> sums;
  counts.for_each([&](const auto& line) {
    const Host network = network_of(line.key);
    PrefixTalker& sum = sums[network];
    sum.network = address_of(network);
    sum.family = family_of(network);
    sum.flows.lower += line.flows.lower;
    sum.unreplied.lower += line.unreplied.lower;
  });
  std::vector<PrefixTalker> lines;
  for (auto& [network, sum] : sums) {
    sum.flows.upper = sum.flows.lower + counts.cold().flows;
    sum.unreplied.upper = sum.unreplied.lower + counts.cold().unreplied;
    lines.push_back(sum);
  }
  keep_first(lines, n,
             [](const PrefixTalker& line) { return std::tuple(line.flows.lower, line.network); });
  std::erase_if(lines, [](const PrefixTalker& line) { return line.flows.lower == 0; });
  return lines;
}

std::vector<ServiceTalker> services(const std::vector<std::uint32_t>& flows,
                                    const Windows<Service>& windows, const TalkersQuery& query) {
  std::vector<bool> seen(flows.size());
  for (std::size_t at = 0; at < flows.size(); ++at) {
    seen[at] = flows[at] != 0;
  }
  for (const auto& window : windows) {
    for (const auto& item : window.tally.items) {
      seen[index_of(item.key)] = true;
    }
  }
  std::vector<ServiceTalker> lines;
  for (std::size_t at = 0; at < flows.size(); ++at) {
    if (seen[at]) {
      const Service service = service_at(at);
      lines.push_back(
          {.service = service, .flows = flows[at], .created = created_by(windows, service)});
    }
  }
  keep_first(lines, query.lines, [&](const ServiceTalker& line) {
    return std::tuple(weight(line, query.by, line.flows, line.flows), line.service);
  });
  return lines;
}

}  // namespace

SnatPoolUse snat_pool_use(const LiveCounts<Tuple>::Line& line) {
  return {.protocol = protocol_of(line.key.protocol),
          .family = line.key.family,
          .egress = line.key.destination,
          .destination = line.key.source,
          .destination_port = line.key.source_port,
          .zone = line.key.zone,
          .used = line.flows,
          .range = usable_range(line.key.destination_port).size};
}

TalkersView Talkers::view(const TalkersQuery& query, std::uint32_t now) {
  const auto sources = windows_of(arrivals_.sources(), now);
  const auto destinations = windows_of(arrivals_.destinations(), now);
  const auto before = windows_of(arrivals_.services_before(), now);
  const auto after = windows_of(arrivals_.services_after(), now);

  TalkersView view;
  view.sources = addresses(live_.sources(), sources, query);
  view.destinations = addresses(live_.destinations(), destinations, query);
  view.source_prefixes = prefixes(live_.sources(), query.lines);
  view.services_before = services(live_.services_before(), before, query);
  view.services_after = services(live_.services_after(), after, query);
  live_.pools().for_each([&](const auto& line) { view.pools.push_back(snat_pool_use(line)); });
  keep_first(view.pools, query.lines, [](const SnatPoolUse& pool) { return pool.ratio(); });

  view.flows = live_.flows();
  for (std::size_t i = 0; i < kWindowCount; ++i) {
    view.seconds[i] = before[i].seconds;
  }
  view.exact = live_.sources().exact() && live_.destinations().exact() && live_.pools().exact();
  view.unlisted_source = live_.sources().unlisted();
  view.unlisted_destination = live_.destinations().unlisted();
  return view;
}

}  // namespace ctwarden::model

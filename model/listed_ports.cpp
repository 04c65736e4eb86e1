// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/listed_ports.h"

#include "model/growth.h"

#include <algorithm>

namespace ctwarden::model {

namespace {

std::size_t place_of(Protocol protocol) { return protocol == Protocol::Udp ? 1 : 0; }

// Indices of the services with flows, the fullest `n` first.
std::vector<std::size_t> fullest(const std::vector<std::uint32_t>& flows, std::size_t n) {
  std::vector<std::size_t> used;
  for (std::size_t at = 0; at < flows.size(); ++at) {
    if (flows[at] != 0) {
      used.push_back(at);
    }
  }
  const auto end = used.begin() + static_cast<std::ptrdiff_t>(std::min(n, used.size()));
  std::ranges::partial_sort(used, end, [&](std::size_t a, std::size_t b) {
    return flows[a] != flows[b] ? flows[a] > flows[b] : a < b;
  });
  used.erase(end, used.end());
  return used;
}

}  // namespace

PortLines ListedPorts::look(const Occupancy& occupancy, const Arrivals& arrivals, std::size_t n) {
  const std::vector<std::size_t> first = fullest(occupancy.services_before(), n);
  drop(occupancy, first, n);
  account(arrivals);
  join(arrivals, first);
  PortLines lines{.listed = {}, .other_flows = {}, .other_created = other_created_};
  const auto& flows = occupancy.services_before();
  for (std::size_t at = 0; at < flows.size(); ++at) {
    lines.other_flows[place_of(service_at(at).protocol)] += flows[at];
  }
  for (const Listed& listed : listed_) {
    const std::uint64_t here = flows[index_of(listed.service)];
    lines.listed.push_back(
        {.service = listed.service, .flows = here, .created = created_[listed.service]});
    lines.other_flows[place_of(listed.service.protocol)] -= here;
  }
  std::ranges::sort(lines.listed, {}, &PortLine::service);
  return lines;
}

// What was created since the last look goes to those that still are listed, and the rest to other.
void ListedPorts::account(const Arrivals& arrivals) {
  for (const Protocol protocol : {Protocol::Tcp, Protocol::Udp}) {
    const std::size_t place = place_of(protocol);
    const std::uint64_t total = arrivals.created_total(protocol);
    other_created_[place] += total - total_seen_[place];
    total_seen_[place] = total;
  }
  for (Listed& listed : listed_) {
    const std::uint32_t now = arrivals.created()[index_of(listed.service)];
    const std::uint64_t more = growth(listed.seen, now);
    listed.seen = now;
    created_[listed.service] += more;
    other_created_[place_of(listed.service.protocol)] -= more;
  }
}

// The fullest stay; others stay as far as there is room, the fuller ones first.
void ListedPorts::drop(const Occupancy& occupancy, const std::vector<std::size_t>& first,
                       std::size_t n) {
  const auto is_first = [&](const Listed& listed) {
    return std::ranges::find(first, index_of(listed.service)) != first.end();
  };
  const auto flows_of = [&](const Listed& listed) {
    return occupancy.services_before()[index_of(listed.service)];
  };
  std::ranges::stable_sort(listed_, [&](const Listed& a, const Listed& b) {
    return is_first(a) != is_first(b) ? is_first(a) : flows_of(a) > flows_of(b);
  });
  const auto kept = static_cast<std::size_t>(std::ranges::count_if(listed_, is_first));
  listed_.resize(std::min(listed_.size(), 2 * n - (first.size() - kept)));
}

void ListedPorts::join(const Arrivals& arrivals, const std::vector<std::size_t>& first) {
  for (const std::size_t at : first) {
    const Service service = service_at(at);
    if (std::ranges::find(listed_, service, &Listed::service) == listed_.end()) {
      listed_.push_back({.service = service, .seen = arrivals.created()[at]});
      created_.try_emplace(service, 0);
    }
  }
}

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/address_text.h"
#include "model/findings/rules.h"
#include "model/findings/words.h"
#include "model/talkers_view.h"

#include <utility>

namespace ctwarden::model {

namespace {

constexpr std::size_t kShownPools = 3;

std::string with_port(const Address& address, Family family, std::uint16_t port) {
  const std::string text = to_text(family, address);
  return (family == Family::Ipv6 ? "[" + text + "]" : text) + ":" + std::to_string(port);
}

}  // namespace

void find_pools(const Observation& seen, std::vector<Finding>& out) {
  if (seen.occupancy == nullptr) {
    return;
  }
  for (const auto& line : seen.occupancy->pools().top(kShownPools)) {
    const SnatPoolUse pool = snat_pool_use(line);
    if (pool.ratio() < kPoolFilling) {
      continue;
    }
    const std::uint64_t failed = seen.ten_minutes.of(Stat::InsertFailed);
    const std::string protocol(name(pool.protocol));
    std::string subject = protocol;
    subject.append(" ").append(to_text(pool.family, pool.egress)).append(" -> ");
    subject.append(with_port(pool.destination, pool.family, pool.destination_port));
    Finding finding{
        .kind = FindingKind::SnatPool,
        .severity = pool.ratio() >= kPoolFailing ? Severity::Critical : Severity::Warning,
        .subject = std::move(subject),
        .names_address = true,
        .evidence = {{"ports_used", static_cast<double>(pool.used.upper)},
                     {"ports", static_cast<double>(pool.range)},
                     {"insert_failed", static_cast<double>(failed)}},
        .meaning = {},
        .next =
            "give the node more egress addresses (SNAT to a range), let the clients reuse "
            "connections, or shorten the timeout: " +
            words::set(pool.protocol == Protocol::Tcp ? Setting::TcpTimeWait : Setting::Udp,
                       pool.protocol == Protocol::Tcp ? 30 : 10)};
    finding.meaning =
        words::percent(pool.ratio(), 1) + " of the " + std::to_string(pool.range) +
        " source ports of one translated address are taken towards one " + protocol +
        " service. Before the last one is, new connections to it fail" +
        (failed > 0 ? ", as " + std::to_string(failed) + " did in the last ten minutes." : ".");
    out.push_back(std::move(finding));
  }
}

}  // namespace ctwarden::model

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/findings/rules.h"
#include "model/findings/words.h"
#include "model/talkers_view.h"

namespace ctwarden::model {

namespace {

// A lost race now and then is life; this many in ten minutes is somebody's lost query each minute.
constexpr std::uint64_t kSomeFailures = 10;
// DNS must be a part of the new flows that can explain the failures at all.
constexpr double kDnsPart = 0.05;

double fullest_pool(const Observation& seen) {
  double ratio = 0;
  if (seen.occupancy != nullptr) {
    for (const auto& line : seen.occupancy->pools().top(1)) {
      ratio = snat_pool_use(line).ratio();
    }
  }
  return ratio;
}

}  // namespace

void find_failures(const Observation& seen, std::vector<Finding>& out) {
  // The kernel counts a flow that was refused for its chain's length under both names.
  const std::uint64_t all = seen.ten_minutes.of(Stat::InsertFailed);
  const std::uint64_t chains = seen.ten_minutes.of(Stat::ChainTooLong);
  const std::uint64_t failed = all > chains ? all - chains : 0;
  if (failed < kSomeFailures || fullest_pool(seen) >= kPoolFilling) {
    return;  // a pool near its end explains them, and has a finding of its own
  }
  const std::uint64_t resolved = seen.ten_minutes.of(Stat::ClashResolve);
  const auto created = static_cast<double>(seen.ten_minutes.created);
  const auto dns = static_cast<double>(seen.ten_minutes.created_dns);
  const std::vector<Evidence> evidence = {{"insert_failed", static_cast<double>(failed)},
                                          {"clash_resolve", static_cast<double>(resolved)},
                                          {"new_flows", created},
                                          {"new_flows_udp_53", dns}};
  const std::string times = std::to_string(failed) +
                            " times in ten minutes the kernel dropped a "
                            "packet because another flow had taken its tuple first. ";
  if (dns > 0 && dns >= kDnsPart * created && dns >= static_cast<double>(failed)) {
    out.push_back({.kind = FindingKind::DnsRace,
                   .severity = Severity::Warning,
                   .subject = {},
                   .evidence = evidence,
                   .meaning = times + "With " + words::percent(dns, created) +
                              " of the new flows going to UDP port 53 this fits resolvers that "
                              "send A and AAAA queries from one socket at once; a query lost "
                              "costs its client a timeout of seconds.",
                   .next = "add \"options single-request-reopen\" to the clients' resolv.conf, or "
                           "run a DNS cache on the node (node-local-dns)"});
    return;
  }
  out.push_back({.kind = FindingKind::InsertFailures,
                 .severity = Severity::Warning,
                 .subject = {},
                 .evidence = evidence,
                 .meaning = times + "It does not fit the race of parallel DNS queries: " +
                            words::percent(dns, created) + " of the new flows go to UDP port 53.",
                 .next = "conntrack -S; look for a translated address that runs out of ports, or "
                         "clients that reuse one source port"});
}

}  // namespace ctwarden::model

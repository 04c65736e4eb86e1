// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/pressure_reports.h"

#include "daemon/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

namespace ctwarden::daemon {

namespace {

constexpr std::size_t kKept = 8;
constexpr std::size_t kListed = 5;

// "10.1.0.7 81234, 10.1.0.9 1200..1210": most first.
template <typename Lines, typename Write>
std::string list(const Lines& lines, Write write) {
  std::string out;
  for (std::size_t i = 0; i < std::min(kListed, lines.size()); ++i) {
    out += out.empty() ? "" : ", ";
    out += write(lines[i]);
  }
  return out;
}

std::string count(const model::Bounds& bounds) {
  return bounds.exact() ? std::to_string(bounds.lower)
                        : fmt::format("{}..{}", bounds.lower, bounds.upper);
}

std::string addresses(const std::vector<model::AddressTalker>& talkers,
                      const model::AddressNames& names) {
  return list(talkers, [&](const model::AddressTalker& each) {
    return named_text(names, each.family, each.address) + " " + count(each.flows);
  });
}

std::string services(const std::vector<model::ServiceTalker>& talkers) {
  return list(talkers, [](const model::ServiceTalker& each) {
    return fmt::format("{}/{} {}", name(each.service.protocol), each.service.port, each.flows);
  });
}

// "tcp time_wait 74806, udp none 39611": the fullest cells of the composition.
std::string composition(const model::Composition& table) {
  std::vector<std::pair<std::uint64_t, std::string>> cells;
  for (std::size_t p = 0; p < model::kProtocolCount; ++p) {
    for (std::size_t s = 0; s < model::kTcpStateCount; ++s) {
      if (const std::uint64_t flows = table.by_state[p][s]; flows != 0) {
        cells.emplace_back(flows, fmt::format("{} {} {}", name(static_cast<model::Protocol>(p)),
                                              name(static_cast<model::TcpState>(s)), flows));
      }
    }
  }
  std::ranges::sort(cells, std::ranges::greater{});
  return list(cells, [](const auto& cell) { return cell.second; });
}

// "231044 entries, full in 5400 s, driven by TCP half-open".
std::string to_text(const model::Forecast& forecast) {
  const double seconds = forecast.seconds_to_full.value_or(HUGE_VAL);
  return fmt::format("{:.0f} entries, {}, driven by {}", forecast.plateau_entries,
                     std::isinf(seconds) ? "not full" : fmt::format("full in {:.0f} s", seconds),
                     name(forecast.driver));
}

std::string findings(const std::vector<model::StandingFinding>& standing) {
  return list(standing, [](const model::StandingFinding& each) {
    return std::string(name(each.finding.kind));
  });
}

void log_report(const model::PressureReport& report, const model::AddressNames& names) {
  const model::Snapshot& picture = report.picture;
  const std::string ahead = picture.forecast ? to_text(*picture.forecast) : "";
  const std::string held = picture.composition ? composition(*picture.composition) : "";
  const std::string sources = addresses(report.talkers.sources, names);
  const std::string destinations = addresses(report.talkers.destinations, names);
  const std::string asked = services(report.talkers.services_before);
  const std::string found = findings(picture.findings);
  const std::array<LogField, 11> fields = {
      LogField{"cause", name(report.cause)},
      LogField{"entries", picture.entries.value_or(0)},
      LogField{"limit", picture.limit.value_or(0)},
      LogField{"created_per_second", picture.rates ? picture.rates->created : 0.0},
      LogField{"destroyed_per_second", picture.rates ? picture.rates->destroyed : 0.0},
      LogField{"forecast", ahead},
      LogField{"holds", held},
      LogField{"sources", sources},
      LogField{"destinations", destinations},
      LogField{"services", asked},
      LogField{"findings", found}};
  log(LogLevel::Warning, "table pressure", fields);
}

}  // namespace

void PressureReports::add(model::PressureReport report) {
  log_report(report, names_);
  reports_.push_back(std::move(report));
  if (reports_.size() > kKept) {
    reports_.pop_front();
  }
}

}  // namespace ctwarden::daemon

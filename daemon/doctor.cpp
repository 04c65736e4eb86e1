// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor.h"

#include "daemon/log.h"
#include "model/findings/rules.h"

#include <algorithm>
#include <utility>

namespace ctwarden::daemon {

namespace {

using namespace std::chrono_literals;

// The whole table in eight seconds: 0.6 ms each at a million flows.
constexpr std::size_t kTablesPerSecond = 128;
static_assert(model::FlowIndex::kTables % kTablesPerSecond == 0);
// A flow that was never answered ends after one timeout; one that is seen after two is kept alive.
constexpr std::uint64_t kUdpTimeout = 30;
constexpr std::uint32_t kGrace = 10;
// Without UPDATE, states are as old as the last dump, up to a minute and a bit.
constexpr std::uint32_t kOldStates = 180;

void log_finding(const model::Finding& finding) {
  const LogLevel level =
      finding.severity == model::Severity::Info ? LogLevel::Info : LogLevel::Warning;
  const std::array<LogField, 5> fields = {
      LogField{"finding", name(finding.kind)}, LogField{"severity", name(finding.severity)},
      LogField{"subject", finding.subject}, LogField{"meaning", finding.meaning},
      LogField{"next", finding.next}};
  log(level, "finding", fields);
}

}  // namespace

void Doctor::read_settings() {
  for (std::size_t i = 0; i < model::kSettingCount; ++i) {
    const auto setting = static_cast<model::Setting>(i);
    const auto value = files_.read_setting(name(setting));
    settings_[setting] = value ? std::optional(*value) : std::nullopt;
  }
}

void Doctor::survey(model::FlowTable& table, bool states_are_fresh) {
  const std::uint64_t timeout = settings_[model::Setting::Udp].value_or(kUdpTimeout);
  const auto older_than = std::max(static_cast<std::uint32_t>(2 * timeout) + kGrace,
                                   states_are_fresh ? 0U : kOldStates);
  for (std::size_t i = 0; i < kTablesPerSecond; ++i, ++next_table_) {
    stale_dnat_yet_ += table.count_unanswered_dnat(next_table_, clock_.seconds(), older_than);
  }
  if (next_table_ >= model::FlowIndex::kTables) {
    stale_dnat_ = std::exchange(stale_dnat_yet_, 0);
    next_table_ = 0;
  }
}

void Doctor::examine(const model::Snapshot& picture, const model::Occupancy* occupancy) {
  read_settings();
  if (!limit_at_start_) {
    limit_at_start_ = picture.limit;
  }
  const model::Growths minute = counters_.over(1min);
  const model::Growths ten_minutes = counters_.over(10min);
  auto found = model::find_all({.picture = picture,
                                .settings = settings_,
                                .minute = minute,
                                .ten_minutes = ten_minutes,
                                .limit_at_start = limit_at_start_,
                                .occupancy = occupancy,
                                .stale_dnat = stale_dnat_});
  for (const model::Finding& finding : board_.update(std::move(found), clock_.now())) {
    if (limiter_.admit(name(finding.kind), clock_.now())) {
      log_finding(finding);
    }
  }
  (void)limiter_.take_repeats(clock_.now());  // a finding that comes and goes is shown, not logged
}

}  // namespace ctwarden::daemon

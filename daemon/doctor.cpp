// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor.h"

#include "daemon/log.h"
#include "model/findings/rules.h"

namespace ctwarden::daemon {

namespace {

using namespace std::chrono_literals;

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

void Doctor::examine(const model::Snapshot& picture) {
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
                                .limit_at_start = limit_at_start_});
  for (const model::Finding& finding : board_.update(std::move(found), clock_.now())) {
    if (limiter_.admit(name(finding.kind), clock_.now())) {
      log_finding(finding);
    }
  }
  (void)limiter_.take_repeats(clock_.now());  // a finding that comes and goes is shown, not logged
}

}  // namespace ctwarden::daemon

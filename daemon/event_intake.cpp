// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/event_intake.h"

#include "daemon/log.h"

#include <algorithm>
#include <utility>

namespace ctwarden::daemon {

namespace {

constexpr std::uint64_t kRetryTicks = 30;  // how often to ask again for what was refused

model::FidelityPolicy policy_of(const EventsConfig& config) {
  using Updates = model::FidelityPolicy::Updates;
  switch (config.updates) {
    case daemon::Updates::On:
      return {.updates = Updates::Always, .cpu_budget = config.cpu_budget};
    case daemon::Updates::Off:
      return {.updates = Updates::Never, .cpu_budget = config.cpu_budget};
    case daemon::Updates::Auto:
      break;
  }
  return {.updates = Updates::BelowRate, .cpu_budget = config.cpu_budget};
}

}  // namespace

EventIntake::EventIntake(BrokerLink& broker, EventPump& pump, const EventsConfig& config,
                         Listener listener)
    : broker_(broker),
      pump_(pump),
      config_(config),
      listener_(std::move(listener)),
      governor_(policy_of(config)),
      requested_bytes_(config.buffer_bytes) {}

void EventIntake::reconfigure(const EventsConfig& config) {
  config_ = config;
  governor_.set_policy(policy_of(config));
  enter(governor_.mode());
}

void EventIntake::open() {
  broker_.ask(broker::Verb::OpenLifecycleEvents, requested_bytes_,
              [this](model::Result<BrokerLink::Answer> answer) {
                if (answer) {
                  pump_.start_lifecycle(std::move(answer->attached));
                  log_info("subscribed to conntrack events", {{"buffer_bytes", answer->value}});
                  enter(governor_.mode());
                } else {
                  listener_.refused(answer.error());
                }
                if (!std::exchange(answered_, true)) {
                  listener_.answered();
                }
              });
}

void EventIntake::open_updates() {
  opening_updates_ = true;
  broker_.ask(broker::Verb::OpenUpdateEvents, config_.buffer_bytes,
              [this](model::Result<BrokerLink::Answer> answer) {
                opening_updates_ = false;
                if (!answer) {
                  listener_.warn("conntrack update events", answer.error().context);
                } else if (governor_.mode() == model::Fidelity::Full) {
                  pump_.start_updates(std::move(answer->attached));
                }
              });
}

// The kernel stops building UPDATE messages when the last descriptor of the socket is closed, and
// the broker has one.
void EventIntake::close_updates() {
  pump_.stop_updates();
  broker_.ask(broker::Verb::CloseUpdateEvents, 0, [](const model::Result<BrokerLink::Answer>&) {});
}

void EventIntake::tick(std::uint64_t created, std::chrono::milliseconds now) {
  ++ticks_;
  if (!pump_.lifecycle()) {
    if (ticks_ % kRetryTicks == 0) {
      open();
    }
    return;
  }
  grow();
  govern(created, now);
}

void EventIntake::grow() {
  const std::uint64_t lost = pump_.lifecycle_lost();
  if (lost == std::exchange(lifecycle_lost_grown_, lost) ||
      requested_bytes_ >= config_.buffer_max_bytes) {
    return;
  }
  requested_bytes_ = std::min(requested_bytes_ * 2, config_.buffer_max_bytes);
  broker_.ask(broker::Verb::GrowLifecycleEvents, requested_bytes_,
              [](const model::Result<BrokerLink::Answer>& answer) {
                if (answer) {
                  log_info("enlarged the event buffer after a loss",
                           {{"buffer_bytes", answer->value}});
                }
              });
}

void EventIntake::govern(std::uint64_t created, std::chrono::milliseconds now) {
  const Before before = std::exchange(before_, Before{.at = now,
                                                      .busy = pump_.busy(),
                                                      .created = created,
                                                      .lifecycle_lost = pump_.lifecycle_lost(),
                                                      .updates_lost = pump_.updates_lost()});
  const double seconds = std::chrono::duration<double>(now - before.at).count();
  if (seconds <= 0) {
    return;
  }
  const model::FidelityGovernor::Second second{
      .cpu_share = std::chrono::duration<double>(before_.busy - before.busy).count() / seconds,
      .created_per_second = static_cast<double>(created - before.created) / seconds,
      .lifecycle_lost = before_.lifecycle_lost - before.lifecycle_lost,
      .updates_lost = before_.updates_lost - before.updates_lost};
  const model::Fidelity was = governor_.mode();
  const model::Fidelity is = governor_.observe(second, now);
  if (is != was) {
    log_info("changed how much is listened to",
             {{"fidelity", model::name(is)},
              {"before", model::name(was)},
              {"created_per_second", second.created_per_second},
              {"cpu_share", second.cpu_share},
              {"lost", second.lifecycle_lost + second.updates_lost}});
    enter(is);
  }
}

void EventIntake::enter(model::Fidelity mode) {
  if (!pump_.lifecycle()) {
    return;
  }
  if (auto muted = pump_.mute(mode == model::Fidelity::DumpOnly); !muted) {
    listener_.warn("conntrack events", muted.error().context);
  }
  if (mode == model::Fidelity::Full) {
    if (!pump_.updates() && !opening_updates_) {
      open_updates();
    }
  } else if (pump_.updates()) {
    close_updates();
  }
}

model::Fidelity EventIntake::fidelity() const {
  if (!listening()) {
    return model::Fidelity::DumpOnly;
  }
  return pump_.updates() ? model::Fidelity::Full : model::Fidelity::Lean;
}

}  // namespace ctwarden::daemon

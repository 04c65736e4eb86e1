// SPDX-License-Identifier: GPL-2.0-or-later
//
// Watches this network namespace's conntrack: owns the table and everything that feeds it, decides
// when to resync, and gives a snapshot at any moment. Without access to ctnetlink it goes on with
// what anybody may read, and says so.
#pragma once

#include "daemon/broker_link.h"
#include "daemon/clock.h"
#include "daemon/config.h"
#include "daemon/doctor.h"
#include "daemon/event_intake.h"
#include "daemon/event_pump.h"
#include "daemon/forecast_watch.h"
#include "daemon/log_limiter.h"
#include "daemon/pressure_reports.h"
#include "daemon/resync_runner.h"
#include "daemon/stats_poller.h"
#include "model/flow_table.h"
#include "model/listed_ports.h"
#include "model/pressure_trigger.h"
#include "model/rate_window.h"
#include "model/resync_planner.h"
#include "model/snapshot.h"
#include "model/sync_state.h"
#include "model/tracking_probe.h"
#include "nlink/kernel_files.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ctwarden::daemon {

class NodeWatch {
 public:
  // `denied` is called once if the kernel refuses access for want of CAP_NET_ADMIN.
  // `names` are those of addresses, as they are at any moment.
  NodeWatch(boost::asio::io_context& loop, BrokerLink& broker, const Config& config,
            const model::AddressNames& names, std::function<void()> denied);

  void start();
  // Takes over what may change while running: intervals and caps.
  void reconfigure(const Config& config);

  // The picture at this moment; reads the kernel's own numbers afresh.
  [[nodiscard]] model::Snapshot snapshot();
  // Who fills the table; empty before the first picture.
  [[nodiscard]] model::TalkersView talkers(const model::TalkersQuery& query) {
    return table_.talkers().view(query, clock_.seconds());
  }
  // Whether there is a picture, or why there can be none; the text is for people.
  struct Readiness {
    bool ready = false;
    std::string text;
  };
  [[nodiscard]] Readiness readiness() const;

 private:
  void tick();
  void plan();
  [[nodiscard]] model::ResyncPlanner::Observation observe_table();
  void observe_tracking();
  void observe_events_setting();
  void resynced(const ResyncRunner::Outcome& outcome);
  void note_losses();
  [[nodiscard]] model::Totals totals() const;
  void examine();
  void watch_pressure();
  void stream_failed(const model::Error& error);
  void refused(std::string_view site, std::string& trouble, const model::Error& error);
  void warn(std::string_view site, std::string_view detail);
  [[nodiscard]] bool streaming() const;
  void add_talkers(model::Snapshot& picture);
  // Why ctnetlink does not answer, for people.
  [[nodiscard]] std::string stats_trouble() const;
  [[nodiscard]] model::Fidelity fidelity() const;

  std::function<void()> denied_;
  Clock clock_;
  nlink::KernelFiles files_;
  model::FlowTable table_;
  EventPump pump_;
  EventIntake intake_;
  ResyncRunner resync_;
  StatsPoller stats_;
  model::SyncState sync_;
  model::ResyncPlanner planner_;
  model::TrackingProbe tracking_;
  model::RateWindow rates_;
  ForecastWatch forecast_;
  Doctor doctor_;
  model::PressureTrigger pressure_;
  PressureReports reports_;
  model::ListedPorts ports_;
  MetricsConfig wanted_;
  boost::asio::steady_timer ticker_;
  LogLimiter limiter_;

  std::uint64_t ticks_ = 0;
  std::optional<std::uint64_t> events_setting_;
  std::string events_trouble_ = "not opened yet";
  std::string dump_trouble_;
  std::uint64_t losses_logged_ = 0;
  bool denied_once_ = false;
  model::Resyncs resyncs_;
};

}  // namespace ctwarden::daemon

// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/node_watch.h"

#include "daemon/log.h"
#include "daemon/process_usage.h"

#include <algorithm>
#include <cerrno>
#include <random>
#include <utility>

namespace ctwarden::daemon {

namespace {

using namespace std::chrono_literals;

constexpr auto kTick = 1s;
constexpr std::uint64_t kStatsTicks = 2;  // the counters need no better resolution than a scrape
constexpr std::uint64_t kDoctorTicks = 5;

model::HashSecret draw_secret() {
  std::random_device random;
  const auto word = [&] { return std::uint64_t{random()} << 32 | random(); };
  return {.k0 = word(), .k1 = word()};
}

double draw_jitter() {
  std::random_device random;
  return std::uniform_real_distribution<>(0, 1)(random);
}

std::string explain(const model::Error& error) {
  switch (error.code) {
    case EPERM:
      return "the kernel refused: CAP_NET_ADMIN is missing (run as root, or grant the capability)";
    case EINVAL:
    case EPROTONOSUPPORT:
      return "the kernel has no ctnetlink here (module nf_conntrack_netlink)";
    default:
      return error.context;
  }
}

double unix_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::optional<std::uint64_t> known(const model::Result<std::uint64_t>& value) {
  return value ? std::optional(*value) : std::nullopt;
}

}  // namespace

NodeWatch::NodeWatch(boost::asio::io_context& loop, BrokerLink& broker, const Config& config,
                     const model::AddressNames& names, std::function<void()> denied)
    : denied_(std::move(denied)),
      table_(draw_secret(), config.table.max_flows, model::FlowTable::kMaxTombstones,
             config.talkers.max_keys),
      pump_(loop, table_, clock_, [this](const model::Error& error) { stream_failed(error); }),
      intake_(
          broker, pump_, config.events,
          {.answered = [this] { tick(); },
           .refused =
               [this](const model::Error& error) {
                 refused("conntrack events", events_trouble_, error);
               },
           .warn = [this](std::string_view what, std::string_view detail) { warn(what, detail); }}),
      resync_(loop, broker, pump_, table_, files_, clock_,
              [this](const ResyncRunner::Outcome& outcome) { resynced(outcome); }),
      stats_(loop, broker, files_),
      planner_(config.table.resync_interval, draw_jitter()),
      forecast_(table_, files_, clock_),
      doctor_(files_, clock_),
      reports_(names),
      wanted_(config.metrics),
      ticker_(loop),
      limiter_(3, 60s) {}

void NodeWatch::start() {
  observe_events_setting();
  stats_.poll();
  intake_.start();  // subscribe first, dump afterwards: what happens in between arrives twice,
                    // never not at all
}

void NodeWatch::reconfigure(const Config& config) {
  intake_.reconfigure(config.events);
  planner_.set_interval(config.table.resync_interval);
  table_.set_max_flows(config.table.max_flows);
  table_.talkers().set_max_keys(config.talkers.max_keys);
  wanted_ = config.metrics;
}

void NodeWatch::tick() {
  ++ticks_;
  observe_events_setting();
  pump_.check_losses();
  note_losses();
  if (ticks_ % kStatsTicks == 0) {
    stats_.poll();
  }
  intake_.tick(table_.events().created, clock_.now());
  if (pump_.lifecycle() && stats_.refusal() != 0) {
    warn("conntrack events", "no event comes: " + stats_trouble());
  }
  observe_tracking();
  rates_.sample(clock_.now(), table_.events().created, table_.events().destroyed);
  forecast_.tick(fidelity());
  examine();
  watch_pressure();
  resync_.check_progress();
  plan();
  for (const Repeats& repeats : limiter_.take_repeats(clock_.now())) {
    log_warning(to_string(repeats));
  }
  ticker_.expires_after(kTick);
  ticker_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      tick();
    }
  });
}

void NodeWatch::plan() {
  const auto reason = planner_.due(observe_table(), clock_.now());
  if (!reason || !resync_.give_way()) {
    return;
  }
  log_debug("comparing the picture with the kernel's table", {{"reason", model::name(*reason)}});
  sync_.resync_began();
  resync_.begin(*reason);
}

model::ResyncPlanner::Observation NodeWatch::observe_table() {
  const auto entries = known(files_.read_setting("nf_conntrack_count"));
  pump_.drain();
  sync_.set_losses(pump_.losses());
  const auto running = resync_.running();
  // Flows without room are counted at most, never exactly: there is nothing to compare.
  return {.needs_repair = running ? sync_.will_need_repair() : sync_.needs_repair(),
          .losses = pump_.losses(),
          .flows = table_.size(),
          .events = table_.events().created + table_.events().destroyed,
          .entries = table_.unstored() == 0 ? entries : std::nullopt,
          .streaming = streaming(),
          .updates = pump_.updates(),
          .running = running};
}

void NodeWatch::resynced(const ResyncRunner::Outcome& outcome) {
  if (outcome.gave_way) {
    ++resyncs_.aborted;
    log_info("comparison with the kernel's table given up: a repair is due",
             {{"reason", model::name(outcome.reason)}});
    return;
  }
  if (!outcome.complete) {
    ++resyncs_.aborted;
    planner_.aborted(outcome.began, outcome.ended, outcome.resized, outcome.error != 0);
    const model::Error error{.code = outcome.error, .context = outcome.trouble};
    if (outcome.error != 0) {
      refused("conntrack dump", dump_trouble_, error);
    } else {
      warn("conntrack dump given up", outcome.trouble);
    }
    return;
  }
  const bool first = !sync_.has_picture();
  dump_trouble_.clear();
  note_losses();
  sync_.resync_completed();
  planner_.completed(outcome.reason, observe_table(), outcome.ended);
  ++resyncs_.completed[static_cast<std::size_t>(outcome.reason)];
  resyncs_.ghosts_removed += outcome.counts.ghosts;
  resyncs_.silent_removed += outcome.counts.silent;
  resyncs_.missing_added += first ? 0 : outcome.counts.missing;
  resyncs_.last_duration_seconds =
      std::chrono::duration<double>(outcome.ended - outcome.began).count();
  resyncs_.last_completed_unix_seconds = unix_now();
  const bool notable = first || outcome.reason == model::ResyncReason::Loss;
  log(notable ? LogLevel::Info : LogLevel::Debug, "compared the picture with the kernel's table",
      std::initializer_list<LogField>{{"reason", model::name(outcome.reason)},
                                      {"flows", table_.size()},
                                      {"ghosts_removed", outcome.counts.ghosts},
                                      {"silent_removed", outcome.counts.silent},
                                      {"missing_added", outcome.counts.missing},
                                      {"seconds", *resyncs_.last_duration_seconds}});
}

void NodeWatch::note_losses() {
  sync_.set_losses(pump_.losses());
  if (pump_.losses() != losses_logged_) {
    losses_logged_ = pump_.losses();
    warn("events lost",
         "the reader or its buffer fell behind; a resync will repair the picture. Lost so far: " +
             std::to_string(losses_logged_));
  }
}

void NodeWatch::observe_events_setting() {
  const auto before = events_setting_;
  events_setting_ = known(files_.read_setting("nf_conntrack_events"));
  if (events_setting_ != before && events_setting_ == 0U) {
    warn("conntrack events are switched off",
         "net.netfilter.nf_conntrack_events is 0; the picture comes from dumps alone");
  }
  sync_.set_streaming(streaming());
}

void NodeWatch::observe_tracking() {
  const auto stat = [&](model::Stat which) { return stats_.totals().total(which).value_or(0); };
  const std::uint64_t activity = table_.events().created + table_.events().destroyed +
                                 stat(model::Stat::Invalid) + stat(model::Stat::Drop) +
                                 stat(model::Stat::InsertFailed);
  tracking_.observe(known(files_.read_setting("nf_conntrack_count")), activity,
                    files_.read_ip_packets());
}

void NodeWatch::examine() {
  doctor_.sample(totals());
  doctor_.survey(table_, pump_.updates());
  if (ticks_ % kDoctorTicks == 0) {
    doctor_.examine(snapshot(),
                    sync_.has_picture() ? &std::as_const(table_).talkers().occupancy() : nullptr);
  }
}

void NodeWatch::watch_pressure() {
  const auto entries = known(files_.read_setting("nf_conntrack_count"));
  const auto limit = known(files_.read_setting("nf_conntrack_max"));
  model::PressureTrigger::Reading reading;
  if (entries && limit.value_or(0) != 0) {
    reading.used_ratio = static_cast<double>(*entries) / static_cast<double>(*limit);
  }
  const auto total = [&](model::Stat stat) { return stats_.totals().total(stat); };
  if (const auto drops = total(model::Stat::Drop)) {
    // A lost race of two packets of one flow is counted as both, and has nothing to do with room.
    const std::uint64_t races = std::min(*drops, total(model::Stat::InsertFailed).value_or(0));
    reading.dropped = *drops - races + total(model::Stat::EarlyDrop).value_or(0);
  }
  if (const auto& forecast = forecast_.forecast()) {
    reading.seconds_to_full = forecast->seconds_to_full;
  }
  if (const auto cause = pressure_.due(reading, clock_.now())) {
    reports_.add({.unix_seconds = unix_now(),
                  .cause = *cause,
                  .picture = snapshot(),
                  .talkers = table_.talkers().view({}, clock_.seconds())});
  }
}

model::Totals NodeWatch::totals() const {
  constexpr model::Service kDns = {.protocol = model::Protocol::Udp, .port = 53};
  model::Totals totals{.created = table_.events().created,
                       .created_dns = table_.talkers().arrivals().created()[index_of(kDns)],
                       .lost = pump_.losses()};
  for (std::size_t i = 0; i < model::kStatCount; ++i) {
    totals.stats[i] = stats_.totals().total(static_cast<model::Stat>(i));
  }
  return totals;
}

void NodeWatch::stream_failed(const model::Error& error) {
  events_trouble_ = error.context;
  warn("conntrack events", error.context);
}

void NodeWatch::refused(std::string_view site, std::string& trouble, const model::Error& error) {
  trouble = explain(error);
  warn(site, trouble);
  if (error.code == EPERM && !denied_once_) {
    denied_once_ = true;
    denied_();
  }
}

void NodeWatch::warn(std::string_view site, std::string_view detail) {
  if (limiter_.admit(site, clock_.now())) {
    log_warning(site, {{"detail", detail}});
  }
}

bool NodeWatch::streaming() const {
  return intake_.listening() && events_setting_ != 0U && stats_.refusal() == 0;
}

model::Fidelity NodeWatch::fidelity() const {
  return streaming() ? intake_.fidelity() : model::Fidelity::DumpOnly;
}

std::string NodeWatch::stats_trouble() const {
  return explain({.code = stats_.refusal(), .context = stats_.trouble()});
}

model::Snapshot NodeWatch::snapshot() {
  // What is queued has happened already: it belongs into the picture, and the rest into its bound.
  pump_.catch_up();
  note_losses();
  observe_events_setting();
  observe_tracking();

  model::Snapshot picture;
  picture.entries = known(files_.read_setting("nf_conntrack_count"));
  picture.limit = known(files_.read_setting("nf_conntrack_max"));
  picture.buckets = known(files_.read_setting("nf_conntrack_buckets"));
  picture.events_setting = events_setting_;
  picture.tracking = tracking_.verdict();
  picture.stats = stats_.totals();

  if (sync_.has_picture()) {
    picture.composition = table_.composition();
    picture.silent_flows = table_.silent();
    add_talkers(picture);
  }
  picture.churn = table_.churn();
  picture.events = pump_.counts();
  picture.events.created = table_.events().created;
  picture.events.destroyed = table_.events().destroyed;
  picture.events.updated = table_.events().updated + pump_.counts().unmatched;
  picture.buffer = pump_.buffer();
  picture.rates = rates_.rates();
  picture.forecast = forecast_.forecast();
  picture.resyncs = resyncs_;
  picture.in_sync = sync_.in_sync() && table_.unstored() == 0;
  if (const auto bound = sync_.error_bound(table_.silent())) {
    picture.error_bound = *bound + table_.unstored() + pump_.waiting();
  }
  picture.fidelity = fidelity();
  picture.settings = doctor_.settings();
  picture.findings = doctor_.standing();

  picture.events_collector = {.up = streaming(),
                              .detail = pump_.lifecycle() ? "" : events_trouble_};
  if (events_setting_ == 0U) {
    picture.events_collector.detail = "net.netfilter.nf_conntrack_events is 0";
  } else if (pump_.muted()) {
    picture.events_collector.detail =
        "events would take more than events.cpu_budget, or were lost again and again";
  } else if (pump_.lifecycle() && stats_.refusal() != 0) {
    picture.events_collector.detail = stats_trouble();
  }
  picture.dump_collector = {
      .up = sync_.has_picture() && dump_trouble_.empty() && stats_.refusal() == 0,
      .detail = dump_trouble_.empty() && stats_.refusal() != 0 ? stats_trouble() : dump_trouble_};
  picture.stats_collector = {.up = stats_.source() != StatsPoller::Source::None,
                             .detail = stats_.trouble()};
  picture.settings_collector = {
      .up = picture.entries && picture.limit,
      .detail = picture.entries ? "" : "conntrack is not loaded, or /proc is hidden"};
  picture.limited = !sync_.has_picture() && !dump_trouble_.empty();
  picture.process = read_process_usage();
  return picture;
}

void NodeWatch::add_talkers(model::Snapshot& picture) {
  const model::Occupancy& occupancy = table_.talkers().occupancy();
  if (wanted_.top_ports != 0) {
    picture.ports = ports_.look(occupancy, table_.talkers().arrivals(), wanted_.top_ports);
  }
  if (occupancy.max_keys() == 0) {
    return;
  }
  if (wanted_.top_addresses != 0) {
    picture.sources = model::fullest_sources(occupancy, wanted_.top_addresses);
  }
  picture.snat = model::fullest_pools(occupancy);
}

NodeWatch::Readiness NodeWatch::readiness() const {
  if (sync_.has_picture()) {
    return {.ready = true, .text = "ready"};
  }
  if (!dump_trouble_.empty()) {
    return {.ready = true, .text = "ready, limited to counts: " + dump_trouble_};
  }
  return {.ready = false, .text = "the first dump of the table is not complete yet"};
}

}  // namespace ctwarden::daemon

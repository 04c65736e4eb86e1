// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/front.h"

#include "daemon/log.h"
#include "daemon/service_manager.h"
#include "daemon/version.h"
#include "exporter/landing_page.h"
#include "exporter/metric_families.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>

namespace ctwarden::daemon {

namespace {

using namespace std::chrono_literals;

constexpr exporter::BuildInfo kBuild = {.version = kVersion, .revision = kRevision};

void log_problems(const std::vector<ConfigProblem>& problems) {
  for (const ConfigProblem& problem : problems) {
    log_error(problem.text, {{"where", problem.where}});
  }
}

}  // namespace

Front::Front(Config config, Options options, std::vector<std::string> environment,
             nlink::UniqueFd broker)
    : config_(std::move(config)),
      options_(std::move(options)),
      environment_(std::move(environment)),
      broker_(loop_, std::move(broker),
              [this] {
                log_error("the broker process is gone; stopping");
                stop(Exit::Failure);
              }),
      names_(loop_),
      watch_(loop_, broker_, config_, names_.names(), [this] { access_denied(); }),
      http_(
          loop_, [this](const control::HttpRequest& request) { return answer(request); }, {},
          config_.metrics.allowed_hosts),
      signals_(loop_, SIGTERM, SIGINT, SIGHUP),
      ready_timer_(loop_),
      watchdog_(loop_) {}

model::Result<void> Front::listen(const std::vector<int>& inherited,
                                  const std::optional<broker::Account>& owner) {
  for (const int socket : inherited) {
    if (auto adopted = http_.adopt(socket); !adopted) {
      return std::unexpected(adopted.error());
    }
  }
  for (const std::string& address : config_.metrics.listen) {
    if (auto bound = http_.listen(address); !bound) {
      return std::unexpected(bound.error());
    }
    // A socket made by root belongs to whom the daemon runs as, like those a reload makes.
    if (const auto path = std::string_view(address);
        owner && path.starts_with("unix:") &&
        ::chown(std::string(path.substr(5)).c_str(), owner->uid, owner->gid) != 0) {
      return model::fail(errno,
                         "give " + address + " to " + owner->name + ": " + std::strerror(errno));
    }
  }
  return {};
}

Exit Front::run() {
  wait_for_signal();
  watch_.start();
  names_.watch(config_.names.file);
  announce_when_ready();
  keep_alive();
  loop_.run();
  return status_;
}

void Front::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) {
      return;
    }
    if (signal == SIGHUP) {
      reload();
      wait_for_signal();
      return;
    }
    log_info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    stop(Exit::Clean);
  });
}

void Front::stop(Exit status) {
  tell_stopping();
  status_ = status;
  loop_.stop();
}

void Front::access_denied() {
  if (config_.strict) {
    log_error(
        "no access to conntrack: CAP_NET_ADMIN is missing, and --strict forbids to run without it");
    stop(Exit::NoPrivilege);
  } else {
    log_warning("running with counts only; --strict would refuse to run like this");
  }
}

// All or nothing: what cannot be taken over leaves the running configuration as it is.
void Front::reload() {
  tell_reloading();
  const auto fresh = load_config(options_, environment_);
  if (!fresh) {
    log_problems(fresh.error());
    log_error("the configuration has errors; the running one stays");
    tell_ready("reload failed, the old configuration stays");
    return;
  }
  if (fresh->runtime_dir != config_.runtime_dir || fresh->state_dir != config_.state_dir ||
      fresh->mode != config_.mode || fresh->events.buffer_bytes != config_.events.buffer_bytes ||
      fresh->metrics.allowed_hosts != config_.metrics.allowed_hosts) {
    log_warning(
        "mode, directories, events.buffer_bytes and allowed hosts keep their old settings until a "
        "restart");
  }
  if (auto moved = move_to(fresh->metrics.listen); !moved) {
    log_error("cannot listen; the running configuration stays",
              {{"reason", moved.error().context}});
    tell_ready("reload failed, the old configuration stays");
    return;
  }
  config_ = *fresh;
  start_logging(config_.log);
  watch_.reconfigure(config_);
  names_.watch(config_.names.file);
  log_info("configuration reloaded");
  tell_ready("configuration reloaded");
}

// Opens the new addresses before it closes any old one. Where an old address is in the way of a new
// one (the same port on another address), the old ones go first; they come back if the new ones
// cannot be had.
model::Result<void> Front::move_to(const std::vector<std::string>& addresses) {
  const auto listen_on = [this](const std::vector<std::string>& wanted) -> model::Result<void> {
    for (const std::string& address : wanted) {
      if (auto bound = http_.listen(address); !bound) {
        return std::unexpected(bound.error());
      }
    }
    return {};
  };
  std::vector<std::string> common;
  std::ranges::copy_if(addresses, std::back_inserter(common), [this](const std::string& address) {
    return std::ranges::find(config_.metrics.listen, address) != config_.metrics.listen.end();
  });
  auto listening = listen_on(addresses);
  if (!listening) {
    http_.retain(common);
    listening = listen_on(addresses);
  }
  if (!listening) {
    http_.retain(common);
    if (const auto back = listen_on(config_.metrics.listen); !back) {
      log_error("an address could not be taken up again", {{"reason", back.error().context}});
    }
    return listening;
  }
  http_.retain(addresses);
  return {};
}

void Front::announce_when_ready() {
  const auto readiness = watch_.readiness();
  if (readiness.ready) {
    announced_ = true;
    for (const std::string& address : http_.addresses()) {
      log_info("ready: look at", {{"address", address}});
    }
    tell_ready(readiness.text);
    return;
  }
  ready_timer_.expires_after(20ms);
  ready_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      announce_when_ready();
    }
  });
}

void Front::keep_alive() {
  const auto interval = watchdog_interval();
  if (!interval) {
    return;
  }
  tell_alive();
  watchdog_.expires_after(*interval);
  watchdog_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      keep_alive();
    }
  });
}

control::HttpResponse Front::answer(const control::HttpRequest& request) {
  if (request.path == "/metrics") {
    return {.content_type = std::string(exporter::kMetricsContentType),
            .body = exporter::render_metrics(
                watch_.snapshot(), kBuild,
                {.per_cpu = config_.metrics.per_cpu,
                 .node_exporter_compat = config_.metrics.node_exporter_compat})};
  }
  if (request.path == "/") {
    return {.content_type = "text/html; charset=utf-8", .body = landing_page(request.over_unix)};
  }
  if (request.path == "/livez") {
    return {.body = "alive\n"};
  }
  if (request.path == "/readyz") {
    const auto readiness = watch_.readiness();
    return {.status = readiness.ready ? 200 : 503, .body = readiness.text + "\n"};
  }
  return {.status = 404, .body = "not found; there is /, /metrics, /livez and /readyz\n"};
}

std::string Front::landing_page(bool over_unix) {
  const model::Snapshot picture = watch_.snapshot();
  if (!picture.composition) {
    return exporter::render_landing_page(picture, kBuild);
  }
  const model::TalkersView talkers = watch_.talkers({});
  return exporter::render_landing_page(
      picture, kBuild,
      {.talkers = &talkers, .addresses = over_unix || config_.metrics.top_addresses > 0});
}

}  // namespace ctwarden::daemon

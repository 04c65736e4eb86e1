// SPDX-License-Identifier: GPL-2.0-or-later
//
// The unprivileged process, put together: one loop with the watch, the HTTP server, signals and the
// service manager.
#pragma once

#include "broker/privileges.h"
#include "control/http_server.h"
#include "daemon/broker_link.h"
#include "daemon/config.h"
#include "daemon/names_file.h"
#include "daemon/node_watch.h"
#include "model/result.h"
#include "nlink/unique_fd.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace ctwarden::daemon {

// Exit statuses of ctwardend.
enum class Exit : int {
  Clean = 0,
  Failure = 1,
  Usage = 2,
  NoPrivilege = 4,
  BadConfig = 6,
  AlreadyRunning = 7,
};

class Front {
 public:
  // `options` and `environment` are kept for reloads.
  Front(Config config, Options options, std::vector<std::string> environment,
        nlink::UniqueFd broker);

  // Binds every listen address and takes over inherited sockets; call before dropping privileges.
  // Unix sockets are given to `owner`.
  [[nodiscard]] model::Result<void> listen(const std::vector<int>& inherited,
                                           const std::optional<broker::Account>& owner);

  // Runs until a signal or a failure ends it.
  [[nodiscard]] Exit run();

 private:
  void wait_for_signal();
  void reload();
  [[nodiscard]] model::Result<void> move_to(const std::vector<std::string>& addresses);
  void announce_when_ready();
  void keep_alive();
  void stop(Exit status);
  void access_denied();
  [[nodiscard]] control::HttpResponse answer(const control::HttpRequest& request);
  [[nodiscard]] std::string landing_page(bool over_unix);

  Config config_;
  Options options_;
  std::vector<std::string> environment_;
  boost::asio::io_context loop_{1};
  BrokerLink broker_;
  NamesFile names_;
  NodeWatch watch_;
  control::HttpServer http_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer ready_timer_;
  boost::asio::steady_timer watchdog_;
  bool announced_ = false;
  Exit status_ = Exit::Clean;
};

}  // namespace ctwarden::daemon

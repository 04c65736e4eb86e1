// SPDX-License-Identifier: GPL-2.0-or-later
//
// ctwardend: reads its options, claims its place, splits in two, and watches.
#include "broker/broker.h"
#include "broker/channel.h"
#include "broker/privileges.h"
#include "daemon/config.h"
#include "daemon/front.h"
#include "daemon/log.h"
#include "daemon/names_reading.h"
#include "daemon/options.h"
#include "daemon/runtime_dir.h"
#include "daemon/service_manager.h"
#include "daemon/version.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <iostream>
#include <utility>

namespace {

using namespace ctwarden;
using daemon::Exit;

std::vector<std::string> environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  return variables;
}

Exit report(const std::vector<daemon::ConfigProblem>& problems) {
  for (const daemon::ConfigProblem& problem : problems) {
    std::cerr << "ctwardend: " << problem.where << ": " << problem.text << '\n';
  }
  return Exit::BadConfig;
}

Exit report(const model::Error& error, Exit status) {
  std::cerr << "ctwardend: " << error.context << '\n';
  return status;
}

// Closes what the fork copied: the lock, inherited sockets, the front's end of the channel.
// Standard error stays.
nlink::UniqueFd keep_only(nlink::UniqueFd channel) {
  constexpr int kPlace = 3;
  if (channel.get() != kPlace) {
    channel = nlink::UniqueFd(dup3(channel.get(), kPlace, O_CLOEXEC));
  }
  close_range(kPlace + 1, ~0U, 0);
  return channel;
}

// The child. The front ends it by closing the channel; signals meant for the service are the
// front's affair.
[[noreturn]] void run_broker(nlink::UniqueFd channel,
                             const std::optional<broker::Account>& account) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    std::signal(signal, SIG_IGN);
  }
  int status = 1;
  try {
    channel = keep_only(std::move(channel));
    broker::keep_net_admin(account);
    status = broker::serve(std::move(channel));
  } catch (const std::exception& failure) {
    std::cerr << "ctwardend: broker: " << failure.what() << '\n';
  }
  _exit(status);
}

Exit run_front(const daemon::Config& config, const daemon::Options& options,
               nlink::UniqueFd channel, const std::optional<broker::Account>& account) {
  daemon::start_logging(config.log);
  daemon::Front front(config, options, environment(), std::move(channel));
  if (auto listening = front.listen(daemon::inherited_sockets(), account); !listening) {
    return report(listening.error(), Exit::Failure);
  }
  broker::drop_everything(account);
  return front.run();
}

Exit run(const daemon::Config& config, const daemon::Options& options) {
  const auto account = broker::unprivileged_account();
  const auto lock = daemon::claim_runtime_dir(config.runtime_dir, account);
  if (!lock) {
    return report(lock.error(), lock.error().code == EEXIST ? Exit::AlreadyRunning : Exit::Failure);
  }
  auto channel = broker::make_channel();
  if (!channel) {
    return report(channel.error(), Exit::Failure);
  }
  const pid_t child = fork();
  if (child < 0) {
    return report(
        {.code = errno, .context = std::string("start the broker: ") + std::strerror(errno)},
        Exit::Failure);
  }
  if (child == 0) {
    channel->first.reset();
    run_broker(std::move(channel->second), account);
  }
  channel->second.reset();

  const Exit status = run_front(config, options, std::move(channel->first), account);
  // Its channel is closed, so it ends by itself, unless somebody stopped it; it has nothing left to
  // finish.
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return status;
}

Exit run_command(int argc, char** argv) {
  const auto options = daemon::parse_options(argc, argv, std::cout, std::cerr);
  if (!options) {
    return static_cast<Exit>(options.error());
  }
  if (options->version) {
    std::cout << "ctwardend " << daemon::kVersion << " (" << daemon::kRevision << ")\n";
    return Exit::Clean;
  }
  const auto config = daemon::load_config(*options, environment());
  if (!config) {
    return report(config.error());
  }
  if (options->check_config) {
    if (const auto mistakes = daemon::check_names(config->names.file); !mistakes.empty()) {
      return report(mistakes);
    }
    std::cout << "OK\n" << daemon::render_config(*config);
    return Exit::Clean;
  }
  return run(*config, *options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return static_cast<int>(run_command(argc, argv));
  } catch (const std::exception& failure) {
    std::cerr << "ctwardend: " << failure.what() << '\n';
    return static_cast<int>(Exit::Failure);
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/end_with_us.h"

#include <atomic>
#include <csignal>

namespace ctwarden::bench {
namespace {

std::atomic<pid_t> program = 0;  // for the signal handler
static_assert(std::atomic<pid_t>::is_always_lock_free);

}  // namespace

void end_programs_on_signals() {
  struct sigaction action{};
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  action.sa_handler = [](int signal) {
    if (const pid_t process = program; process != 0) {
      ::kill(process, SIGKILL);  // what it forked ends with it
    }
    ::raise(signal);
  };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    ::sigaction(signal, &action, nullptr);
  }
}

EndWithUs::EndWithUs(pid_t process) { program = process; }

EndWithUs::~EndWithUs() { program = 0; }

}  // namespace ctwarden::bench

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/node/background_traffic.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <limits>
#include <stdexcept>
#include <system_error>

namespace ctwarden::bench {
namespace {

struct Pipe {
  traffic::Descriptor read_end;
  traffic::Descriptor write_end;
};

Pipe open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "open a pipe");
  }
  return {.read_end = traffic::Descriptor(ends[0]), .write_end = traffic::Descriptor(ends[1])};
}

traffic::Load endless(const Workload& workload, double per_second, double seconds) {
  const auto limit = std::chrono::duration<double>(seconds);
  return {.space = workload.space,
          .count = per_second > 0 ? static_cast<std::uint64_t>(per_second * seconds)
                                  : std::numeric_limits<std::uint64_t>::max(),
          .per_second = per_second,
          .time_limit = std::chrono::duration_cast<std::chrono::milliseconds>(
              per_second > 0 ? limit * 2 : limit)};
}

// Says nothing when it failed.
[[noreturn]] void play_and_end(traffic::Legs& legs, const traffic::Life& life,
                               const traffic::Load& load, int result) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto report = traffic::play(legs, life, load);
  const bool told =
      report && ::write(result, &*report, sizeof *report) == static_cast<ssize_t>(sizeof *report);
  ::_exit(told ? 0 : 1);
}

}  // namespace

BackgroundTraffic::BackgroundTraffic(traffic::Legs& legs, const Workload& workload,
                                     double per_second, double seconds) {
  Pipe pipe = open_pipe();
  const traffic::Load load = endless(workload, per_second, seconds);
  process_ = ::fork();
  if (process_ == 0) {
    play_and_end(legs, workload.life, load, pipe.write_end.get());
  }
  if (process_ < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
  result_ = std::move(pipe.read_end);
}

BackgroundTraffic::~BackgroundTraffic() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

bool BackgroundTraffic::running() const {
  pollfd told{.fd = result_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&told, 1, 0) == 0;
}

traffic::Report BackgroundTraffic::report() const {
  traffic::Report report;
  if (::read(result_.get(), &report, sizeof report) != static_cast<ssize_t>(sizeof report)) {
    throw std::runtime_error("the traffic failed");
  }
  return report;
}

}  // namespace ctwarden::bench

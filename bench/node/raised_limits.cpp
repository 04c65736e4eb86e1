// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/node/raised_limits.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace ctwarden::bench {
namespace {

using traffic::Descriptor;

// The limit has some room. A bucket an entry keeps chains short, as on a node whose table is sized
// for its load; a power of two the kernel takes as it is, anything else it may round.
constexpr std::uint64_t kSpare = 200'000;

// A descriptor of /proc/sys/net belongs to the network namespace it was opened in, whoever uses it
// later.
Descriptor open_setting(const tests::ScratchNetns& router, const std::string& name, int access) {
  return router.in_home([&] {
    Descriptor file(::open(("/proc/sys/net/netfilter/" + name).c_str(), access | O_CLOEXEC));
    if (!file.valid()) {
      throw std::system_error(
          errno, std::generic_category(),
          "raise net.netfilter." + name +
              " for this benchmark (it is the whole machine's, and writable only by root in the "
              "initial network namespace; --entries asks for fewer)");
    }
    return file;
  });
}

// A number, or 0. Also used by the guardian: no allocation, no exception.
std::uint64_t read_number(int file) {
  std::array<char, 32> text{};
  return ::pread(file, text.data(), text.size() - 1, 0) > 0
             ? std::strtoull(text.data(), nullptr, 10)
             : 0;
}

bool write_number(int file, std::uint64_t number) {
  std::array<char, 32> text{};
  std::size_t begin = text.size();
  do {
    text[--begin] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0);
  const std::size_t size = text.size() - begin;
  return ::pwrite(file, text.data() + begin, size, 0) == static_cast<ssize_t>(size);
}

void expect_lock(const Descriptor& limit, int kind) {
  if (::flock(limit.get(), kind | LOCK_NB) != 0) {
    throw std::runtime_error("another benchmark has raised the limit of entries");
  }
}

struct Change {
  Descriptor file;
  std::uint64_t before = 0;
  std::uint64_t raised = 0;
};
using Changes = std::array<Change, 2>;

Change plan(Descriptor file, std::uint64_t wanted) {
  const std::uint64_t before = read_number(file.get());
  return {.file = std::move(file), .before = before, .raised = std::max(before, wanted)};
}

void raise(const Changes& changes) {
  for (const Change& change : changes) {
    if (change.raised != change.before && !write_number(change.file.get(), change.raised)) {
      throw std::system_error(errno, std::generic_category(), "raise the limit of entries");
    }
  }
}

void restore(const Changes& changes) {
  for (const Change& change : changes) {
    if (read_number(change.file.get()) == change.raised) {
      (void)write_number(change.file.get(), change.before);
    }
  }
}

// Deaf to what ends the benchmark, and in no terminal's process group.
[[noreturn]] void guard(const Changes& changes, int alive) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) {
    ::signal(signal, SIG_IGN);
  }
  ::setsid();
  char nothing = 0;
  while (::read(alive, &nothing, 1) < 0 && errno == EINTR) {
  }
  restore(changes);
  ::_exit(0);
}

}  // namespace

RaisedLimits::RaisedLimits(const tests::ScratchNetns& router, std::uint64_t entries) {
  const Descriptor current = open_setting(router, "nf_conntrack_max", O_RDONLY);
  expect_lock(current, LOCK_SH);  // what somebody raised will not stay
  if (read_number(current.get()) >= entries) {
    return;
  }
  ::flock(current.get(), LOCK_UN);
  Descriptor limit = open_setting(router, "nf_conntrack_max", O_RDWR);
  expect_lock(limit, LOCK_EX);  // held until the guardian has ended too
  const Changes changes = {
      plan(std::move(limit), entries + kSpare),
      plan(open_setting(router, "nf_conntrack_buckets", O_RDWR), std::bit_ceil(entries))};
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "open a pipe");
  }
  const Descriptor read_end(ends[0]);
  alive_ = Descriptor(ends[1]);
  guardian_ = ::fork();
  if (guardian_ < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
  if (guardian_ == 0) {
    alive_.reset();
    guard(changes, read_end.get());
  }
  try {
    raise(changes);
  } catch (...) {
    alive_.reset();
    ::waitpid(guardian_, nullptr, 0);
    throw;
  }
}

RaisedLimits::~RaisedLimits() {
  if (guardian_ > 0) {
    alive_.reset();
    ::waitpid(guardian_, nullptr, 0);
  }
}

}  // namespace ctwarden::bench

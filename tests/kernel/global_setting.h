// SPDX-License-Identifier: GPL-2.0-or-later
//
// A setting that is one for the whole machine and can only be written in the initial namespace. It
// is put back at the end, also when the test is killed: a process of its own waits for that, not
// related to the test so that whoever kills the test's children does not find it. Tests that use it
// run alone (run_serial.cmake).
#pragma once

#include "bench/traffic/descriptor.h"
#include "tests/support/scratch_netns.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace ctwarden::tests {

class GlobalSetting {
 public:
  // `name` is below net/netfilter.
  GlobalSetting(const ScratchNetns& router, const std::string& name)
      : router_(router), path_("net/netfilter/" + name), original_(read_setting(path_)) {
    auto [wait_here, alive] = make_pipe();
    auto [restored, tell] = make_pipe();
    const pid_t child = ::fork();
    if (child < 0) {
      throw std::runtime_error("cannot fork");
    }
    if (child == 0) {
      if (::fork() == 0) {
        ::setsid();
        alive.reset();
        restored.reset();
        await_end(wait_here);
        write(original());
      }
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    alive_ = std::move(alive);
    restored_ = std::move(restored);
  }
  ~GlobalSetting() {
    alive_.reset();
    await_end(restored_);
  }
  GlobalSetting(const GlobalSetting&) = delete;
  GlobalSetting& operator=(const GlobalSetting&) = delete;
  GlobalSetting(GlobalSetting&&) = delete;
  GlobalSetting& operator=(GlobalSetting&&) = delete;

  [[nodiscard]] unsigned long original() const { return std::stoul(original_); }
  void write(unsigned long value) const {
    router_.in_home([&] { write_setting(path_, std::to_string(value)); });
  }

 private:
  static std::pair<traffic::Descriptor, traffic::Descriptor> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("cannot make a pipe");
    }
    return {traffic::Descriptor(ends[0]), traffic::Descriptor(ends[1])};
  }

  // Returns when nobody has the other end any more.
  static void await_end(const traffic::Descriptor& descriptor) {
    char nothing = 0;
    while (::read(descriptor.get(), &nothing, 1) > 0) {
    }
  }

  const ScratchNetns& router_;
  std::string path_;
  std::string original_;
  traffic::Descriptor alive_;     // closed by our end, whatever that is
  traffic::Descriptor restored_;  // at its end when the other process is gone
};

}  // namespace ctwarden::tests

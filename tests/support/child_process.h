// SPDX-License-Identifier: GPL-2.0-or-later
//
// A child process that does not outlive the test: killed on destruction, and by the kernel when the
// test dies, unless the child changed its user before (the kernel then forgets the request). It
// runs in the network and mount namespaces that are current when it is started. Its output goes to
// files without names.
#pragma once

#include "bench/traffic/descriptor.h"

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace ctwarden::tests {

struct Exit {
  int code = -1;                      // exit code, or -1 when a signal ended it
  int signal = 0;                     // the signal that ended it, or 0
  std::chrono::milliseconds took{0};  // from the request to stop (or the wait) to the end
};

class ChildProcess {
 public:
  // The first argument is the program, searched in PATH when it has no slash; `environment`
  // ("NAME=value") is added to the test's own. Throws when it cannot be started (exec failure
  // included).
  explicit ChildProcess(const std::vector<std::string>& arguments,
                        const std::string& standard_input = {},
                        const std::vector<std::string>& environment = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ChildProcess(ChildProcess&&) = delete;
  ChildProcess& operator=(ChildProcess&&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();

  // Everything written so far.
  [[nodiscard]] std::string standard_output() const;
  [[nodiscard]] std::string standard_error() const;

  void send_signal(int signal) const;

  // Waits for the end; nothing when the deadline passed first. After the end it returns the same
  // again.
  [[nodiscard]] std::optional<Exit> wait(std::chrono::milliseconds deadline);

  // Sends the signal and waits; kills it and returns nothing when the deadline passed.
  [[nodiscard]] std::optional<Exit> stop(
      int signal = SIGTERM, std::chrono::milliseconds deadline = std::chrono::seconds(10));

 private:
  pid_t pid_ = -1;
  traffic::Descriptor handle_;  // pidfd
  traffic::Descriptor output_;
  traffic::Descriptor error_;
  std::optional<Exit> exit_;
};

}  // namespace ctwarden::tests

// SPDX-License-Identifier: GPL-2.0-or-later
//
// A running ctwardend in the current namespaces, and how tests wait for it. The binary is the
// build's own; the environment variable CTWARDEND names another one.
#pragma once

#include "tests/support/child_process.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ctwarden::tests {

[[nodiscard]] std::string daemon_path();

class DaemonProcess {
 public:
  explicit DaemonProcess(const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment = {});

  // The same waiting for another program, given as the first of the words.
  struct Command {
    std::vector<std::string> words;
  };
  explicit DaemonProcess(const Command& command, const std::vector<std::string>& environment = {});

  // False when the deadline passed or the process ended first. `address` as for http_get.
  [[nodiscard]] bool wait_until_answers(
      const std::string& address, const std::string& path, int status = 200,
      std::chrono::milliseconds deadline = std::chrono::seconds(15));
  [[nodiscard]] bool wait_until_logged(
      const std::string& text, std::chrono::milliseconds deadline = std::chrono::seconds(15));

  [[nodiscard]] bool running() { return child_.running(); }
  [[nodiscard]] pid_t pid() const { return child_.pid(); }
  [[nodiscard]] std::string log() const { return child_.standard_error(); }
  [[nodiscard]] std::string standard_output() const { return child_.standard_output(); }
  void send_signal(int signal) const { child_.send_signal(signal); }
  [[nodiscard]] std::optional<Exit> wait(std::chrono::milliseconds deadline) {
    return child_.wait(deadline);
  }
  [[nodiscard]] std::optional<Exit> stop(
      int signal = SIGTERM, std::chrono::milliseconds deadline = std::chrono::seconds(10)) {
    return child_.stop(signal, deadline);
  }

 private:
  ChildProcess child_;
};

}  // namespace ctwarden::tests

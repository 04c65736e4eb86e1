// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/daemon_process.h"

#include "tests/support/eventually.h"
#include "tests/support/http_client.h"

#include <cstdlib>

namespace ctwarden::tests {
namespace {

std::vector<std::string> with_daemon(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {daemon_path()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace

std::string daemon_path() {
  const char* named = std::getenv("CTWARDEND");
  return named != nullptr ? named : CTWARDEN_DAEMON_PATH;
}

DaemonProcess::DaemonProcess(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment)
    : child_(with_daemon(arguments), {}, environment) {}

DaemonProcess::DaemonProcess(const Command& command, const std::vector<std::string>& environment)
    : child_(command.words, {}, environment) {}

bool DaemonProcess::wait_until_answers(const std::string& address, const std::string& path,
                                       int status, std::chrono::milliseconds deadline) {
  bool answered = false;
  const bool over = eventually(deadline, [&] {
    const auto answer = http_get(address, path, std::chrono::seconds(1));
    answered = answer && answer->status == status;
    return answered || !child_.running();
  });
  return over && answered;
}

bool DaemonProcess::wait_until_logged(const std::string& text, std::chrono::milliseconds deadline) {
  bool found = false;
  const bool over = eventually(deadline, [&] {
    const bool ended = !child_.running();  // asked first: what it wrote last still counts
    found = log().find(text) != std::string::npos;
    return found || ended;
  });
  return over && found;
}

}  // namespace ctwarden::tests

// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/private_namespace.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace ctwarden::support {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void raise_loopback() {
  const int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP;
  const int result = ioctl(probe, SIOCSIFFLAGS, &request);
  close(probe);
  if (result != 0) {
    fail("raise loopback");
  }
}

std::string setting_path(const std::string& name) { return "/proc/sys/net/netfilter/" + name; }

}  // namespace

PrivateNamespace::PrivateNamespace()
    : outside_(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
  if (outside_ < 0) {
    fail("open the current network namespace");
  }
  if (unshare(CLONE_NEWNET) != 0) {
    fail("enter a new network namespace");
  }
  raise_loopback();
}

PrivateNamespace::~PrivateNamespace() {
  if (setns(outside_, CLONE_NEWNET) != 0) {
    std::perror("return from the private network namespace");
    std::abort();  // the next test would run in this one
  }
  close(outside_);
}

void PrivateNamespace::write_setting(const std::string& name, std::string_view value) {
  std::ofstream file(setting_path(name));
  file << value << std::flush;
  if (!file) {
    fail("write " + name);
  }
}

std::string PrivateNamespace::read_setting(const std::string& name) const {
  std::ifstream file(setting_path(name));
  std::string value;
  if (!std::getline(file, value)) {
    fail("read " + name);
  }
  return value;
}

void PrivateNamespace::load_rules(const std::string& ruleset) {
  // The child inherits this thread's namespace.
  std::FILE* pipe = popen("nft -f -", "w");
  if (pipe == nullptr) {
    fail("start nft");
  }
  std::fwrite(ruleset.data(), 1, ruleset.size(), pipe);
  if (pclose(pipe) != 0) {
    throw std::runtime_error("nft refuses the rules");
  }
}

}  // namespace ctwarden::support

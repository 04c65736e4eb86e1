// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel/process_facts.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace ctwarden::tests {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

fs::path directory_of(pid_t pid) { return "/proc/" + std::to_string(pid); }

// The inodes of its sockets, from links as "socket:[1234]".
std::set<std::string> socket_inodes_of(pid_t pid) {
  constexpr std::string_view kBefore = "socket:[";
  std::set<std::string> inodes;
  for (const auto& entry : fs::directory_iterator(directory_of(pid) / "fd")) {
    std::error_code closed;  // meanwhile: then it is no socket to be found
    const std::string target = fs::read_symlink(entry.path(), closed).native();
    if (target.starts_with(kBefore)) {
      inodes.insert(target.substr(kBefore.size(), target.size() - kBefore.size() - 1));
    }
  }
  return inodes;
}

}  // namespace

std::map<std::string, std::string> read_status(pid_t pid) {
  std::ifstream file(directory_of(pid) / "status");
  std::map<std::string, std::string> fields;
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    const auto value = line.find_first_not_of(" \t", colon + 1);
    fields[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
  }
  if (fields.empty()) {
    throw std::runtime_error("read the status of process " + std::to_string(pid));
  }
  return fields;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t candidate = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), candidate).ptr !=
        name.data() + name.size()) {
      continue;
    }
    // After the name in parentheses: state, then the parent.
    std::ifstream file(entry.path() / "stat");
    std::string text;
    std::getline(file, text);
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) {
      continue;  // it ended meanwhile
    }
    std::istringstream rest(text.substr(name_end + 1));
    char state = 0;
    pid_t parent = 0;
    if (rest >> state >> parent && parent == pid) {
      children.push_back(candidate);
    }
  }
  return children;
}

std::vector<NetlinkSocket> netlink_sockets_of(pid_t pid) {
  const std::set<std::string> inodes = socket_inodes_of(pid);
  std::ifstream file("/proc/net/netlink");
  std::string line;
  std::getline(file, line);  // sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode
  std::vector<NetlinkSocket> sockets;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string skipped;
    std::string inode;
    NetlinkSocket socket;
    words >> skipped >> skipped >> socket.port >> std::hex >> socket.groups;
    for (int column = 4; column < 10; ++column) {
      words >> inode;
    }
    if (words && inodes.contains(inode)) {
      sockets.push_back(socket);
    }
  }
  return sockets;
}

ProcessHandle::ProcessHandle(pid_t pid)
    : pid_(pid), handle_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {
  if (!handle_.valid()) {
    fail("hold on to process " + std::to_string(pid));
  }
}

void ProcessHandle::send_signal(int signal) const {
  if (::syscall(SYS_pidfd_send_signal, handle_.get(), signal, nullptr, 0) != 0) {
    fail("signal process " + std::to_string(pid_));
  }
}

bool ProcessHandle::ends_within(std::chrono::milliseconds deadline) const {
  pollfd ended{.fd = handle_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, static_cast<int>(deadline.count())) > 0;
}

bool ProcessHandle::stopped() const { return read_status(pid_).at("State").starts_with('T'); }

}  // namespace ctwarden::tests

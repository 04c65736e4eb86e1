// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/event_queues.h"

#include "bench/traffic/descriptor.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace ctwarden::bench {
namespace {

using traffic::Descriptor;

bool is_event_socket(int socket) {
  sockaddr_nl address{};
  socklen_t length = sizeof address;
  int protocol = 0;
  socklen_t protocol_length = sizeof protocol;
  return ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0 &&
         address.nl_family == AF_NETLINK && (address.nl_groups & kAllEvents) != 0 &&
         ::getsockopt(socket, SOL_SOCKET, SO_PROTOCOL, &protocol, &protocol_length) == 0 &&
         protocol == NETLINK_NETFILTER;
}

// Nothing when there is no such file.
std::optional<EventQueues> read_queues(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) {
    return std::nullopt;
  }
  EventQueues all;
  while (std::getline(file, line)) {
    std::istringstream columns(line);
    std::string socket;
    std::string groups;
    std::string dump;
    int protocol = 0;
    std::int64_t port = 0;
    std::uint64_t queued = 0;
    std::uint64_t sending = 0;
    std::uint64_t locks = 0;
    std::uint64_t drops = 0;
    columns >> socket >> protocol >> port >> groups >> queued >> sending >> dump >> locks >> drops;
    if (!columns) {
      throw std::runtime_error("unknown line in " + path.string() + ": " + line);
    }
    const auto joined = static_cast<unsigned>(std::stoul(groups, nullptr, 16)) & kAllEvents;
    if (protocol == NETLINK_NETFILTER && joined != 0) {
      all.groups |= joined;
      all.queued_bytes += queued;
      all.drops += drops;
    }
  }
  return all;
}

}  // namespace

EventQueues read_event_queues() {
  // /proc/net is a link to the thread group leader's namespace.
  const auto queues = read_queues("/proc/self/net/netlink");
  if (!queues) {
    throw std::runtime_error("read /proc/self/net/netlink");
  }
  return *queues;
}

std::vector<pid_t> other_listeners() {
  namespace fs = std::filesystem;
  const fs::path proc = "/proc";
  std::set<fs::path> seen = {fs::read_symlink(proc / "self/ns/net")};
  std::vector<pid_t> listeners;
  for (const auto& entry : fs::directory_iterator(proc)) {
    const std::string name = entry.path().filename();
    std::error_code gone;  // a process may end while we look
    const fs::path where = fs::read_symlink(entry.path() / "ns/net", gone);
    if (name == "thread-self" || gone || !seen.insert(where).second) {
      continue;
    }
    if (const auto queues = read_queues(entry.path() / "net/netlink");
        queues && queues->groups != 0) {
      listeners.push_back(std::stoi(name));
    }
  }
  return listeners;
}

void enlarge_event_buffers(pid_t process, int bytes) {
  const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
  const auto folder = std::filesystem::path("/proc") / std::to_string(process) / "fd";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const int number = std::stoi(entry.path().filename());
    const Descriptor copy(static_cast<int>(::syscall(SYS_pidfd_getfd, handle.get(), number, 0)));
    if (copy.valid() && is_event_socket(copy.get()) &&
        ::setsockopt(copy.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0) {
      throw std::system_error(errno, std::generic_category(), "size the event socket's buffer");
    }
  }
}

std::string group_names(unsigned groups) {
  std::string names;
  const auto add = [&](unsigned group, const char* name) {
    if ((groups & group) != 0) {
      names += names.empty() ? "" : " ";
      names += name;
    }
  };
  add(kNew, "NEW");
  add(kUpdate, "UPDATE");
  add(kDestroy, "DESTROY");
  return names;
}

}  // namespace ctwarden::bench

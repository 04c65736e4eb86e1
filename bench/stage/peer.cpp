// SPDX-License-Identifier: GPL-2.0-or-later
//
// bench_peer READER GROUP...: subscribes to conntrack event groups (1 NEW, 2 UPDATE,
// 3 DESTROY) and reads until SIGTERM; then says how much it saw. bench_peer dump: reads the table
// once.
#include "bench/stage/peer_dump.h"
#include "bench/stage/peer_receivers.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string_view>

namespace {

using namespace ctwarden::bench;

struct Reader {
  std::string_view name;
  int (*read)(int socket, EventTally& tally);
};

constexpr std::array kReaders = {Reader{.name = "batches", .read = receive_batches},
                                 Reader{.name = "paced", .read = receive_batches_paced},
                                 Reader{.name = "single", .read = receive_singly},
                                 Reader{.name = "libmnl", .read = parse_with_libmnl},
                                 Reader{.name = "library", .read = parse_with_library}};

int subscribed_socket(int count, char** groups) {
  const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  if (socket < 0 || ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return -1;
  }
  for (int i = 0; i < count; ++i) {
    const int group = std::atoi(groups[i]);
    if (::setsockopt(socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0) {
      return -1;
    }
  }
  return socket;
}

void end_on_sigterm() {
  struct sigaction action{};
  action.sa_handler = [](int) {};  // only interrupts the receive: no SA_RESTART
  ::sigaction(SIGTERM, &action, nullptr);
}

int dump() {
  DumpTally tally;
  if (const int error = receive_dump(tally); error != 0) {
    std::cerr << "bench_peer: dump: " << std::strerror(error) << '\n';
    return 1;
  }
  std::cout << tally.bytes << ' ' << tally.seconds << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "dump") {
    return dump();
  }
  const std::string_view name = argc >= 3 ? argv[1] : "";
  const auto* const reader = std::ranges::find(kReaders, name, &Reader::name);
  if (reader == kReaders.end()) {
    std::cerr << "usage: bench_peer batches|paced|single|libmnl|library GROUP...\n       "
                 "bench_peer dump\n";
    return 2;
  }
  end_on_sigterm();
  const int socket = subscribed_socket(argc - 2, argv + 2);
  if (socket < 0) {
    std::perror("bench_peer: subscribe to conntrack events");
    return 1;
  }
  EventTally tally;
  if (const int error = reader->read(socket, tally); error != EINTR) {
    std::cerr << "bench_peer: receive: " << std::strerror(error) << '\n';
    return 1;
  }
  std::cout << tally.datagrams << ' ' << tally.created << ' ' << tally.updated << ' '
            << tally.destroyed << '\n';
  return 0;
}

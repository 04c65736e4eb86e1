// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/scratch_netns.h"

#include "tests/support/shell.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace ctwarden::tests {
namespace {

using traffic::Descriptor;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Descriptor current_namespace() {
  Descriptor current(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!current.valid()) {
    fail("open the current network namespace");
  }
  return current;
}

void enter(int network_namespace) {
  if (::setns(network_namespace, CLONE_NEWNET) < 0) {
    fail("enter a network namespace");
  }
}

Descriptor new_namespace() {
  if (::unshare(CLONE_NEWNET) < 0) {
    fail("create a network namespace (root is needed)");
  }
  return current_namespace();
}

// Once per process; the mounts of each ScratchNetns go on top and are taken off again.
void make_mounts_private() {
  static bool done = false;
  if (done) {
    return;
  }
  if (::unshare(CLONE_NEWNS) < 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0) {
    fail("create a mount namespace (root is needed)");
  }
  done = true;
}

void mount_private(const char* type, const char* where) {
  if (::mount(type, where, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) < 0) {
    fail(std::string("mount ") + where);
  }
}

// One leg: N is 1 for clients, 2 for servers; D the letter in the device names.
std::string with_leg(std::string text, char number, char letter) {
  for (char& c : text) {
    c = c == 'N' ? number : (c == 'D' ? letter : c);
  }
  return text;
}

// Before IPv6 wakes up on the device: without multicast no routers' group is joined, without ARP no
// solicited-node group, so that no membership report is ever sent (addrconf_join_solict,
// dev_forward_change).
constexpr const char* kQuiet = "\nlink set rD0 addrgenmode none multicast off arp off\n";

// Addresses are single hosts and the ranges lie behind a next hop, so that one permanent neighbour
// serves them all. The next hop's hardware address belongs to nobody: X drops what arrives for it
// before it looks any further.
constexpr const char* kRouterLeg = R"(
link set rD0 up
addr add 10.N.0.1/32 dev rD0
addr add fd00:N::1/128 dev rD0 nodad
neigh add 10.N.0.2 lladdr 02:00:00:00:0N:ff dev rD0 nud permanent
neigh add fd00:N::2 lladdr 02:00:00:00:0N:ff dev rD0 nud permanent
route add 10.N.0.0/16 via 10.N.0.2 dev rD0 onlink
route add fd00:N::/48 via fd00:N::2 dev rD0 onlink
)";

constexpr const char* kRouterMacs[] = {"02:00:00:00:01:01", "02:00:00:00:02:01"};

traffic::Leg open_leg(const char* device, const char* router_mac) {
  auto leg = traffic::Leg::open(device, traffic::parse_mac(router_mac).value());
  if (!leg) {
    throw std::runtime_error(leg.error().context);
  }
  return std::move(*leg);
}

}  // namespace

ScratchNetns::Visit::Visit(int there, int back) : back_(back) { enter(there); }

ScratchNetns::Visit::~Visit() {
  if (::setns(back_, CLONE_NEWNET) < 0) {
    std::perror("return to the router's network namespace");
    std::abort();  // whatever came next would happen in the wrong namespace
  }
}

ScratchNetns::ScratchNetns() : home_(current_namespace()) {
  make_mounts_private();
  outside_ = new_namespace();
  router_ = new_namespace();
  mount_private("sysfs", "/sys");
  mount_private("tmpfs", "/run");
  connect_legs();
}

ScratchNetns::~ScratchNetns() {
  ::umount2("/run", MNT_DETACH);
  ::umount2("/sys", MNT_DETACH);
  if (::setns(home_.get(), CLONE_NEWNET) < 0) {
    std::perror("leave the scratch network namespace");
    std::abort();
  }
}

void ScratchNetns::connect_legs() const {
  std::string links = "link set lo up\n";
  for (const char* leg : {"1c", "2s"}) {
    links += with_leg(
                 "link add rD0 address 02:00:00:00:0N:01 type veth peer name D0 "
                 "address 02:00:00:00:0N:02 netns ",
                 leg[0], leg[1]) +
             outside_path() + with_leg(kQuiet, leg[0], leg[1]);
  }
  checked_command({"ip", "-batch", "-"}, links);
  in_outside([] {
    write_setting("net/ipv6/conf/all/disable_ipv6", "1");
    checked_command({"ip", "-batch", "-"},
                    "link set c0 multicast off up\nlink set s0 multicast off up\n");
  });
  write_setting("net/ipv4/ip_forward", "1");
  write_setting("net/ipv6/conf/all/forwarding", "1");
  for (const char* device : {"all", "default", "rc0", "rs0"}) {
    write_setting(std::string("net/ipv4/conf/") + device + "/rp_filter", "0");
    write_setting(std::string("net/ipv6/conf/") + device + "/accept_ra", "0");
    write_setting(std::string("net/ipv6/conf/") + device + "/router_solicitations", "0");
  }
  checked_command({"ip", "-batch", "-"},
                  with_leg(kRouterLeg, '1', 'c') + with_leg(kRouterLeg, '2', 's'));
}

std::string ScratchNetns::outside_path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(outside_.get());
}

traffic::Legs ScratchNetns::legs() const {
  return in_outside([] {
    return traffic::Legs{.client = open_leg("c0", kRouterMacs[0]),
                         .server = open_leg("s0", kRouterMacs[1])};
  });
}

std::string read_setting(const std::string& name) {
  std::ifstream file("/proc/sys/" + name);
  std::string value;
  if (!std::getline(file, value)) {
    throw std::runtime_error("read setting " + name);
  }
  return value;
}

void write_setting(const std::string& name, const std::string& value) {
  std::ofstream file("/proc/sys/" + name);
  file << value << std::flush;
  if (!file) {
    throw std::runtime_error("write setting " + name + " = " + value);
  }
}

}  // namespace ctwarden::tests

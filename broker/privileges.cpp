// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace ctwarden::broker {

namespace {

[[noreturn]] void fail(const char* doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

void require(bool success, const char* doing) {
  if (!success) {
    fail(doing);
  }
}

struct FreeCapabilities {
  void operator()(cap_t capabilities) const { cap_free(capabilities); }
};
using Capabilities = std::unique_ptr<std::remove_pointer_t<cap_t>, FreeCapabilities>;

constexpr std::array<cap_value_t, 1> kNetAdmin = {CAP_NET_ADMIN};

bool permitted(cap_value_t capability) {
  const Capabilities now(cap_get_proc());
  require(now != nullptr, "read the process's capabilities");
  cap_flag_value_t value = CAP_CLEAR;
  cap_get_flag(now.get(), capability, CAP_PERMITTED, &value);
  return value == CAP_SET;
}

void set_capabilities(bool net_admin) {
  const Capabilities wanted(cap_init());
  require(wanted != nullptr, "allocate a capability set");
  if (net_admin) {
    cap_set_flag(wanted.get(), CAP_PERMITTED, kNetAdmin.size(), kNetAdmin.data(), CAP_SET);
    cap_set_flag(wanted.get(), CAP_EFFECTIVE, kNetAdmin.size(), kNetAdmin.data(), CAP_SET);
  }
  require(cap_set_proc(wanted.get()) == 0, "set the process's capabilities");
}

// The bounding set needs CAP_SETPCAP to shrink; without it no_new_privs keeps exec from using it.
void shrink_bounding_set() {
  for (cap_value_t capability = 0; cap_get_bound(capability) >= 0; ++capability) {
    if (cap_drop_bound(capability) != 0 && errno != EPERM) {
      fail("shrink the capability bounding set");
    }
  }
}

void become(const std::optional<Account>& account) {
  shrink_bounding_set();
  require(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0,
          "clear ambient capabilities");
  if (account) {
    require(setgroups(0, nullptr) == 0, "drop supplementary groups");
    require(setresgid(account->gid, account->gid, account->gid) == 0, "change the group");
    require(setresuid(account->uid, account->uid, account->uid) == 0, "change the user");
  }
}

void forbid_new_privileges() {
  require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "set no_new_privs");
}

}  // namespace

std::optional<Account> unprivileged_account() {
  // Root in a container may lack the capabilities to become somebody else; it then stays, with no
  // capability left.
  if (geteuid() != 0 || !permitted(CAP_SETUID) || !permitted(CAP_SETGID)) {
    return std::nullopt;
  }
  for (const char* name : {"ctwarden", "nobody"}) {
    if (const passwd* entry = getpwnam(name)) {
      return Account{.uid = entry->pw_uid, .gid = entry->pw_gid, .name = name};
    }
  }
  // An image without a passwd file: the number every distribution gives to nobody.
  return Account{.uid = 65534, .gid = 65534, .name = "65534"};
}

void drop_everything(const std::optional<Account>& account) {
  become(account);
  set_capabilities(false);
  forbid_new_privileges();
}

void keep_net_admin(const std::optional<Account>& account) {
  const bool keep = permitted(CAP_NET_ADMIN);
  require(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0, "keep capabilities across the change of user");
  become(account);
  set_capabilities(keep);
  forbid_new_privileges();
}

}  // namespace ctwarden::broker

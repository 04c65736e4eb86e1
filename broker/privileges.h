// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who may do what after the split: the front nothing, the broker CAP_NET_ADMIN. Start-up only, so
// failures throw std::system_error: running on with more rights than intended is no option.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace ctwarden::broker {

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
};

// The account both processes run as when started by root: `ctwarden`, or `nobody` where that does
// not exist. Empty when not started by root, or by a root that may not change its user: then the
// user stays as it is.
[[nodiscard]] std::optional<Account> unprivileged_account();

// Becomes `account` if there is one, empties every capability set (bounding and ambient included)
// and sets no_new_privs. Nothing can be regained.
void drop_everything(const std::optional<Account>& account);

// The same, but keeps CAP_NET_ADMIN permitted and effective if the process had it (effective,
// ambient, or permitted through a file capability). Without it the process still runs; the kernel's
// refusals then tell.
void keep_net_admin(const std::optional<Account>& account);

}  // namespace ctwarden::broker

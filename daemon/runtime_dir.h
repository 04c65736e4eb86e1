// SPDX-License-Identifier: GPL-2.0-or-later
//
// The runtime directory and the lock that makes one daemon own it. The lock is the kernel's
// (flock): it ends with the process, however that ends, so a stale file never blocks a start.
#pragma once

#include "broker/privileges.h"
#include "model/result.h"
#include "nlink/unique_fd.h"

#include <filesystem>
#include <optional>

namespace ctwarden::daemon {

// Creates the directory if needed (mode 0755, owned by `owner`) and takes the lock. EEXIST in
// Error::code means that another instance holds it; the context then names its process where known.
[[nodiscard]] model::Result<nlink::UniqueFd> claim_runtime_dir(
    const std::filesystem::path& directory, const std::optional<broker::Account>& owner);

}  // namespace ctwarden::daemon

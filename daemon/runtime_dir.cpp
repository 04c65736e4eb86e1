// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/runtime_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace ctwarden::daemon {

namespace {

std::unexpected<model::Error> fail_errno(const std::string& doing) {
  const int code = errno;
  return model::fail(code,
                     doing + ": " + std::strerror(code) +
                         " (choose another one with --runtime-dir, or create it for this user)");
}

std::string read_holder(int lock) {
  std::array<char, 32> text{};
  const ssize_t length = ::pread(lock, text.data(), text.size() - 1, 0);
  return length > 0
             ? " (process " + std::string(text.data(), static_cast<std::size_t>(length)) + ")"
             : "";
}

}  // namespace

model::Result<nlink::UniqueFd> claim_runtime_dir(const std::filesystem::path& directory,
                                                 const std::optional<broker::Account>& owner) {
  if (::mkdir(directory.c_str(), 0755) == 0) {
    if (owner && ::chown(directory.c_str(), owner->uid, owner->gid) != 0) {
      return fail_errno("give the runtime directory " + directory.string() + " to " + owner->name);
    }
  } else if (errno != EEXIST) {
    return fail_errno("create the runtime directory " + directory.string());
  }
  const auto path = directory / "lock";
  nlink::UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!lock) {
    return fail_errno("write in the runtime directory " + directory.string());
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return model::fail(EEXIST, "another ctwardend holds the runtime directory " +
                                   directory.string() + read_holder(lock.get()) +
                                   "; stop it, or choose another one with --runtime-dir");
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(lock.get(), 0) != 0 || ::pwrite(lock.get(), pid.data(), pid.size(), 0) < 0) {
    return fail_errno("write " + path.string());
  }
  return lock;
}

}  // namespace ctwarden::daemon

// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/bound_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

namespace ctwarden::control {

namespace {

constexpr mode_t kSocketMode =
    0660;  // owner and group; who is in the group is the administrator's decision

std::unexpected<model::Error> failed(const std::string& name, int code) {
  return model::fail(code, "listen on " + name + ": " + std::generic_category().message(code));
}

// The kernel's view of an address: large enough for every family, read and written byte by byte.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage); }

  template <typename T>
  void store(const T& address) {
    std::memcpy(&storage, &address, sizeof address);
    size = sizeof address;
  }
  template <typename T>
  [[nodiscard]] T load() const {
    T address{};
    std::memcpy(&address, &storage, sizeof address);
    return address;
  }
};

SocketAddress to_kernel(const ListenAddress& address) {
  SocketAddress out;
  if (address.kind == ListenAddress::Kind::Unix) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    address.path.copy(to.sun_path, sizeof to.sun_path - 1);
    out.store(to);
  } else if (address.kind == ListenAddress::Kind::Ipv6) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(address.port);
    std::ranges::copy(address.ip, std::begin(to.sin6_addr.s6_addr));
    out.store(to);
  } else {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(address.port);
    std::memcpy(&to.sin_addr, address.ip.data(), sizeof to.sin_addr);
    out.store(to);
  }
  return out;
}

std::optional<ListenAddress> bound_address(int descriptor) {
  SocketAddress at;
  if (::getsockname(descriptor, at.data(), &at.size) != 0) {
    return std::nullopt;
  }
  ListenAddress out;
  if (at.storage.ss_family == AF_UNIX) {
    const auto from = at.load<sockaddr_un>();
    out.kind = ListenAddress::Kind::Unix;
    out.path.assign(from.sun_path, ::strnlen(from.sun_path, sizeof from.sun_path));
  } else if (at.storage.ss_family == AF_INET6) {
    const auto from = at.load<sockaddr_in6>();
    out.kind = ListenAddress::Kind::Ipv6;
    out.port = ntohs(from.sin6_port);
    std::ranges::copy(from.sin6_addr.s6_addr, out.ip.begin());
  } else if (at.storage.ss_family == AF_INET) {
    const auto from = at.load<sockaddr_in>();
    out.port = ntohs(from.sin_port);
    std::memcpy(out.ip.data(), &from.sin_addr, sizeof from.sin_addr);
  } else {
    return std::nullopt;
  }
  return out;
}

FileDescriptor new_socket(ListenAddress::Kind kind) {
  int family = AF_INET;
  if (kind != ListenAddress::Kind::Ipv4) {
    family = kind == ListenAddress::Kind::Ipv6 ? AF_INET6 : AF_UNIX;
  }
  return FileDescriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

bool set_option(int descriptor, int level, int option) {
  const int on = 1;
  return ::setsockopt(descriptor, level, option, &on, sizeof on) == 0;
}

int bind_to(int descriptor, const ListenAddress& address) {
  SocketAddress to = to_kernel(address);
  return ::bind(descriptor, to.data(), to.size) == 0 ? 0 : errno;
}

// A socket file whose owner died refuses connections; only such a one may be removed.
bool is_stale(const ListenAddress& address) {
  struct stat info{};
  if (::lstat(address.path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) {
    return false;
  }
  const FileDescriptor probe = new_socket(ListenAddress::Kind::Unix);
  SocketAddress to = to_kernel(address);
  return probe.get() >= 0 && ::connect(probe.get(), to.data(), to.size) != 0 &&
         errno == ECONNREFUSED;
}

int bind_unix(int descriptor, const ListenAddress& address) {
  // The file takes the socket's mode less the umask, so it is at no moment opener than kSocketMode.
  if (::fchmod(descriptor, kSocketMode) != 0) {
    return errno;
  }
  int error = bind_to(descriptor, address);
  if (error == EADDRINUSE && is_stale(address) && ::unlink(address.path.c_str()) == 0) {
    error = bind_to(descriptor, address);
  }
  if (error == 0 && ::chmod(address.path.c_str(), kSocketMode) != 0) {
    error = errno;
    ::unlink(address.path.c_str());
  }
  return error;
}

int bind_tcp(int descriptor, const ListenAddress& address) {
  // Without SO_REUSEADDR connections of the predecessor in TIME_WAIT keep a restart from binding.
  const bool ipv6 = address.kind == ListenAddress::Kind::Ipv6;
  if (!set_option(descriptor, SOL_SOCKET, SO_REUSEADDR) ||
      (ipv6 && !set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY))) {
    return errno;
  }
  return bind_to(descriptor, address);
}

int socket_option(int descriptor, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

SocketFile::SocketFile(std::string path) : path_(std::move(path)) {
  struct stat info{};
  if (::lstat(path_.c_str(), &info) == 0) {
    device_ = info.st_dev;
    inode_ = info.st_ino;
  } else {
    path_.clear();
  }
}

SocketFile::~SocketFile() {
  struct stat info{};
  if (!path_.empty() && ::lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ &&
      info.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

model::Result<BoundSocket> bind_socket(const ListenAddress& address) {
  const std::string name = to_string(address);
  FileDescriptor descriptor = new_socket(address.kind);
  if (descriptor.get() < 0) {
    return failed(name, errno);
  }
  const bool is_unix = address.kind == ListenAddress::Kind::Unix;
  if (const int error =
          is_unix ? bind_unix(descriptor.get(), address) : bind_tcp(descriptor.get(), address)) {
    return failed(name, error);
  }
  SocketFile file = is_unix ? SocketFile(address.path) : SocketFile();
  if (::listen(descriptor.get(), SOMAXCONN) != 0) {
    return failed(name, errno);
  }
  auto bound = bound_address(descriptor.get());
  if (!bound) {
    return failed(name, errno);
  }
  return BoundSocket{
      .descriptor = std::move(descriptor), .address = std::move(*bound), .file = std::move(file)};
}

model::Result<BoundSocket> adopt_socket(int descriptor) {
  FileDescriptor owned(descriptor);
  const std::string name = "inherited descriptor " + std::to_string(descriptor);
  if (socket_option(descriptor, SO_TYPE) != SOCK_STREAM ||
      socket_option(descriptor, SO_ACCEPTCONN) != 1) {
    return model::fail(EINVAL, name + " is not a listening stream socket");
  }
  auto bound = bound_address(descriptor);
  if (!bound) {
    return model::fail(EAFNOSUPPORT, name + " is neither an IP nor a unix socket");
  }
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
    return failed(name, errno);
  }
  return BoundSocket{.descriptor = std::move(owned), .address = std::move(*bound), .file = {}};
}

}  // namespace ctwarden::control

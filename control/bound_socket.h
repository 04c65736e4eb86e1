// SPDX-License-Identifier: GPL-2.0-or-later
//
// A listening stream socket, not yet served: opened here or inherited. Non-blocking and
// close-on-exec. A unix socket's file is removed when its SocketFile goes, but only if it is still
// the one we made.
#pragma once

#include "control/listen_address.h"
#include "model/result.h"

#include <sys/types.h>

#include <string>
#include <utility>

namespace ctwarden::control {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] int release() {
    return std::exchange(descriptor_, -1);
  }  // the caller owns it from here on

 private:
  int descriptor_ = -1;
};

class SocketFile {
 public:
  SocketFile() = default;  // no file
  explicit SocketFile(std::string path);
  ~SocketFile();
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

struct BoundSocket {
  FileDescriptor descriptor;
  ListenAddress address;  // as bound: with the port the kernel chose
  SocketFile file;
};

// IPv6 sockets take IPv6 alone (IPV6_V6ONLY), so that an IPv4 one on the same port can stand beside
// them. A unix socket is made with mode 0660 and never opener; a file nobody listens on is
// replaced. The error names the address.
[[nodiscard]] model::Result<BoundSocket> bind_socket(const ListenAddress& address);

// Takes over an inherited listening socket; it is closed if it is not one we can serve. Its file
// stays its maker's.
[[nodiscard]] model::Result<BoundSocket> adopt_socket(int descriptor);

}  // namespace ctwarden::control

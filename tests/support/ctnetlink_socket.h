// SPDX-License-Identifier: GPL-2.0-or-later
//
// ctnetlink as a test sees it: datagrams in, plain requests out. Deliberately not the product's own
// sockets, so that it can check them. Throws std::system_error when the kernel refuses.
#pragma once

#include "tests/support/netlink_builder.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

struct mnl_socket;

namespace ctwarden::support {

class CtnetlinkSocket {
 public:
  CtnetlinkSocket();

  // NEW, UPDATE and DESTROY events of the current namespace from now on.
  void subscribe();

  // Receives datagrams until `enough` says so about one of them; all of them. Throws when nothing
  // comes for five seconds.
  [[nodiscard]] std::vector<Buffer> receive_until(const std::function<bool(const Buffer&)>& enough);

  // What is queued now, without waiting.
  [[nodiscard]] std::vector<Buffer> receive_queued();

  // A request without attributes (IPCTNL_MSG_*). A dump is received to its NLMSG_DONE, anything
  // else is one datagram.
  [[nodiscard]] std::vector<Buffer> dump(std::uint8_t operation);
  [[nodiscard]] Buffer get(std::uint8_t operation);

  [[nodiscard]] std::uint32_t port() const;

 private:
  struct Close {
    void operator()(mnl_socket* socket) const noexcept;
  };
  [[nodiscard]] bool readable(int timeout_ms) const;
  [[nodiscard]] Buffer receive();

  std::unique_ptr<mnl_socket, Close> socket_;
};

// With CTWARDEN_CAPTURE_DIR set, writes the datagram there as <name>.bin: how tests/data/ctnetlink
// was made.
void keep_capture(const std::string& name, const Buffer& datagram);

}  // namespace ctwarden::support

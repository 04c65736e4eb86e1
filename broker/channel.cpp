// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/channel.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace ctwarden::broker {

namespace {

using model::Result;

std::unexpected<model::Error> fail_errno(const char* doing) {
  const int code = errno;
  return model::fail(code, std::string(doing) + ": " + std::strerror(code));
}

using ControlBuffer = std::array<char, CMSG_SPACE(sizeof(int))>;

Result<void> send_bytes(int channel, const void* bytes, std::size_t size, int attached_fd) {
  iovec part{.iov_base = const_cast<void*>(bytes), .iov_len = size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) ControlBuffer control{};
  if (attached_fd >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &attached_fd, sizeof attached_fd);
  }
  if (::sendmsg(channel, &message, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) {
    return fail_errno("send on the channel between front and broker");
  }
  return {};
}

}  // namespace

Result<std::pair<nlink::UniqueFd, nlink::UniqueFd>> make_channel() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail_errno("make the channel between front and broker");
  }
  return std::pair(nlink::UniqueFd(ends[0]), nlink::UniqueFd(ends[1]));
}

Result<void> send(int channel, const Request& request) {
  return send_bytes(channel, &request, sizeof request, -1);
}

Result<void> send(int channel, const Reply& reply, int attached_fd) {
  return send_bytes(channel, &reply, sizeof reply, attached_fd);
}

Result<std::optional<Request>> receive_request(int channel) {
  Request request;
  ssize_t got = -1;
  do {
    got = ::recv(channel, &request, sizeof request, MSG_TRUNC);
  } while (got < 0 && errno == EINTR);
  if (got == 0) {
    return std::nullopt;
  }
  if (got < 0) {
    return fail_errno("wait for the front");
  }
  if (got != static_cast<ssize_t>(sizeof request)) {
    return model::fail(EPROTO, "a request of the wrong size");
  }
  return request;
}

Result<ReceivedReply> receive_reply(int channel) {
  ReceivedReply received;
  iovec part{.iov_base = &received.reply, .iov_len = sizeof received.reply};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) ControlBuffer control{};
  message.msg_control = control.data();
  message.msg_controllen = CMSG_LEN(sizeof(int));  // the padding behind it would hold a second one
  const ssize_t got = ::recvmsg(channel, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC | MSG_TRUNC);
  if (got == 0) {
    return model::fail(EPIPE, "the broker is gone");
  }
  if (got < 0) {
    return fail_errno("receive from the broker");
  }
  if (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr &&
                                                       header->cmsg_type == SCM_RIGHTS &&
                                                       header->cmsg_len == CMSG_LEN(sizeof(int))) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    received.attached = nlink::UniqueFd(fd);
  }
  if (got != static_cast<ssize_t>(sizeof received.reply)) {
    return model::fail(EPROTO, "a reply of the wrong size");
  }
  if ((message.msg_flags & MSG_CTRUNC) != 0) {
    received.attached.reset();
    received.reply.error = EMFILE;
  }
  return received;
}

}  // namespace ctwarden::broker

// SPDX-License-Identifier: GPL-2.0-or-later
#include "nlink/answer_reader.h"

#include "nlink/sender.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace ctwarden::nlink {

AnswerReader::AnswerReader(UniqueFd socket) : socket_(std::move(socket)), buffer_(kChunkBytes) {}

model::Result<AnswerReader::Answer> AnswerReader::read() {
  sockaddr_nl sender{};
  iovec slot{.iov_base = buffer_.data(), .iov_len = buffer_.size()};
  msghdr header{};
  header.msg_name = &sender;
  header.msg_namelen = sizeof sender;
  header.msg_iov = &slot;
  header.msg_iovlen = 1;
  const ssize_t length = ::recvmsg(socket_.get(), &header, MSG_DONTWAIT);
  if (length < 0) {
    if (errno == EAGAIN || errno == EINTR) {
      return Answer{};
    }
    if (errno == ENOBUFS) {
      return Answer{.got = Got::Overrun, .bytes = {}};
    }
    const int code = errno;
    return model::fail(code, std::string("read an answer of ctnetlink: ") + std::strerror(code));
  }
  if (!from_kernel(sender, header.msg_namelen)) {
    return Answer{.got = Got::Foreign, .bytes = {}};
  }
  if ((header.msg_flags & MSG_TRUNC) != 0) {
    return Answer{.got = Got::Overrun, .bytes = {}};
  }
  return Answer{.got = Got::Chunk,
                .bytes = std::span(buffer_).first(static_cast<std::size_t>(length))};
}

}  // namespace ctwarden::nlink

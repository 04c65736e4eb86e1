// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/broker_link.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace ctwarden::daemon {

BrokerLink::BrokerLink(boost::asio::io_context& loop, nlink::UniqueFd channel,
                       std::function<void()> gone)
    : channel_(loop, channel.release()), gone_(std::move(gone)) {
  wait();
}

void BrokerLink::ask(broker::Verb verb, std::uint64_t argument, Handler handler) {
  if (auto sent = broker::send(channel_.native_handle(), {.verb = verb, .argument = argument});
      !sent) {
    handler(std::unexpected(sent.error()));
    return;
  }
  waiting_.push_back(std::move(handler));
}

void BrokerLink::wait() {
  channel_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code& error) {
                        if (!error) {
                          read();
                        }
                      });
}

void BrokerLink::read() {
  for (;;) {
    auto received = broker::receive_reply(channel_.native_handle());
    if (!received) {
      if (received.error().code == EAGAIN) {
        wait();
      } else {
        gone_();
      }
      return;
    }
    if (waiting_.empty()) {
      gone_();  // a reply nobody asked for: the two ends disagree
      return;
    }
    const Handler handler = std::move(waiting_.front());
    waiting_.pop_front();
    if (const int code = received->reply.error; code != 0) {
      handler(model::fail(code, std::strerror(code)));
    } else {
      handler(Answer{.value = received->reply.value, .attached = std::move(received->attached)});
    }
  }
}

}  // namespace ctwarden::daemon

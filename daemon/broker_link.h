// SPDX-License-Identifier: GPL-2.0-or-later
//
// The front's end of the channel: asks the broker without blocking and hands each reply to whoever
// asked, in order.
#pragma once

#include "broker/channel.h"
#include "model/result.h"
#include "nlink/unique_fd.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <deque>
#include <functional>

namespace ctwarden::daemon {

class BrokerLink {
 public:
  // The descriptor that came with the reply and the value, or the broker's errno.
  struct Answer {
    std::uint64_t value = 0;
    nlink::UniqueFd attached;
  };
  using Handler = std::function<void(model::Result<Answer>)>;

  // `gone` is called once, when the broker's end is closed: the front cannot go on.
  BrokerLink(boost::asio::io_context& loop, nlink::UniqueFd channel, std::function<void()> gone);

  void ask(broker::Verb verb, std::uint64_t argument, Handler handler);

 private:
  void wait();
  void read();

  boost::asio::posix::stream_descriptor channel_;
  std::function<void()> gone_;
  std::deque<Handler> waiting_;
};

}  // namespace ctwarden::daemon

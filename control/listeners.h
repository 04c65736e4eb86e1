// SPDX-License-Identifier: GPL-2.0-or-later
//
// The set of addresses a server listens on, and the accepting. It knows nothing of what is spoken;
// every connection is handed to one function. Accepting pauses when descriptors or memory run out
// instead of spinning.
#pragma once

#include "control/bound_socket.h"
#include "control/listen_address.h"
#include "model/result.h"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ctwarden::control {

using StreamSocket = boost::asio::generic::stream_protocol::socket;

class Listeners {
 public:
  // The loop must outlive this; `on_connection` must not destroy it.
  using ConnectionHandler = std::function<void(StreamSocket socket, bool over_unix)>;
  Listeners(boost::asio::io_context& loop, ConnectionHandler on_connection);
  ~Listeners();
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;
  Listeners(Listeners&&) = delete;
  Listeners& operator=(Listeners&&) = delete;

  // As HttpServer says of its functions of these names.
  [[nodiscard]] model::Result<std::string> listen(std::string_view address);
  [[nodiscard]] model::Result<std::string> adopt(int descriptor);
  void retain(const std::vector<std::string>& keep);
  [[nodiscard]] std::vector<std::string> addresses() const;
  void close();  // all, at once

 private:
  class Acceptor;

  // One address as it was asked for. Two may share an acceptor: "[::]:1" and "0.0.0.0:1" both have
  // the IPv4 one.
  struct Listener {
    std::string spelling;  // empty for an adopted socket
    std::string bound;
    std::vector<std::shared_ptr<Acceptor>> acceptors;
    SocketFile
        file;  // goes before its socket closes: until then its inode cannot become anyone else's
  };

  [[nodiscard]] std::shared_ptr<Acceptor> find(const ListenAddress& address) const;
  [[nodiscard]] model::Result<Listener> open(const ListenAddress& address);
  [[nodiscard]] model::Result<Listener> open_wildcard(const ListenAddress& address);
  [[nodiscard]] model::Result<Listener> serve(BoundSocket socket);

  boost::asio::io_context& loop_;
  ConnectionHandler on_connection_;
  std::vector<Listener> listeners_;
};

}  // namespace ctwarden::control

// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/listeners.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <utility>

namespace ctwarden::control {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using StreamProtocol = asio::generic::stream_protocol;

// Long enough not to spin while there is no descriptor to accept with, short against every scrape
// timeout.
constexpr std::chrono::milliseconds kAcceptPause{100};
// The port the kernel chose for IPv6 may be taken on IPv4; then another one is tried.
constexpr int kFreePortTries = 16;

int family_of(ListenAddress::Kind kind) {
  switch (kind) {
    case ListenAddress::Kind::Ipv4:
      return AF_INET;
    case ListenAddress::Kind::Ipv6:
      return AF_INET6;
    case ListenAddress::Kind::Unix:
      break;
  }
  return AF_UNIX;
}

}  // namespace

class Listeners::Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(Listeners& owner, ListenAddress address)
      : owner_(owner), address_(std::move(address)), socket_(owner.loop_), pause_(owner.loop_) {}

  // Takes the descriptor only if it succeeds.
  error_code start(FileDescriptor& descriptor) {
    error_code error;
    static_cast<void>(
        socket_.assign(StreamProtocol(family_of(address_.kind), 0), descriptor.get(), error));
    if (!error) {
      static_cast<void>(descriptor.release());
      accept();
    }
    return error;
  }

  [[nodiscard]] const ListenAddress& address() const { return address_; }

 private:
  void accept() {
    socket_.async_accept([weak = weak_from_this()](error_code error, StreamSocket socket) {
      if (const auto self = weak.lock()) {
        self->on_accept(error, std::move(socket));
      }
    });
  }

  void on_accept(error_code error, StreamSocket socket) {
    if (!error) {
      owner_.on_connection_(std::move(socket), address_.kind == ListenAddress::Kind::Unix);
      accept();
      return;
    }
    // The connection not accepted keeps the socket readable: without a pause the loop would spin.
    static_cast<void>(pause_.expires_after(kAcceptPause));
    pause_.async_wait([weak = weak_from_this()](error_code) {
      if (const auto self = weak.lock()) {
        self->accept();
      }
    });
  }

  Listeners& owner_;
  ListenAddress address_;
  asio::basic_socket_acceptor<StreamProtocol> socket_;
  asio::steady_timer pause_;
};

Listeners::Listeners(asio::io_context& loop, ConnectionHandler on_connection)
    : loop_(loop), on_connection_(std::move(on_connection)) {}

Listeners::~Listeners() = default;

void Listeners::close() { listeners_.clear(); }

std::shared_ptr<Listeners::Acceptor> Listeners::find(const ListenAddress& address) const {
  for (const Listener& listener : listeners_) {
    for (const auto& acceptor : listener.acceptors) {
      if (acceptor->address() == address) {
        return acceptor;
      }
    }
  }
  return nullptr;
}

model::Result<Listeners::Listener> Listeners::serve(BoundSocket socket) {
  Listener listener{.spelling = {},
                    .bound = to_string(socket.address),
                    .acceptors = {},
                    .file = std::move(socket.file)};
  auto acceptor = std::make_shared<Acceptor>(*this, std::move(socket.address));
  if (const error_code error = acceptor->start(socket.descriptor)) {
    return model::fail(error.value(), "listen on " + listener.bound + ": " + error.message());
  }
  listener.acceptors.push_back(std::move(acceptor));
  return listener;
}

model::Result<Listeners::Listener> Listeners::open(const ListenAddress& address) {
  if (auto shared = find(address)) {
    return Listener{
        .spelling = {}, .bound = to_string(address), .acceptors = {std::move(shared)}, .file = {}};
  }
  auto socket = bind_socket(address);
  if (!socket) {
    return std::unexpected(socket.error());
  }
  return serve(*std::move(socket));
}

// Two sockets instead of one that takes both families, because 0.0.0.0 can then come and go without
// rebinding [::].
model::Result<Listeners::Listener> Listeners::open_wildcard(const ListenAddress& address) {
  for (int tries = 1;; ++tries) {
    auto listener = open(address);
    if (!listener) {
      return listener;
    }
    const std::uint16_t port = listener->acceptors.front()->address().port;
    auto companion = open({.kind = ListenAddress::Kind::Ipv4, .ip = {}, .port = port, .path = {}});
    if (companion) {
      listener->acceptors.push_back(std::move(companion->acceptors.front()));
      return listener;
    }
    const bool another = address.port == 0 && companion.error().code == EADDRINUSE;
    if (!another || tries == kFreePortTries) {
      return companion;
    }
  }
}

model::Result<std::string> Listeners::listen(std::string_view address) {
  const auto same = std::ranges::find(listeners_, address, &Listener::spelling);
  if (same != listeners_.end()) {
    return same->bound;
  }
  const auto parsed = parse_listen_address(address);
  if (!parsed) {
    return std::unexpected(parsed.error());
  }
  const bool both_families = parsed->kind == ListenAddress::Kind::Ipv6 && parsed->is_wildcard();
  auto listener = both_families ? open_wildcard(*parsed) : open(*parsed);
  if (!listener) {
    return std::unexpected(listener.error());
  }
  listener->spelling = address;
  listeners_.push_back(*std::move(listener));
  return listeners_.back().bound;
}

model::Result<std::string> Listeners::adopt(int descriptor) {
  auto socket = adopt_socket(descriptor);
  if (!socket) {
    return std::unexpected(socket.error());
  }
  auto listener = serve(*std::move(socket));
  if (!listener) {
    return std::unexpected(listener.error());
  }
  listeners_.push_back(*std::move(listener));
  return listeners_.back().bound;
}

void Listeners::retain(const std::vector<std::string>& keep) {
  std::erase_if(listeners_, [&keep](const Listener& listener) {
    return !listener.spelling.empty() && std::ranges::find(keep, listener.spelling) == keep.end();
  });
}

std::vector<std::string> Listeners::addresses() const {
  std::vector<std::string> bound;
  bound.reserve(listeners_.size());
  for (const Listener& listener : listeners_) {
    bound.push_back(listener.bound);
  }
  return bound;
}

}  // namespace ctwarden::control

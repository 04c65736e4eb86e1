// SPDX-License-Identifier: GPL-2.0-or-later
//
// A client of raw bytes over a real socket, and a running server to talk to, both on one thread:
// whoever waits for the client turns the server's loop meanwhile, so no test sleeps.
#pragma once

#include "control/http_server.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace ctwarden::control {

struct Answer {
  int status = 0;
  std::string header;  // status line and fields
  std::string body;

  [[nodiscard]] bool has(std::string_view field) const {
    return header.find(field) != std::string::npos;
  }
};

class Client {
 public:
  // An address as HttpServer returns it; throws if it cannot connect. Only loopback and unix
  // sockets complete at once, before anyone accepted.
  explicit Client(std::string_view address);
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view bytes) const;  // a closed connection is no error here
  [[nodiscard]] bool receive();  // takes what has arrived; false at the end of the connection
  [[nodiscard]] bool take_answer(Answer& answer,
                                 bool to_head = false);  // true if a whole one was there

 private:
  int descriptor_ = -1;
  std::string received_;
};

class RunningServer {
 public:
  explicit RunningServer(HttpLimits limits = {}, HttpHandler handler = {},
                         std::vector<std::string> allowed_hosts = {});

  // Turns the loop until `done` holds; false after ten seconds.
  bool turn_until(const std::function<bool()>& done);
  Answer answer_to(Client& client, std::string_view request);  // status 0 if none came
  Answer next_answer(Client& client, bool to_head = false);
  Answer get(std::string_view address, std::string_view path = "/");  // on a connection of its own
  bool closes(Client& client);  // true once the server has ended the connection

  HttpServer& server() { return *server_; }
  boost::asio::io_context& loop() { return loop_; }
  void destroy() { server_.reset(); }

 private:
  boost::asio::io_context loop_;
  std::unique_ptr<HttpServer> server_;
};

// "/" is a small page, "/metrics" some text, "/throw" throws, "/echo" tells what it was asked; all
// else is 404.
[[nodiscard]] HttpResponse example_handler(const HttpRequest& request);

[[nodiscard]] std::uint16_t port_of(std::string_view address);

}  // namespace ctwarden::control

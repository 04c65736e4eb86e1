// SPDX-License-Identifier: GPL-2.0-or-later
//
// A small HTTP/1.1 server on the daemon's own loop: GET and HEAD, no request bodies, hard limits.
// It knows nothing of metrics; a handler turns a request into a response. All Beast code is in
// http_server.cpp.
//
// Limits, each so that a slow or hostile client costs nothing: request line and header 8 KiB (431),
// no body (413), one deadline for reading a request and one for writing its answer (the connection
// is closed), a cap on open connections (the one idle longest goes). The loop must outlive the
// server; the handler may destroy it.
#pragma once

#include "control/listen_address.h"
#include "model/result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;  // NOLINT(readability-identifier-naming): Boost's name
}

namespace ctwarden::control {

struct HttpRequest {
  std::string_view path;   // without the query string
  std::string_view query;  // after '?', may be empty
  bool over_unix = false;  // true on a unix socket
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Called for GET and HEAD (the server drops the body of a HEAD answer). Must not block. An
// exception becomes a 500.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

struct HttpLimits {
  std::size_t header_bytes = 8192;
  std::size_t connections = 128;
  std::chrono::milliseconds read_deadline{
      5000};  // a whole request, from the first byte or from accept
  std::chrono::milliseconds idle_deadline{30000};  // between two requests of a kept connection
  std::chrono::milliseconds write_deadline{5000};
};

class HttpServer {
 public:
  // `allowed_hosts` are accepted in the Host header besides IP literals, "localhost" and the
  // machine's own name; any other name on TCP is refused with 421, so that a web page cannot reach
  // the server by rebinding DNS.
  HttpServer(boost::asio::io_context& loop, HttpHandler handler, HttpLimits limits = {},
             std::vector<std::string> allowed_hosts = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer(HttpServer&&) = delete;
  HttpServer& operator=(HttpServer&&) = delete;

  // "127.0.0.1:10087", "[::]:10087", "unix:/path". "[::]" takes IPv4 as well, on the same port;
  // "0.0.0.0" on that port may be given beside it, before or after. Port 0 picks a free one. A unix
  // socket has mode 0660; a stale file that nobody listens on is replaced, and the file goes with
  // the server. Returns the address as bound, also for one that is listened on already (same
  // spelling). The error names the address and the reason; nothing changes then.
  [[nodiscard]] model::Result<std::string> listen(std::string_view address);

  // Takes over a listening socket inherited from socket activation; the server owns `descriptor`
  // from here on.
  [[nodiscard]] model::Result<std::string> adopt(int descriptor);

  // Stops listening on every address that is not in `keep` (same spelling as given to listen); used
  // by reload. Open connections are served to their end, and adopted sockets stay: whoever passed
  // them decides about them.
  void retain(const std::vector<std::string>& keep);

  [[nodiscard]] std::vector<std::string> addresses() const;  // as bound
  [[nodiscard]] std::size_t connections() const;

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace ctwarden::control

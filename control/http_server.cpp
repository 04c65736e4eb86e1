// SPDX-License-Identifier: GPL-2.0-or-later
//
// Core owns the listeners and knows the open sessions. A session owns its connection and lives as
// long as an operation on it is under way; once closed it does nothing more, whatever completes.
#include "control/http_server.h"

#include "control/allowed_hosts.h"
#include "control/http_rules.h"
#include "control/listeners.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <list>
#include <optional>
#include <utility>

namespace ctwarden::control {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Parser = http::request_parser<http::empty_body>;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;
using std::chrono::milliseconds;

// Before a connection is closed on unread bytes they are read and thrown away, for so long and so
// many: closing at once sends a reset, which can overtake the answer.
constexpr milliseconds kLingerTime{1000};
constexpr std::size_t kLingerBytes = std::size_t{1} << 20;
constexpr std::size_t kReadBytes = 1024;  // a scrape's whole request is smaller

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

// RFC 9110 5.6.7. The daemon never sets a locale, so the names are English.
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

// What to tell a client whose request could not be read; nothing if it is gone or broke off.
std::optional<HttpResponse> refusal_for(error_code error, std::size_t header_limit) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return refusal(
        431, "request line and header are longer than " + std::to_string(header_limit) + " bytes");
  }
  if (error == http::error::bad_version) {
    return refusal(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() != make_error_code(http::error::end_of_stream).category()) {
    return std::nullopt;
  }
  return refusal(400, "bad request: " + error.message());
}

Response to_response(HttpResponse answer, unsigned version, bool head, bool keep) {
  Response out;
  out.version(version);
  out.result(static_cast<unsigned>(answer.status));
  for (const auto& [name, value] : header_fields(answer)) {
    out.set(name, value);
  }
  out.set(http::field::date, http_date());
  out.keep_alive(keep);
  out.content_length(answer.body.size());
  if (!head) {
    out.body() = std::move(answer.body);
  }
  return out;
}

}  // namespace

struct HttpServer::Core : std::enable_shared_from_this<Core> {
  class Session;

  Core(asio::io_context& its_loop, HttpHandler its_handler, HttpLimits its_limits,
       AllowedHosts its_hosts)
      : loop(its_loop),
        handler(std::move(its_handler)),
        limits(its_limits),
        hosts(std::move(its_hosts)),
        listeners(loop, [this](StreamSocket socket, bool over_unix) {
          admit(std::move(socket), over_unix);
        }) {}

  void close();
  void admit(StreamSocket socket, bool over_unix);

  asio::io_context& loop;
  HttpHandler handler;
  HttpLimits limits;
  AllowedHosts hosts;
  Listeners listeners;
  std::list<Session*> sessions;  // the open ones, the one idle longest first
};

class HttpServer::Core::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Core> core, StreamSocket socket, bool over_unix)
      : core_(std::move(core)),
        socket_(std::move(socket)),
        over_unix_(over_unix),
        deadline_(core_->loop),
        buffer_(core_->limits.header_bytes),
        place_(core_->sessions.insert(core_->sessions.end(), this)) {}
  ~Session() { close(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;

  void start() {
    set_deadline(core_->limits.read_deadline);
    read_some(&Session::on_first_bytes);
  }

  void close() {
    if (!std::exchange(open_, false)) {
      return;
    }
    core_->sessions.erase(place_);
    error_code ignored;
    static_cast<void>(socket_.close(ignored));
  }

 private:
  using Step = void (Session::*)(error_code, std::size_t);

  auto then(Step step) {
    return [self = shared_from_this(), step](error_code error, std::size_t bytes) {
      if (self->open_) {
        ((*self).*step)(error, bytes);
      }
    };
  }

  void set_deadline(milliseconds duration) {
    static_cast<void>(deadline_.expires_after(duration));
    deadline_.async_wait([weak = weak_from_this()](error_code) {
      const auto self = weak.lock();
      // A wait that was already over when the deadline moved still completes: look at the clock,
      // not at the error.
      if (self && self->deadline_.expiry() <= std::chrono::steady_clock::now()) {
        self->close();
      }
    });
  }

  void read_some(Step step) {
    const std::size_t room = std::min(kReadBytes, buffer_.max_size() - buffer_.size());
    socket_.async_read_some(buffer_.prepare(room), then(step));
  }

  void await_next_request() {
    if (buffer_.size() > 0) {  // pipelined
      set_deadline(core_->limits.read_deadline);
      read_header();
      return;
    }
    set_deadline(core_->limits.idle_deadline);
    read_some(&Session::on_next_bytes);
  }

  void on_next_bytes(error_code error, std::size_t bytes) {
    set_deadline(core_->limits.read_deadline);
    on_first_bytes(error, bytes);
  }

  void on_first_bytes(error_code error, std::size_t bytes) {
    if (error) {
      close();
      return;
    }
    buffer_.commit(bytes);
    read_header();
  }

  void read_header() {
    parser_ = std::make_unique<Parser>();
    parser_->header_limit(static_cast<std::uint32_t>(core_->limits.header_bytes));
    parser_->body_limit(boost::none);  // no body is ever read; its mere presence is judged later
    http::async_read_header(socket_, buffer_, *parser_, then(&Session::on_header));
  }

  void on_header(error_code error, std::size_t /*bytes*/) {
    if (!error) {
      touch();
      answer(parser_->get());
    } else if (auto refused = refusal_for(error, core_->limits.header_bytes)) {
      respond(to_response(*std::move(refused), 11, false, false));
    } else {
      close();
    }
  }

  void answer(const Request& request) {
    const bool head = request.method() == http::verb::head;
    const RequestFacts facts = {.target = view(request.target()),
                                .get_or_head = head || request.method() == http::verb::get,
                                .has_body = !parser_->is_done(),
                                .http_1_1 = request.version() >= 11,
                                .over_unix = over_unix_,
                                .host_headers = request.count(http::field::host),
                                .host = view(request[http::field::host])};
    auto target = check_request(facts, core_->hosts);
    if (!target) {
      respond(to_response(std::move(target.error()), request.version(), head, false));
      return;
    }
    HttpResponse answer =
        handle({.path = target->path, .query = target->query, .over_unix = over_unix_});
    if (open_) {  // the handler may have destroyed the server
      respond(to_response(std::move(answer), request.version(), head, request.keep_alive()));
    }
  }

  [[nodiscard]] HttpResponse handle(const HttpRequest& request) const {
    try {
      HttpResponse answer = core_->handler(request);
      // Anything else is no final status and would make the connection unreadable.
      if (answer.status >= 200 && answer.status <= 599) {
        return answer;
      }
    } catch (...) {  // NOLINT(bugprone-empty-catch): whatever it was, the client gets a 500
    }
    return refusal(500, "internal error");
  }

  void respond(Response response) {
    response_ = std::move(response);
    set_deadline(core_->limits.write_deadline);
    http::async_write(socket_, response_, then(&Session::on_written));
  }

  void on_written(error_code error, std::size_t /*bytes*/) {
    if (error) {
      close();
      return;
    }
    touch();
    if (response_.keep_alive()) {
      await_next_request();
      return;
    }
    error_code ignored;
    static_cast<void>(socket_.shutdown(StreamSocket::shutdown_send, ignored));
    set_deadline(std::min(kLingerTime, core_->limits.read_deadline));
    buffer_.clear();
    read_some(&Session::on_lingering_bytes);
  }

  void on_lingering_bytes(error_code error, std::size_t bytes) {
    lingered_ += bytes;
    if (error || lingered_ > kLingerBytes) {
      close();
      return;
    }
    read_some(&Session::on_lingering_bytes);
  }

  void touch() { core_->sessions.splice(core_->sessions.end(), core_->sessions, place_); }

  std::shared_ptr<Core> core_;
  StreamSocket socket_;
  bool over_unix_;
  bool open_ = true;
  asio::steady_timer deadline_;
  boost::beast::flat_buffer buffer_;
  std::unique_ptr<Parser> parser_;  // of the request being read or answered
  Response response_;
  std::size_t lingered_ = 0;
  std::list<Session*>::iterator place_;
};

void HttpServer::Core::close() {
  listeners.close();
  while (!sessions.empty()) {
    sessions.front()->close();
  }
}

void HttpServer::Core::admit(StreamSocket socket, bool over_unix) {
  if (!over_unix) {
    error_code ignored;  // only the order of small packets is at stake
    static_cast<void>(socket.set_option(asio::ip::tcp::no_delay(true), ignored));
  }
  while (!sessions.empty() && sessions.size() >= limits.connections) {
    sessions.front()->close();
  }
  std::make_shared<Session>(shared_from_this(), std::move(socket), over_unix)->start();
}

HttpServer::HttpServer(asio::io_context& loop, HttpHandler handler, HttpLimits limits,
                       std::vector<std::string> allowed_hosts) {
  allowed_hosts.push_back(machine_name());
  core_ = std::make_shared<Core>(loop, std::move(handler), limits,
                                 AllowedHosts(std::move(allowed_hosts)));
}

HttpServer::~HttpServer() { core_->close(); }

model::Result<std::string> HttpServer::listen(std::string_view address) {
  return core_->listeners.listen(address);
}

model::Result<std::string> HttpServer::adopt(int descriptor) {
  return core_->listeners.adopt(descriptor);
}

void HttpServer::retain(const std::vector<std::string>& keep) { core_->listeners.retain(keep); }

std::vector<std::string> HttpServer::addresses() const { return core_->listeners.addresses(); }

std::size_t HttpServer::connections() const { return core_->sessions.size(); }

}  // namespace ctwarden::control

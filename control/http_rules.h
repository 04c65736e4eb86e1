// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the server's HTTP allows and what its answers carry, apart from the reading and writing:
// pure.
#pragma once

#include "control/allowed_hosts.h"
#include "control/http_server.h"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctwarden::control {

// A request target (RFC 9112 3.2) taken apart. Nothing is decoded: the paths served are plain, and
// what does not equal one of them is not found.
struct RequestTarget {
  std::string_view authority;  // in absolute form ("http://host/path") only; it then takes the Host
                               // header's place
  std::string_view path;
  std::string_view query;  // after '?'
};

// Views into `text`. Nothing for the forms of CONNECT and OPTIONS and for what is no target at all.
[[nodiscard]] std::optional<RequestTarget> split_request_target(std::string_view text);

struct RequestFacts {
  std::string_view target;
  bool get_or_head = true;
  bool has_body = false;
  bool http_1_1 = true;
  bool over_unix = false;
  std::size_t host_headers = 1;
  std::string_view host;
};

// What to serve, or the answer to a request that is refused before any handler sees it. The
// connection is closed after a refusal.
[[nodiscard]] std::expected<RequestTarget, HttpResponse> check_request(const RequestFacts& facts,
                                                                       const AllowedHosts& hosts);

[[nodiscard]] HttpResponse refusal(int status, std::string_view reason);  // plain text, one line

// Every header field of an answer but those of framing (Content-Length, Connection) and Date.
[[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> header_fields(
    const HttpResponse& answer);

}  // namespace ctwarden::control

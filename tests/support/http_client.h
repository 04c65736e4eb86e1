// SPDX-License-Identifier: GPL-2.0-or-later
//
// One HTTP/1.1 GET, blocking, with a deadline over all of it: an independent client for the
// daemon's endpoints.
#pragma once

#include "model/result.h"

#include <chrono>
#include <map>
#include <string>

namespace ctwarden::tests {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // chunks joined
};

// `address` is spelled as the daemon's listen addresses: "127.0.0.1:10087", "[::1]:10087" or
// "unix:/path". The error code is ETIMEDOUT when the deadline passed, EPROTO for an answer that is
// no HTTP.
[[nodiscard]] model::Result<HttpAnswer> http_get(
    const std::string& address, const std::string& path,
    std::chrono::milliseconds deadline = std::chrono::seconds(5));

}  // namespace ctwarden::tests

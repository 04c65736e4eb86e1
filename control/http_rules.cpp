// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/http_rules.h"

#include <algorithm>

namespace ctwarden::control {

std::optional<RequestTarget> split_request_target(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  RequestTarget target;
  if (text.starts_with(kScheme)) {
    text.remove_prefix(kScheme.size());
    const std::size_t end = std::min(text.find_first_of("/?"), text.size());
    target.authority = text.substr(0, end);
    if (target.authority.empty()) {
      return std::nullopt;
    }
    text.remove_prefix(end);
  } else if (!text.starts_with('/')) {
    return std::nullopt;
  }
  const std::size_t question = text.find('?');
  target.path = text.substr(0, question);
  if (target.path.empty()) {
    target.path = "/";  // "http://host" asks for the root
  }
  if (question != std::string_view::npos) {
    target.query = text.substr(question + 1);
  }
  return target;
}

HttpResponse refusal(int status, std::string_view reason) {
  HttpResponse answer;
  answer.status = status;
  answer.body.append(reason).append("\n");
  return answer;
}

std::expected<RequestTarget, HttpResponse> check_request(const RequestFacts& facts,
                                                         const AllowedHosts& hosts) {
  const auto refused = [](int status, std::string_view reason) {
    return std::unexpected(refusal(status, reason));
  };
  if (!facts.get_or_head) {
    return refused(405, "only GET and HEAD are served");
  }
  if (facts.has_body) {
    return refused(413, "requests with a body are not served");
  }
  const auto target = split_request_target(facts.target);
  if (!target) {
    return refused(400, "the request target is neither a path nor an http:// address");
  }
  if (facts.host_headers > 1 || (facts.host_headers == 0 && facts.http_1_1)) {
    return refused(400, "a request has exactly one Host header");
  }
  const bool absolute = !target->authority.empty();
  const bool named = absolute || facts.host_headers == 1;
  if (named && !facts.over_unix && !hosts.allows(absolute ? target->authority : facts.host)) {
    return refused(
        421,
        "this host name is not served here; use an IP address or localhost, or add the name to "
        "metrics.allowed_hosts");
  }
  return *target;
}

std::vector<std::pair<std::string_view, std::string_view>> header_fields(
    const HttpResponse& answer) {
  std::vector<std::pair<std::string_view, std::string_view>> fields = {
      {"Server", "ctwarden"},
      {"Content-Type", answer.content_type},
      {"Cache-Control", "no-store"},
      {"X-Content-Type-Options", "nosniff"},
  };
  if (answer.content_type.starts_with("text/html")) {
    fields.emplace_back(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'");
  }
  if (answer.status == 405) {
    fields.emplace_back("Allow", "GET, HEAD");
  }
  return fields;
}

}  // namespace ctwarden::control

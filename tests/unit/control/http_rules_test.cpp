// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/http_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ctwarden::control {
namespace {

int status_of(const RequestFacts& facts) {
  const auto target = check_request(facts, AllowedHosts({}));
  return target ? 200 : target.error().status;
}

// An empty path stands for a refused target: a target always has one.
RequestTarget target_of(std::string_view text) {
  return split_request_target(text).value_or(RequestTarget{});
}

bool has_field(const HttpResponse& answer, std::string_view name) {
  const auto fields = header_fields(answer);
  return std::ranges::any_of(fields, [name](const auto& field) { return field.first == name; });
}

TEST(RequestTarget, SplitsPathAndQuery) {
  const RequestTarget target = target_of("/metrics?a=1?b");
  EXPECT_EQ(target.path, "/metrics");
  EXPECT_EQ(target.query, "a=1?b");
  EXPECT_EQ(target.authority, "");
}

TEST(RequestTarget, ReadsTheAbsoluteForm) {
  const RequestTarget target = target_of("http://127.0.0.1:10087/metrics?x");
  EXPECT_EQ(target.authority, "127.0.0.1:10087");
  EXPECT_EQ(target.path, "/metrics");
  EXPECT_EQ(target.query, "x");
}

TEST(RequestTarget, AbsoluteFormWithoutPathIsTheRoot) {
  EXPECT_EQ(target_of("http://localhost").path, "/");
  EXPECT_EQ(target_of("http://localhost?q").path, "/");
  EXPECT_EQ(target_of("http://localhost?q").query, "q");
}

TEST(RequestTarget, RefusesEveryOtherForm) {
  EXPECT_FALSE(split_request_target(""));
  EXPECT_FALSE(split_request_target("*"));
  EXPECT_FALSE(split_request_target("metrics"));
  EXPECT_FALSE(split_request_target("localhost:80"));
  EXPECT_FALSE(split_request_target("http://"));
  EXPECT_FALSE(split_request_target("http:///metrics"));
  EXPECT_FALSE(split_request_target("https://localhost/"));
}

TEST(HttpRules, PassesAPlainGet) {
  EXPECT_EQ(status_of({.target = "/", .host = "localhost"}), 200);
}

TEST(HttpRules, RefusesOtherMethodsBeforeAnythingElse) {
  EXPECT_EQ(
      status_of({.target = "*", .get_or_head = false, .has_body = true, .host = "evil.example"}),
      405);
}

TEST(HttpRules, RefusesABody) {
  EXPECT_EQ(status_of({.target = "/", .has_body = true, .host = "localhost"}), 413);
}

TEST(HttpRules, WantsExactlyOneHostFromHttp11) {
  EXPECT_EQ(status_of({.target = "/", .host_headers = 0, .host = {}}), 400);
  EXPECT_EQ(status_of({.target = "/", .host_headers = 2, .host = "localhost"}), 400);
}

TEST(HttpRules, TakesHttp10WithoutHost) {
  EXPECT_EQ(status_of({.target = "/", .http_1_1 = false, .host_headers = 0, .host = {}}), 200);
}

TEST(HttpRules, RefusesForeignHostNamesOnTcpOnly) {
  EXPECT_EQ(status_of({.target = "/", .host = "evil.example"}), 421);
  EXPECT_EQ(status_of({.target = "/", .over_unix = true, .host = "evil.example"}), 200);
}

TEST(HttpRules, AbsoluteFormCountsMoreThanTheHostHeader) {
  EXPECT_EQ(status_of({.target = "http://evil.example/", .host = "localhost"}), 421);
  EXPECT_EQ(status_of({.target = "http://localhost/", .host = "evil.example"}), 200);
}

TEST(HttpRules, OnlyPagesCarryAContentSecurityPolicy) {
  EXPECT_TRUE(has_field({.status = 200, .content_type = "text/html; charset=utf-8", .body = {}},
                        "Content-Security-Policy"));
  EXPECT_FALSE(has_field({}, "Content-Security-Policy"));
}

TEST(HttpRules, MethodRefusalNamesTheAllowedMethods) {
  EXPECT_TRUE(has_field(refusal(405, "x"), "Allow"));
  EXPECT_FALSE(has_field(refusal(404, "x"), "Allow"));
}

}  // namespace
}  // namespace ctwarden::control

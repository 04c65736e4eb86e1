// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/http_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ctwarden::control {
namespace {

int status_of(const RequestFacts& facts, std::string_view target) {
  const auto refused = refuse(facts, split_request_target(target), AllowedHosts({}));
  return refused ? refused->status : 200;
}

bool has_field(const HttpResponse& answer, std::string_view name) {
  const auto fields = header_fields(answer);
  return std::ranges::any_of(fields, [name](const auto& field) { return field.first == name; });
}

TEST(RequestTarget, SplitsPathAndQuery) {
  const auto target = split_request_target("/metrics?a=1?b");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/metrics");
  EXPECT_EQ(target->query, "a=1?b");
  EXPECT_EQ(target->authority, "");
}

TEST(RequestTarget, ReadsTheAbsoluteForm) {
  const auto target = split_request_target("http://127.0.0.1:10087/metrics?x");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->authority, "127.0.0.1:10087");
  EXPECT_EQ(target->path, "/metrics");
  EXPECT_EQ(target->query, "x");
}

TEST(RequestTarget, AbsoluteFormWithoutPathIsTheRoot) {
  EXPECT_EQ(split_request_target("http://localhost")->path, "/");
  EXPECT_EQ(split_request_target("http://localhost?q")->path, "/");
  EXPECT_EQ(split_request_target("http://localhost?q")->query, "q");
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

TEST(HttpRules, PassesAPlainGet) { EXPECT_EQ(status_of({.host = "localhost"}, "/"), 200); }

TEST(HttpRules, RefusesOtherMethodsBeforeAnythingElse) {
  EXPECT_EQ(status_of({.get_or_head = false, .has_body = true, .host = "evil.example"}, "*"), 405);
}

TEST(HttpRules, RefusesABody) {
  EXPECT_EQ(status_of({.has_body = true, .host = "localhost"}, "/"), 413);
}

TEST(HttpRules, WantsExactlyOneHostFromHttp11) {
  EXPECT_EQ(status_of({.host_headers = 0, .host = {}}, "/"), 400);
  EXPECT_EQ(status_of({.host_headers = 2, .host = "localhost"}, "/"), 400);
}

TEST(HttpRules, TakesHttp10WithoutHost) {
  EXPECT_EQ(status_of({.http_1_1 = false, .host_headers = 0, .host = {}}, "/"), 200);
}

TEST(HttpRules, RefusesForeignHostNamesOnTcpOnly) {
  EXPECT_EQ(status_of({.host = "evil.example"}, "/"), 421);
  EXPECT_EQ(status_of({.over_unix = true, .host = "evil.example"}, "/"), 200);
}

TEST(HttpRules, AbsoluteFormCountsMoreThanTheHostHeader) {
  EXPECT_EQ(status_of({.host = "localhost"}, "http://evil.example/"), 421);
  EXPECT_EQ(status_of({.host = "evil.example"}, "http://localhost/"), 200);
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

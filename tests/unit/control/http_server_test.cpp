// SPDX-License-Identifier: GPL-2.0-or-later
//
// Requests and their answers over a real connection.
#include "control/http_server.h"

#include "control/allowed_hosts.h"
#include "http_client.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace ctwarden::control {
namespace {

class HttpServerTest : public testing::Test {
 protected:
  Answer ask(std::string_view request) {
    Client client(address_);
    return running_.answer_to(client, request);
  }

  RunningServer running_{{}, {}, {"metrics.example.org"}};
  std::string address_ = running_.server().listen("127.0.0.1:0").value();
};

TEST_F(HttpServerTest, AnswersAGet) {
  const Answer answer = ask("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "up 1\n");
  EXPECT_TRUE(answer.has("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(answer.has("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_TRUE(answer.has("\r\nContent-Length: 5\r\n"));
  EXPECT_TRUE(answer.has("\r\nServer: ctwarden\r\n"));
  EXPECT_TRUE(answer.has("\r\nCache-Control: no-store\r\n"));
  EXPECT_TRUE(answer.has("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_TRUE(answer.has(" GMT\r\n"));
}

TEST_F(HttpServerTest, PagesMayLoadNothing) {
  const Answer answer = ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(
      answer.has("\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'"));
}

TEST_F(HttpServerTest, HeadHasTheHeaderOfGetAndNoBody) {
  Client client(address_);
  const Answer head =
      running_.answer_to(client, "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.has("\r\nContent-Length: 5\r\n"));
  // A body sent by mistake would now stand before this answer's status line.
  const Answer next =
      running_.answer_to(client, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(next.status, 200);
  EXPECT_EQ(next.body, "up 1\n");
}

TEST_F(HttpServerTest, UnknownPathIsTheHandlersAnswerAndKeepsTheConnection) {
  Client client(address_);
  EXPECT_EQ(running_.answer_to(client, "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 404);
  EXPECT_EQ(running_.answer_to(client, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
}

TEST_F(HttpServerTest, HandlerGetsPathAndQueryApart) {
  EXPECT_EQ(ask("GET /echo?a=b&c HTTP/1.1\r\nHost: localhost\r\n\r\n").body, "a=b&c tcp");
}

TEST_F(HttpServerTest, AbsoluteFormIsUnderstood) {
  EXPECT_EQ(ask("GET http://127.0.0.1/echo?q HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").body, "q tcp");
}

TEST_F(HttpServerTest, ThrowingHandlerBecomesA500) {
  const Answer answer = ask("GET /throw HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, "internal error\n");
}

TEST_F(HttpServerTest, OtherMethodsAreRefusedWithTheAllowedOnes) {
  for (const std::string method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"}) {
    const Answer answer = ask(method + " /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_TRUE(answer.has("\r\nAllow: GET, HEAD\r\n")) << method;
  }
}

TEST_F(HttpServerTest, BodiesAreRefusedAndTheConnectionEnds) {
  for (const std::string framing :
       {"Content-Length: 99999999999\r\n\r\n", "Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    Client client(address_);
    const Answer answer =
        running_.answer_to(client, "GET / HTTP/1.1\r\nHost: localhost\r\n" + framing);
    EXPECT_EQ(answer.status, 413) << framing;
    EXPECT_TRUE(answer.has("\r\nConnection: close\r\n")) << framing;
    EXPECT_TRUE(running_.closes(client)) << framing;
  }
}

TEST_F(HttpServerTest, EmptyBodyIsNoBody) {
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").status, 200);
}

TEST_F(HttpServerTest, HeaderBeyondTheLimitIsRefused) {
  const std::string filler(8192, 'a');
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: localhost\r\nX-Filler: " + filler + "\r\n\r\n").status,
            431);
  EXPECT_EQ(ask("GET /" + filler + " HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 431);
}

TEST_F(HttpServerTest, HugeHeaderStillGetsItsAnswerThrough) {
  const std::string filler(200'000, 'a');
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: localhost\r\nX-Filler: " + filler + "\r\n\r\n").status,
            431);
}

TEST_F(HttpServerTest, HeaderBelowTheLimitIsServed) {
  const std::string filler(8000, 'a');
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: localhost\r\nX-Filler: " + filler + "\r\n\r\n").status,
            200);
}

TEST_F(HttpServerTest, MalformedRequestsAreRefused) {
  for (const std::string request :
       {"\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03\r\n\r\n", "GET\r\n\r\n",
        "GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", " / HTTP/1.1\r\n\r\n"}) {
    EXPECT_EQ(ask(request).status, 400) << request;
  }
}

TEST_F(HttpServerTest, OtherVersionsAreRefused) {
  EXPECT_EQ(ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, 505);
  EXPECT_EQ(ask("GET / HTTQ/1.1\r\n\r\n").status, 505);
  EXPECT_EQ(ask("GET / HTTP/1.9\r\nHost: localhost\r\n\r\n").status, 505);
}

TEST_F(HttpServerTest, Http11NeedsExactlyOneHost) {
  EXPECT_EQ(ask("GET / HTTP/1.1\r\n\r\n").status, 400);
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n").status, 400);
}

TEST_F(HttpServerTest, ForeignHostNamesAreMisdirected) {
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 421);
  EXPECT_EQ(ask("GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n").status, 421);
  EXPECT_EQ(ask("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 421);
}

TEST_F(HttpServerTest, OwnHostNamesAreServed) {
  for (const std::string host :
       {"127.0.0.1:10087", "[::1]", "LOCALHOST:1", "metrics.example.org"}) {
    EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status, 200) << host;
  }
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: " + machine_name() + "\r\n\r\n").status, 200);
}

TEST_F(HttpServerTest, KeepsAnHttp11Connection) {
  Client client(address_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(running_.answer_to(client, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").body,
              "up 1\n");
  }
  EXPECT_EQ(running_.server().connections(), 1U);
}

TEST_F(HttpServerTest, ClosesWhenAskedTo) {
  Client client(address_);
  const Answer answer =
      running_.answer_to(client, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.has("\r\nConnection: close\r\n"));
  EXPECT_TRUE(running_.closes(client));
}

TEST_F(HttpServerTest, ClosesAnHttp10Connection) {
  Client client(address_);
  const Answer answer = running_.answer_to(client, "GET /metrics HTTP/1.0\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "up 1\n");
  EXPECT_TRUE(running_.closes(client));
}

TEST_F(HttpServerTest, KeepsAnHttp10ConnectionWhenAskedTo) {
  Client client(address_);
  const Answer first =
      running_.answer_to(client, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(first.has("\r\nConnection: keep-alive\r\n"));
  EXPECT_EQ(running_.answer_to(client, "GET / HTTP/1.0\r\n\r\n").status, 200);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  Client client(address_);
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += "GET /echo?" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  client.send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(running_.next_answer(client).body, std::to_string(i) + " tcp");
  }
}

TEST_F(HttpServerTest, NothingAfterARefusalIsServed) {
  Client client(address_);
  client.send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 47\r\n\r\n"
      "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n\r\n\r\n");
  EXPECT_EQ(running_.next_answer(client).status, 405);
  EXPECT_EQ(running_.next_answer(client).status, 0);
}

TEST_F(HttpServerTest, RequestInPiecesIsOneRequest) {
  Client client(address_);
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (const char byte : request.substr(0, request.size() - 1)) {
    client.send(std::string_view(&byte, 1));
    running_.loop().poll();
  }
  EXPECT_EQ(running_.answer_to(client, "\n").status, 200);
}

TEST_F(HttpServerTest, LargeBodyArrivesWhole) {
  RunningServer large({}, [](const HttpRequest&) {
    return HttpResponse{
        .status = 200, .content_type = "text/plain", .body = std::string(4U << 20, 'x')};
  });
  const std::string address = large.server().listen("127.0.0.1:0").value();
  EXPECT_EQ(large.get(address).body.size(), 4U << 20);
}

TEST_F(HttpServerTest, HandlerMayDestroyTheServer) {
  boost::asio::io_context loop;
  std::unique_ptr<HttpServer> server;
  server = std::make_unique<HttpServer>(loop, [&server](const HttpRequest&) {
    server.reset();
    return HttpResponse{};
  });
  Client client(server->listen("127.0.0.1:0").value());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  loop.run_for(std::chrono::seconds(10));
  EXPECT_EQ(server, nullptr);
  EXPECT_TRUE(loop.stopped());  // out of work, not out of time: nothing of the server is left
  EXPECT_FALSE(client.receive());
}

}  // namespace
}  // namespace ctwarden::control

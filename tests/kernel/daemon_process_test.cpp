// SPDX-License-Identifier: GPL-2.0-or-later
//
// Starting, asking and stopping a server, with a small Python one in the daemon's place.
#include "tests/support/daemon_process.h"

#include "tests/support/eventually.h"
#include "tests/support/http_client.h"
#include "tests/support/metrics_client.h"
#include "tests/support/scratch_netns.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace ctwarden::tests {
namespace {

constexpr const char* kServer = R"(
import http.server, signal, socketserver, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *args): pass
    def answer(self, status, body):
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        if self.path == '/metrics':
            self.answer(200, b'# TYPE up gauge\nup{job="x"} 1\n')
        elif self.path == '/chunked':
            self.send_response(200)
            self.send_header('Transfer-Encoding', 'chunked')
            self.end_headers()
            self.wfile.write(b'5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n')
        elif self.path == '/silent':
            signal.pause()
        else:
            self.answer(404, b'nothing here')
class UnixServer(socketserver.UnixStreamServer):
    def get_request(self):
        return self.socket.accept()[0], ('unix', 0)
def stop(*args):
    print('stopping', file=sys.stderr, flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
where = sys.argv[1]
server = UnixServer(where, Handler) if '/' in where else http.server.HTTPServer(('127.0.0.1', int(where)), Handler)
print('ready', file=sys.stderr, flush=True)
server.serve_forever()
)";

DaemonProcess start_server(const std::string& where) {
  return DaemonProcess(DaemonProcess::Command{{"python3", "-c", kServer, where}});
}

TEST(DaemonProcess, AnswersOverTcpOnceReady) {
  const ScratchNetns netns;
  auto server = start_server("10087");
  ASSERT_TRUE(server.wait_until_answers("127.0.0.1:10087", "/metrics")) << server.log();

  const auto metrics = scrape("127.0.0.1:10087");

  ASSERT_TRUE(metrics) << metrics.error().context;
  EXPECT_EQ(metrics->value("up", {{"job", "x"}}), 1);
}

TEST(DaemonProcess, AnswersOnAUnixSocket) {
  const ScratchNetns netns;
  auto server = start_server("/run/test.sock");
  ASSERT_TRUE(server.wait_until_logged("ready")) << server.log();

  const auto answer = http_get("unix:/run/test.sock", "/missing");

  ASSERT_TRUE(answer) << answer.error().context;
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "nothing here");
}

TEST(DaemonProcess, TellsItsExitCodeAndLogAfterStop) {
  const ScratchNetns netns;
  auto server = start_server("10087");
  ASSERT_TRUE(server.wait_until_logged("ready")) << server.log();

  const Exit exit = server.stop().value_or(Exit{.code = -2});

  EXPECT_EQ(exit.code, 0);
  EXPECT_EQ(exit.signal, 0);
  EXPECT_LT(exit.took, std::chrono::seconds(5));
  EXPECT_NE(server.log().find("stopping"), std::string::npos);
}

TEST(DaemonProcess, DoesNotWaitForOneThatEnded) {
  DaemonProcess failed(DaemonProcess::Command{{"sh", "-c", "echo broken >&2; exit 6"}});
  const auto start = std::chrono::steady_clock::now();

  EXPECT_FALSE(failed.wait_until_logged("ready", std::chrono::seconds(60)));

  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  EXPECT_EQ(failed.wait(std::chrono::seconds(1)).value_or(Exit{}).code, 6);
  EXPECT_EQ(failed.log(), "broken\n");
}

TEST(HttpGet, JoinsChunks) {
  const ScratchNetns netns;
  auto server = start_server("10087");
  ASSERT_TRUE(server.wait_until_logged("ready")) << server.log();
  const auto answer = http_get("127.0.0.1:10087", "/chunked");
  ASSERT_TRUE(answer) << answer.error().context;
  EXPECT_EQ(answer->body, "hello world");
}

TEST(HttpGet, GivesUpAtTheDeadline) {
  const ScratchNetns netns;
  auto server = start_server("10087");
  ASSERT_TRUE(server.wait_until_logged("ready")) << server.log();
  const auto answer = http_get("127.0.0.1:10087", "/silent", std::chrono::milliseconds(200));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ETIMEDOUT);
}

TEST(HttpGet, IsRefusedWhereNobodyListens) {
  const ScratchNetns netns;
  const auto answer = http_get("127.0.0.1:10087", "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ECONNREFUSED);
}

TEST(ChildProcess, SaysThatAProgramIsMissing) {
  EXPECT_THROW(ChildProcess({"/nonexistent/program"}), std::system_error);
}

TEST(ChildProcess, IsKilledWhenItIgnoresTheRequestToStop) {
  ChildProcess stubborn({"sh", "-c", "trap '' TERM; echo ready; while :; do read x; done"});
  ASSERT_TRUE(eventually(std::chrono::seconds(10),
                         [&] { return stubborn.standard_output() == "ready\n"; }));

  EXPECT_FALSE(stubborn.stop(SIGTERM, std::chrono::milliseconds(100)));

  EXPECT_EQ(stubborn.wait(std::chrono::seconds(1)).value_or(Exit{}).signal, SIGKILL);
}

TEST(ChildProcess, DiesWithTheTest) {
  // The grandchild's standard output is this pipe: reading ends when it is gone.
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const traffic::Descriptor read_end(ends[0]);
  traffic::Descriptor write_end(ends[1]);
  const pid_t test = ::fork();
  if (test == 0) {
    const ChildProcess grandchild({"sleep", "1000"});  // inherits the pipe's write end
    ::raise(SIGKILL);
  }
  write_end.reset();
  ::waitpid(test, nullptr, 0);
  char byte = 0;
  EXPECT_EQ(::read(read_end.get(), &byte, 1), 0);
}

}  // namespace
}  // namespace ctwarden::tests

// SPDX-License-Identifier: GPL-2.0-or-later
//
// The protocols of a service manager, with the test in its place: notifications, watchdog, sockets
// it opened.
#include "tests/kernel/started_as.h"
#include "tests/kernel/watched_node.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace ctwarden::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* kNotify = "/run/notify";
constexpr const char* kNotifyVariable = "NOTIFY_SOCKET=/run/notify";

// Open to everybody, as systemd's is: the daemon is no longer root when it speaks.
class NotifySocket {
 public:
  NotifySocket() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, kNotify, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    EXPECT_EQ(::chmod(kNotify, 0777), 0);
  }
  // Everything said so far, a message each.
  const std::vector<std::string>& messages() {
    std::array<char, 4096> text{};
    for (ssize_t size = 0; (size = ::recv(socket_.get(), text.data(), text.size(), 0)) >= 0;) {
      messages_.emplace_back(text.data(), static_cast<std::size_t>(size));
    }
    return messages_;
  }
  // How many of them, from number `first` on, hold this line.
  long count(const std::string& line, std::size_t first = 0) {
    const auto& all = messages();
    return std::count_if(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(),
                         [&](const std::string& message) {
                           return ("\n" + message + "\n").find("\n" + line + "\n") !=
                                  std::string::npos;
                         });
  }
  bool hears(const std::string& line, std::size_t first = 0) {
    return eventually(20s, [&] { return count(line, first) > 0; });
  }

 private:
  traffic::Descriptor socket_;
  std::vector<std::string> messages_;
};

class ServiceManager : public WatchedNode {
 protected:
  NotifySocket notify_;
};

TEST_F(ServiceManager, IsToldOfTheFirstPicture) {
  daemon_.emplace(std::vector<std::string>{}, std::vector<std::string>{kNotifyVariable});
  ASSERT_TRUE(notify_.hears("READY=1")) << daemon_->log();
  const auto answer = http_get(kAddress, "/readyz");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(notify_.count("STATUS=ready"), 1);
}

// Type=notify-reload takes a READY for the reload's end only if it comes after a RELOADING with a
// time.
TEST_F(ServiceManager, IsToldOfTheBeginningAndTheEndOfAReload) {
  daemon_.emplace(std::vector<std::string>{}, std::vector<std::string>{kNotifyVariable});
  ASSERT_TRUE(notify_.hears("READY=1")) << daemon_->log();
  const auto before = notify_.messages().size();
  daemon_->send_signal(SIGHUP);
  ASSERT_TRUE(notify_.hears("READY=1", before)) << daemon_->log();
  const std::string& first = notify_.messages().at(before);
  EXPECT_TRUE(first.starts_with("RELOADING=1\nMONOTONIC_USEC=")) << first;
}

TEST_F(ServiceManager, IsToldOfAFailedReload) {
  daemon_.emplace(std::vector<std::string>{"--config", config_file("")},
                  std::vector<std::string>{kNotifyVariable});
  ASSERT_TRUE(notify_.hears("READY=1")) << daemon_->log();
  const auto before = notify_.messages().size();
  config_file("nonsense");
  daemon_->send_signal(SIGHUP);
  ASSERT_TRUE(notify_.hears("READY=1", before)) << daemon_->log();
  EXPECT_EQ(notify_.count("STATUS=reload failed, the old configuration stays", before), 1);
}

TEST_F(ServiceManager, IsToldOfTheEnd) {
  daemon_.emplace(std::vector<std::string>{}, std::vector<std::string>{kNotifyVariable});
  ASSERT_TRUE(notify_.hears("READY=1")) << daemon_->log();
  EXPECT_EQ(daemon_->stop().value_or(Exit{}).code, 0);
  EXPECT_EQ(notify_.count("STOPPING=1"), 1);
}

TEST_F(ServiceManager, IsToldThatTheDaemonIsAlive) {
  const Words command = {"sh", "-c", "export WATCHDOG_PID=$$; exec \"$0\"", daemon_path()};
  daemon_.emplace(DaemonProcess::Command{command}, Words{kNotifyVariable, "WATCHDOG_USEC=200000"});
  EXPECT_TRUE(eventually(20s, [&] { return notify_.count("WATCHDOG=1") >= 5; })) << daemon_->log();
}

TEST_F(ServiceManager, IsNotToldSoByAnotherProcessThanItWatches) {
  daemon_.emplace(Words{}, Words{kNotifyVariable, "WATCHDOG_USEC=200000", "WATCHDOG_PID=1"});
  ASSERT_TRUE(notify_.hears("READY=1")) << daemon_->log();
  EXPECT_EQ(daemon_->stop().value_or(Exit{}).code, 0);
  EXPECT_EQ(notify_.count("WATCHDOG=1"), 0);
}

// A listening socket on 127.0.0.1 that a child inherits.
traffic::Descriptor listening_socket(std::uint16_t port) {
  traffic::Descriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(socket.get(), 16), 0);
  return socket;
}

// Passed as descriptor 3, the first of the protocol (sd_listen_fds(3)).
Words activated(int socket, const Words& arguments) {
  const std::string script = "exec 3<&" + std::to_string(socket) +
                             "; export LISTEN_FDS=1 LISTEN_PID=$$; exec \"$0\" \"$@\"";
  return joined({"bash", "-c", script, daemon_path()}, arguments);
}

TEST_F(ServiceManager, HandsOverTheSocketItListensOn) {
  const auto socket = listening_socket(10099);
  daemon_.emplace(DaemonProcess::Command{
      activated(socket.get(), {"--config", config_file("[metrics]\nlisten = []\n")})});
  ASSERT_TRUE(daemon_->wait_until_answers("127.0.0.1:10099", "/readyz")) << daemon_->log();
  const auto metrics = scrape("127.0.0.1:10099");
  ASSERT_TRUE(metrics) << metrics.error().context;
  EXPECT_EQ(metrics->value("ctwarden_in_sync"), 1);
  EXPECT_FALSE(http_get(kAddress, "/livez"));
}

// A socket unit for the address that the daemon would open itself.
TEST_F(ServiceManager, MayHandOverTheDefaultAddress) {
  const auto socket = listening_socket(10087);
  daemon_.emplace(DaemonProcess::Command{activated(socket.get(), {})});
  ASSERT_TRUE(daemon_->wait_until_answers(kAddress, "/readyz")) << daemon_->log();
  EXPECT_EQ(value("ctwarden_in_sync"), 1);
}

TEST_F(ServiceManager, KeepsItsSocketOpenThroughAReload) {
  const auto socket = listening_socket(10099);
  daemon_.emplace(DaemonProcess::Command{activated(socket.get(), {"--config", config_file("")})});
  ASSERT_TRUE(daemon_->wait_until_answers("127.0.0.1:10099", "/readyz")) << daemon_->log();
  daemon_->send_signal(SIGHUP);
  ASSERT_TRUE(daemon_->wait_until_logged("configuration reloaded")) << daemon_->log();
  EXPECT_TRUE(http_get("127.0.0.1:10099", "/livez"));
  EXPECT_TRUE(http_get(kAddress, "/livez"));
}

TEST_F(ServiceManager, HandingOverAnythingElseIsRefused) {
  const traffic::Descriptor connected(::socket(AF_INET, SOCK_STREAM, 0));
  const Output refused = run_command(activated(connected.get(), {}));
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("inherited descriptor 3 is not a listening stream socket"),
            std::string::npos)
      << refused.err;
}

}  // namespace
}  // namespace ctwarden::tests

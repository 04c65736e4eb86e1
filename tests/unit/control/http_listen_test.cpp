// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where the server listens: IPv4, IPv6, both, unix sockets, inherited sockets, and changes while
// running.
#include "control/bound_socket.h"
#include "control/http_server.h"
#include "http_client.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace ctwarden::control {
namespace {

namespace fs = std::filesystem;

class HttpListen : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(directory_); }

  model::Result<std::string> listen(const std::string& address) {
    return running_.server().listen(address);
  }
  int status(const std::string& address) { return running_.get(address).status; }
  [[nodiscard]] std::string unix_address() const { return "unix:" + socket_path(); }
  [[nodiscard]] std::string socket_path() const { return directory_ + "/metrics.sock"; }

  RunningServer running_;

 private:
  static std::string new_directory() {
    std::string path = (fs::temp_directory_path() / "ctwarden-listen-XXXXXX").string();
    return ::mkdtemp(path.data()) == nullptr ? "" : path;
  }
  std::string directory_ = new_directory();
};

TEST_F(HttpListen, ServesIpv4AndTellsThePort) {
  const auto bound = listen("127.0.0.1:0");
  ASSERT_TRUE(bound) << bound.error().context;
  EXPECT_NE(port_of(*bound), 0);
  EXPECT_EQ(running_.server().addresses(), std::vector{*bound});
  EXPECT_EQ(status(*bound), 200);
}

TEST_F(HttpListen, ServesIpv6) {
  const auto bound = listen("[::1]:0");
  ASSERT_TRUE(bound) << bound.error().context;
  EXPECT_EQ(status(*bound), 200);
}

TEST_F(HttpListen, Ipv6WildcardTakesIpv4Too) {
  const auto bound = listen("[::]:0");
  ASSERT_TRUE(bound) << bound.error().context;
  const std::string port = std::to_string(port_of(*bound));
  EXPECT_EQ(status("127.0.0.1:" + port), 200);
  EXPECT_EQ(status("[::1]:" + port), 200);
}

TEST_F(HttpListen, BothWildcardsOnOnePortCoexist) {
  const auto bound = listen("[::]:0");
  ASSERT_TRUE(bound) << bound.error().context;
  const std::string port = std::to_string(port_of(*bound));
  const auto ipv4 = listen("0.0.0.0:" + port);
  ASSERT_TRUE(ipv4) << ipv4.error().context;
  EXPECT_EQ(status("127.0.0.1:" + port), 200);
  EXPECT_EQ(status("[::1]:" + port), 200);
}

TEST_F(HttpListen, BothWildcardsCoexistInTheOtherOrder) {
  const auto ipv4 = listen("0.0.0.0:0");
  ASSERT_TRUE(ipv4) << ipv4.error().context;
  const auto bound = listen("[::]:" + std::to_string(port_of(*ipv4)));
  ASSERT_TRUE(bound) << bound.error().context;
  EXPECT_EQ(running_.server().addresses().size(), 2U);
}

TEST_F(HttpListen, DroppingOneWildcardKeepsWhatTheOtherNeeds) {
  const auto ipv4 = listen("0.0.0.0:0");
  ASSERT_TRUE(ipv4) << ipv4.error().context;
  const std::string port = std::to_string(port_of(*ipv4));
  ASSERT_TRUE(listen("[::]:" + port));
  running_.server().retain({"[::]:" + port});
  EXPECT_EQ(status("127.0.0.1:" + port), 200);
  EXPECT_EQ(status("[::1]:" + port), 200);
}

TEST_F(HttpListen, Ipv4WildcardIsClosedToIpv6) {
  const auto bound = listen("0.0.0.0:0");
  ASSERT_TRUE(bound) << bound.error().context;
  EXPECT_THROW(const Client refused("[::1]:" + std::to_string(port_of(*bound))), std::system_error);
}

TEST_F(HttpListen, TakenPortIsAnErrorThatNamesTheAddress) {
  const auto bound = listen("127.0.0.1:0");
  ASSERT_TRUE(bound) << bound.error().context;
  RunningServer other;
  const auto second = other.server().listen(*bound);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, EADDRINUSE);
  EXPECT_EQ(second.error().context, "listen on " + *bound + ": Address already in use");
  EXPECT_TRUE(other.server().addresses().empty());
}

TEST_F(HttpListen, PortTakenOnIpv4AloneLeavesNoHalfAWildcard) {
  RunningServer other;
  const auto taken = other.server().listen("0.0.0.0:0");
  ASSERT_TRUE(taken) << taken.error().context;
  const std::string port = std::to_string(port_of(*taken));
  const auto bound = listen("[::]:" + port);
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().context, "listen on 0.0.0.0:" + port + ": Address already in use");
  EXPECT_THROW(const Client refused("[::1]:" + port), std::system_error);
}

TEST_F(HttpListen, AddressOfAnotherMachineIsRefused) {
  const auto bound = listen("192.0.2.1:0");
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().code, EADDRNOTAVAIL);
}

TEST_F(HttpListen, NamesAreRefused) { EXPECT_FALSE(listen("localhost:0")); }

TEST_F(HttpListen, SameSpellingTwiceIsOneListener) {
  const auto first = listen("127.0.0.1:0");
  ASSERT_TRUE(first) << first.error().context;
  const auto second = listen("127.0.0.1:0");
  ASSERT_TRUE(second) << second.error().context;
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(running_.server().addresses().size(), 1U);
}

TEST_F(HttpListen, RetainDropsTheRestAndSparesOpenConnections) {
  const std::string dropped = listen("127.0.0.1:0").value();
  ASSERT_TRUE(listen("[::1]:0"));
  Client client(dropped);
  EXPECT_EQ(running_.answer_to(client, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
  running_.server().retain({"[::1]:0"});
  EXPECT_EQ(running_.server().addresses().size(), 1U);
  EXPECT_THROW(const Client refused(dropped), std::system_error);
  EXPECT_EQ(running_.answer_to(client, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
}

TEST_F(HttpListen, ServesAUnixSocketOpenToOwnerAndGroup) {
  const auto bound = listen(unix_address());
  ASSERT_TRUE(bound) << bound.error().context;
  EXPECT_EQ(*bound, unix_address());
  struct stat info{};
  ASSERT_EQ(::lstat(socket_path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0660U);
  EXPECT_EQ(running_.get(*bound, "/echo?x").body, "x unix");
}

TEST_F(HttpListen, HostNameDoesNotMatterOnAUnixSocket) {
  Client client(listen(unix_address()).value());
  EXPECT_EQ(running_.answer_to(client, "GET / HTTP/1.1\r\nHost: any.example\r\n\r\n").status, 200);
}

TEST_F(HttpListen, UnixSocketFileGoesWithTheServer) {
  ASSERT_TRUE(listen(unix_address()));
  running_.destroy();
  EXPECT_FALSE(fs::exists(socket_path()));
}

TEST_F(HttpListen, StaleUnixSocketIsReplaced) {
  auto dead =
      bind_socket({.kind = ListenAddress::Kind::Unix, .ip = {}, .port = 0, .path = socket_path()});
  ASSERT_TRUE(dead) << dead.error().context;
  ::close(dead->descriptor.release());  // its file stays, as after SIGKILL
  ASSERT_TRUE(fs::exists(socket_path()));
  const auto bound = listen(unix_address());
  ASSERT_TRUE(bound) << bound.error().context;
  EXPECT_EQ(status(*bound), 200);
}

TEST_F(HttpListen, LiveUnixSocketIsNotReplaced) {
  RunningServer other;
  ASSERT_TRUE(other.server().listen(unix_address()));
  const auto bound = listen(unix_address());
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().context, "listen on " + unix_address() + ": Address already in use");
  EXPECT_EQ(other.get(unix_address()).status, 200);
}

TEST_F(HttpListen, FileThatIsNoSocketIsNotReplaced) {
  std::ofstream(socket_path()) << "precious";
  EXPECT_FALSE(listen(unix_address()));
  EXPECT_EQ(fs::file_size(socket_path()), 8U);
}

TEST_F(HttpListen, FileOfASuccessorIsNotRemoved) {
  ASSERT_TRUE(listen(unix_address()));
  fs::remove(socket_path());
  RunningServer successor;
  ASSERT_TRUE(successor.server().listen(unix_address()));
  running_.destroy();
  EXPECT_EQ(successor.get(unix_address()).status, 200);
}

TEST_F(HttpListen, AdoptsAnInheritedSocketAndKeepsItOnReload) {
  auto inherited = bind_socket(*parse_listen_address("127.0.0.1:0"));
  ASSERT_TRUE(inherited) << inherited.error().context;
  const auto bound = running_.server().adopt(inherited->descriptor.release());
  ASSERT_TRUE(bound) << bound.error().context;
  EXPECT_EQ(*bound, to_string(inherited->address));
  running_.server().retain({});
  EXPECT_EQ(status(*bound), 200);
}

TEST_F(HttpListen, FileOfAnAdoptedUnixSocketStays) {
  auto inherited = bind_socket(*parse_listen_address(unix_address()));
  ASSERT_TRUE(inherited) << inherited.error().context;
  const auto bound = running_.server().adopt(inherited->descriptor.release());
  ASSERT_TRUE(bound) << bound.error().context;
  EXPECT_EQ(status(*bound), 200);
  running_.destroy();
  EXPECT_TRUE(fs::exists(socket_path()));
}

TEST_F(HttpListen, AdoptRefusesAndClosesWhatDoesNotListen) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto bound = running_.server().adopt(descriptor);
  ASSERT_FALSE(bound);
  EXPECT_NE(bound.error().context.find("is not a listening stream socket"), std::string::npos);
  EXPECT_EQ(::fcntl(descriptor, F_GETFD), -1);
}

}  // namespace
}  // namespace ctwarden::control

// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a child process does and says: for what cannot be undone, as giving up privileges.
#pragma once

#include "nlink/unique_fd.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <functional>
#include <string>

namespace ctwarden::broker {

// Runs `action` in a child and returns the text it returned; an exception becomes its message.
inline std::string in_child(const std::function<std::string()>& action) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const nlink::UniqueFd read_end(ends[0]);
  nlink::UniqueFd write_end(ends[1]);
  const pid_t child = ::fork();
  EXPECT_GE(child, 0);
  if (child == 0) {
    std::string text;
    try {
      text = action();
    } catch (const std::exception& failure) {
      text = std::string("exception: ") + failure.what();
    }
    const bool all =
        ::write(write_end.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(all ? 0 : 1);
  }
  write_end.reset();
  std::string text;
  std::array<char, 4096> piece{};
  for (ssize_t got = 1; got > 0;) {
    got = ::read(read_end.get(), piece.data(), piece.size());
    text.append(piece.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  return text;
}

}  // namespace ctwarden::broker

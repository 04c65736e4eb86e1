// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace ctwarden::tests {
namespace {

using Clock = std::chrono::steady_clock;
using traffic::Descriptor;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Descriptor unnamed_file(const char* label) {
  Descriptor file(::memfd_create(label, MFD_CLOEXEC));
  if (!file.valid()) {
    fail("create a file for a child's output");
  }
  return file;
}

Descriptor input_file(const std::string& text) {
  Descriptor file = unnamed_file("stdin");
  if (::pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    fail("write a child's input");
  }
  return file;
}

std::string contents(const Descriptor& file) {
  std::string text;
  std::array<char, 16384> part{};
  for (;;) {
    const ssize_t size =
        ::pread(file.get(), part.data(), part.size(), static_cast<off_t>(text.size()));
    if (size <= 0) {
      return text;
    }
    text.append(part.data(), static_cast<std::size_t>(size));
  }
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (std::string& text : strings) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

struct ChildSetup {
  pid_t parent;
  int input;
  int output;
  int error;
  int failure;  // written to when exec fails, closed when it succeeds
};

// Between fork and exec: only async-signal-safe calls.
[[noreturn]] void become(const ChildSetup& setup, char* const* arguments,
                         char* const* environment) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == setup.parent && ::dup2(setup.input, STDIN_FILENO) >= 0 &&
      ::dup2(setup.output, STDOUT_FILENO) >= 0 && ::dup2(setup.error, STDERR_FILENO) >= 0) {
    ::execvpe(arguments[0], arguments, environment);
  }
  const int code = errno;
  if (::write(setup.failure, &code, sizeof code) < 0) {
    ::_exit(126);
  }
  ::_exit(127);
}

std::vector<std::string> extended_environment(const std::vector<std::string>& additions) {
  std::vector<std::string> result = additions;  // the first of two equal names wins
  for (char** entry = environ; *entry != nullptr; ++entry) {
    result.emplace_back(*entry);
  }
  return result;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments,
                           const std::string& standard_input,
                           const std::vector<std::string>& environment)
    : output_(unnamed_file("stdout")), error_(unnamed_file("stderr")) {
  const Descriptor input = input_file(standard_input);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0) {
    fail("open a pipe");
  }
  const Descriptor read_end(ends[0]);
  Descriptor write_end(ends[1]);
  std::vector<std::string> words = arguments;
  std::vector<std::string> variables = extended_environment(environment);
  const std::vector<char*> word_pointers = pointers(words);
  const std::vector<char*> variable_pointers = pointers(variables);
  const ChildSetup setup{.parent = ::getpid(),
                         .input = input.get(),
                         .output = output_.get(),
                         .error = error_.get(),
                         .failure = write_end.get()};
  pid_ = ::fork();
  if (pid_ == 0) {
    become(setup, word_pointers.data(), variable_pointers.data());
  }
  if (pid_ < 0) {
    fail("fork");
  }
  handle_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  write_end.reset();
  int code = 0;
  if (::read(read_end.get(), &code, sizeof code) == static_cast<ssize_t>(sizeof code)) {
    ::waitpid(pid_, nullptr, 0);
    errno = code;
    fail("start " + arguments.front());
  }
}

ChildProcess::~ChildProcess() {
  if (!exit_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

bool ChildProcess::running() { return !wait(std::chrono::milliseconds(0)); }

std::string ChildProcess::standard_output() const { return contents(output_); }

std::string ChildProcess::standard_error() const { return contents(error_); }

void ChildProcess::send_signal(int signal) const {
  if (!exit_) {
    ::kill(pid_, signal);
  }
}

std::optional<Exit> ChildProcess::wait(std::chrono::milliseconds deadline) {
  if (exit_) {
    return exit_;
  }
  const auto start = Clock::now();
  pollfd ended{.fd = handle_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, static_cast<int>(deadline.count())) <= 0) {
    return std::nullopt;
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  exit_ = Exit{.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
               .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
               .took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start)};
  return exit_;
}

std::optional<Exit> ChildProcess::stop(int signal, std::chrono::milliseconds deadline) {
  send_signal(signal);
  auto exit = wait(deadline);
  if (!exit) {
    ::kill(pid_, SIGKILL);
    [[maybe_unused]] const auto killed = wait(std::chrono::seconds(10));
  }
  return exit;
}

}  // namespace ctwarden::tests

// SPDX-License-Identifier: GPL-2.0-or-later
//
// A program under measurement ends when the benchmark is interrupted. The kernel would see to that
// (PR_SET_PDEATHSIG), but forgets it for a program that changes its user.
#pragma once

#include <sys/types.h>

namespace ctwarden::bench {

// From here on SIGINT, SIGTERM and SIGHUP end the program too.
void end_programs_on_signals();

// While it exists, `process` is that program; there is one at a time.
class EndWithUs {
 public:
  explicit EndWithUs(pid_t process);
  ~EndWithUs();
  EndWithUs(const EndWithUs&) = delete;
  EndWithUs& operator=(const EndWithUs&) = delete;
  EndWithUs(EndWithUs&&) = delete;
  EndWithUs& operator=(EndWithUs&&) = delete;
};

}  // namespace ctwarden::bench

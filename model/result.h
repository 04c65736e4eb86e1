// SPDX-License-Identifier: GPL-2.0-or-later
//
// Result<T> is how a failure that can happen while running is returned: the kernel refuses, a file
// is missing, a message is short. Functions that return it are [[nodiscard]]. Loss and would-block
// are not errors: they are alternatives of the value returned. Exceptions are for start-up only.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace ctwarden::model {

struct Error {
  int code = 0;  // errno value, 0 where none applies
  // What was being done, for people: "open the event socket: Operation not permitted".
  std::string context;

  bool operator==(const Error&) const = default;
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(int code, std::string context) {
  return std::unexpected(Error{.code = code, .context = std::move(context)});
}

}  // namespace ctwarden::model

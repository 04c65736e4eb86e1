// SPDX-License-Identifier: GPL-2.0-or-later
//
// The smallest readers of conntrack events there are, to compare a whole program with: what
// receiving costs by itself, and what the two libraries add to it. Each counts what arrives and
// returns the error that ended it: EINTR for SIGTERM.
#pragma once

#include <cstdint>

namespace ctwarden::bench {

struct EventTally {
  std::uint64_t datagrams = 0;
  // Only by the readers that parse.
  std::uint64_t created = 0;
  std::uint64_t updated = 0;
  std::uint64_t destroyed = 0;
};

// Many datagrams a call, looked at by nobody.
int receive_batches(int socket, EventTally& tally);

// The same, but it leaves the socket alone for four milliseconds and then empties it, so that the
// kernel has nobody to wake.
int receive_batches_paced(int socket, EventTally& tally);

// One datagram a call.
int receive_singly(int socket, EventTally& tally);

// libmnl's usual way: a table of attributes for the message, both tuples, their addresses and
// ports.
int parse_with_libmnl(int socket, EventTally& tally);

// A flow object of libnetfilter_conntrack for each event, filled and thrown away.
int parse_with_library(int socket, EventTally& tally);

}  // namespace ctwarden::bench

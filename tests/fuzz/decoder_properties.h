// SPDX-License-Identifier: GPL-2.0-or-later
//
// What must hold for the decoders whatever the bytes: they go forward, stay inside, and do not
// depend on what was in the output before. Each runs over a whole datagram and traps on a
// violation; libFuzzer and the corpus replay share them.
#pragma once

#include <cstddef>
#include <span>

namespace ctwarden::fuzz {

void check_flow_decoder(std::span<const std::byte> datagram);
void check_stats_decoder(std::span<const std::byte> datagram);

}  // namespace ctwarden::fuzz

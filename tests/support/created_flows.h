// SPDX-License-Identifier: GPL-2.0-or-later
//
// Puts entries into the current namespace's conntrack table without a packet, through
// libnetfilter_conntrack, and takes them out one by one. Only inside a PrivateNamespace.
#pragma once

#include "model/flow.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

struct nfct_handle;

namespace ctwarden::support {

struct CreatedFlow {
  model::Tuple original;  // its zone is CTA_TUPLE_ZONE of the original direction
  std::optional<std::uint16_t> zone;
  std::optional<std::uint32_t> mark;
  std::optional<std::uint8_t> tcp_state;
  std::optional<std::uint8_t> sctp_state;
  std::optional<model::Address> source_nat;  // IPv4
  std::string helper;
  std::uint32_t timeout_seconds = 600;
};

class FlowCreator {
 public:
  FlowCreator();

  void create(const CreatedFlow& flow);
  void destroy(const CreatedFlow& flow);

 private:
  struct Close {
    void operator()(nfct_handle* handle) const noexcept;
  };
  std::unique_ptr<nfct_handle, Close> handle_;
};

}  // namespace ctwarden::support

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/snapshot.h"

namespace ctwarden::model {

namespace {
constexpr std::array<std::string_view, kFlowStatusCount> kStatusNames = {
    "unreplied", "assured", "snat", "dnat", "helper", "offloaded"};
constexpr std::array<std::string_view, kResyncReasonCount> kReasonNames = {
    "start", "loss", "interval", "count_gap", "resize"};
constexpr std::array<std::string_view, 3> kFidelityNames = {"full", "lean", "dump_only"};
}  // namespace

std::string_view name(FlowStatus status) noexcept {
  return kStatusNames[static_cast<std::size_t>(status)];
}
std::string_view name(ResyncReason reason) noexcept {
  return kReasonNames[static_cast<std::size_t>(reason)];
}
std::string_view name(Fidelity fidelity) noexcept {
  return kFidelityNames[static_cast<std::size_t>(fidelity)];
}

}  // namespace ctwarden::model

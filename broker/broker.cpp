// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/broker.h"

#include "broker/channel.h"
#include "model/result.h"
#include "nlink/conntrack_sockets.h"

#include <cerrno>
#include <optional>
#include <utility>

namespace ctwarden::broker {

namespace {

using model::Result;
using nlink::UniqueFd;

class Broker {
 public:
  explicit Broker(UniqueFd channel) : channel_(std::move(channel)) {}

  int serve() {
    for (;;) {
      const auto received = receive_request(channel_.get());
      if (!received) {
        return 1;
      }
      const std::optional<Request>& request = *received;
      if (!request) {
        return 0;
      }
      attached_ = -1;
      const auto value = carry_out(*request);
      const Reply reply{.verb = request->verb,
                        .error = value ? 0 : value.error().code,
                        .value = value.value_or(0)};
      if (!send(channel_.get(), reply, attached_)) {
        return 1;
      }
    }
  }

 private:
  Result<std::uint64_t> carry_out(const Request& request) {
    switch (request.verb) {
      case Verb::OpenLifecycleEvents:
        return open_events(lifecycle_, nlink::EventGroups::Lifecycle, request.argument);
      case Verb::OpenUpdateEvents:
        return open_events(updates_, nlink::EventGroups::Updates, request.argument);
      case Verb::OpenDump:
        return open_requests(dump_);
      case Verb::OpenStats:
        return open_requests(stats_);
      case Verb::RequestDump:
        return done(nlink::request_dump(dump_.get()));
      case Verb::RequestStats:
        return done(nlink::request_stats(stats_.get()));
      case Verb::GrowLifecycleEvents:
        return nlink::force_receive_buffer(lifecycle_.get(), request.argument);
      case Verb::CloseUpdateEvents:
        updates_.reset();
        return 0;
    }
    return model::fail(EINVAL, "unknown verb");
  }

  // A socket is opened anew on each request and the old one forgotten: the front asks again only
  // when the first attempt failed or the socket broke.
  Result<std::uint64_t> open_events(UniqueFd& kept, nlink::EventGroups groups,
                                    std::uint64_t bytes) {
    auto opened = nlink::open_event_socket(groups);
    if (!opened) {
      return std::unexpected(opened.error());
    }
    auto size = nlink::force_receive_buffer(opened->get(), bytes);
    if (!size) {
      return size;
    }
    kept = std::move(*opened);
    attached_ = kept.get();
    return size;
  }

  Result<std::uint64_t> open_requests(UniqueFd& kept) {
    auto opened = nlink::open_request_socket();
    if (!opened) {
      return std::unexpected(opened.error());
    }
    kept = std::move(*opened);
    attached_ = kept.get();
    return 0;
  }

  static Result<std::uint64_t> done(const Result<void>& result) {
    if (!result) {
      return std::unexpected(result.error());
    }
    return 0;
  }

  UniqueFd channel_;
  UniqueFd lifecycle_;
  UniqueFd updates_;
  UniqueFd dump_;
  UniqueFd stats_;
  int attached_ = -1;  // sent along with the next reply; owned by one of the above
};

}  // namespace

int serve(UniqueFd channel) { return Broker(std::move(channel)).serve(); }

}  // namespace ctwarden::broker

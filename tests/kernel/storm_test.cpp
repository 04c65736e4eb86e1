// SPDX-License-Identifier: GPL-2.0-or-later
//
// The picture under the worst a table goes through: mass deletion and flush while it is dumped, and
// a flood of a million one-packet flows.
#include "tests/kernel/process_facts.h"
#include "tests/kernel/table_picture.h"
#include "tests/kernel/watched_node.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace ctwarden::tests {
namespace {

using model::Family;
using namespace std::chrono_literals;

class Storm : public WatchedNode {
 protected:
  void SetUp() override { load_nft(kTrackForwarded); }

  static traffic::FlowSpace space() { return flow_space(kUdp, Family::Ipv4, 7001); }
  // Flows that announce their end although this daemon did not hear of their birth.
  void create_announced(std::uint64_t count) {
    start_daemon();
    create(space(), count);
    ASSERT_TRUE(daemon_->stop());
  }
  // Returns when the dump has begun, or is about to.
  void start_dumping() {
    daemon_.emplace(std::vector<std::string>{});
    ASSERT_TRUE(daemon_->wait_until_logged("subscribed to conntrack events")) << daemon_->log();
  }
  // Returns when the first background dump has begun, or is about to.
  void start_comparing(std::uint64_t flows) {
    start_daemon({"--log-level", "debug", "--config", short_interval()});
    create(space(), flows);
    ASSERT_TRUE(daemon_->wait_until_logged("kernel's table reason=interval", 30s))
        << daemon_->log();
  }
  static void end(std::uint64_t first, std::uint64_t count) {
    auto writer = traffic::TableWriter::open();
    ASSERT_TRUE(writer) << writer.error().context;
    const auto ended = writer->delete_flows(space(), first, count);
    ASSERT_TRUE(ended) << ended.error().context;
    ASSERT_EQ(ended->refused, 0U);
  }
  static void begin(std::uint64_t first, std::uint64_t count) {
    auto writer = traffic::TableWriter::open();
    ASSERT_TRUE(writer) << writer.error().context;
    const auto written = writer->create_flows(space(), first, count);
    ASSERT_TRUE(written) << written.error().context;
    ASSERT_EQ(written->refused, 0U);
  }
  void expect_exact(double flows) {
    ASSERT_TRUE(daemon_->wait_until_answers(kAddress, "/readyz")) << daemon_->log();
    EXPECT_TRUE(eventually(20s,
                           [&] {
                             const Metrics metrics = scrape_now();
                             return metrics.value("ctwarden_in_sync") == 1 &&
                                    metrics.sum("ctwarden_flows") == flows;
                           }))
        << scrape_now().sum("ctwarden_flows") << daemon_->log();
    EXPECT_EQ(daemon_picture(scrape_now()), kernel_picture());
    EXPECT_EQ(value("ctwarden_entries"), flows);
  }
};

TEST_F(Storm, MassDeletionDuringTheFirstDumpLeavesNoGhost) {
  create_announced(50'000);
  start_dumping();
  end(0, 30'000);
  begin(0, 10'000);  // the same tuples and ids once more
  expect_exact(30'000);
}

TEST_F(Storm, FlushDuringTheFirstDumpLeavesAnEmptyPicture) {
  create_announced(50'000);
  start_dumping();
  flush();
  expect_exact(0);
}

TEST_F(Storm, UnannouncedMassDeletionDuringTheFirstDumpIsFound) {
  create(space(), 50'000);
  start_dumping();
  end(0, 40'000);
  expect_exact(10'000);
}

// A comparison at a tenth of a core: a second and a half.
TEST_F(Storm, MassDeletionDuringABackgroundDumpLeavesNoGhost) {
  start_comparing(80'000);
  end(0, 50'000);
  begin(0, 10'000);  // the same tuples and ids once more
  expect_exact(40'000);
}

TEST_F(Storm, FlushDuringABackgroundDumpLeavesAnEmptyPicture) {
  start_comparing(80'000);
  flush();
  expect_exact(0);
}

// The background dump takes most of a second; flows end and begin again all the while, and nothing
// is lost: it has nothing to repair and must not invent anything.
TEST_F(Storm, BackgroundComparisonUnderChurnFindsNothing) {
  start_daemon({"--config", short_interval()});
  create(space(), 50'000);
  const auto compared = [&] {
    return scrape_now().value("ctwarden_resyncs_total", {{"reason", "interval"}}).value_or(0);
  };
  std::uint64_t churned = 0;
  EXPECT_TRUE(eventually(60s, [&] {
    end(churned % 50'000, 500);
    begin(churned % 50'000, 250);
    begin(churned % 50'000 + 250, 250);
    churned += 500;
    return compared() > 0;
  })) << daemon_->log();
  ASSERT_EQ(value("ctwarden_events_lost_total"), 0);
  EXPECT_EQ(value("ctwarden_resync_ghosts_removed_total"), 0);
  EXPECT_EQ(value("ctwarden_resync_missing_added_total"), 0);
  EXPECT_EQ(value("ctwarden_error_bound_entries"), 0);
  expect_exact(50'000);
  EXPECT_EQ(value("ctwarden_flows_destroyed_total", {{"protocol", "udp"}}),
            static_cast<double>(churned));
}

#ifdef __SANITIZE_ADDRESS__
constexpr double kMostMegabytes = 640;  // shadow, redzones and quarantine
#else
constexpr double kMostMegabytes = 64;
#endif

struct Answers {
  std::uint64_t count = 0;
  std::uint64_t failed = 0;
  double p99 = 0;  // milliseconds
  double most = 0;
};

// Asks for both pages in turn, in a process of its own, until told to stop.
class Visitor {
 public:
  Visitor() {
    int question[2];
    int answer[2];
    if (::pipe(question) != 0 || ::pipe(answer) != 0) {
      throw std::runtime_error("pipe");
    }
    child_ = ::fork();
    if (child_ == 0) {
      ::close(question[1]);
      const Answers answers = visit_until_closed(question[0]);
      const bool told = ::write(answer[1], &answers, sizeof answers) == sizeof answers;
      ::_exit(told ? 0 : 1);
    }
    ::close(question[0]);
    ::close(answer[1]);
    stop_ = traffic::Descriptor(question[1]);
    answers_ = traffic::Descriptor(answer[0]);
  }
  Answers stop() {
    stop_ = traffic::Descriptor();
    Answers answers;
    const bool told = ::read(answers_.get(), &answers, sizeof answers) == sizeof answers;
    ::waitpid(child_, nullptr, 0);
    if (!told) {
      throw std::runtime_error("the visitor died");
    }
    return answers;
  }

 private:
  static Answers visit_until_closed(int question) {
    Answers answers;
    std::vector<double> took;
    pollfd closed{.fd = question, .events = POLLIN, .revents = 0};
    while (::poll(&closed, 1, 10) == 0 && took.size() < 1'000'000) {
      for (const char* path : {"/livez", "/metrics"}) {
        const auto began = std::chrono::steady_clock::now();
        const auto answer = http_get(kAddress, path, 5s);
        const std::chrono::duration<double, std::milli> time =
            std::chrono::steady_clock::now() - began;
        took.push_back(time.count());
        answers.failed += answer && answer->status == 200 ? 0U : 1U;
      }
    }
    std::ranges::sort(took);
    answers.count = took.size();
    answers.p99 = took.empty() ? 0 : took[took.size() * 99 / 100];
    answers.most = took.empty() ? 0 : took.back();
    return answers;
  }

  pid_t child_ = -1;
  traffic::Descriptor stop_;
  traffic::Descriptor answers_;
};

// The most it ever held, in MiB.
double peak_megabytes(pid_t pid) { return std::stod(read_status(pid).at("VmHWM")) / 1024; }

TEST_F(Storm, MillionSpoofedFlowsNeitherFillNorSilenceTheDaemon) {
  write_setting("net/netfilter/nf_conntrack_udp_timeout", "600");
  start_daemon();
  Visitor visitor;
  auto flood = space();
  flood.sources = 60'000;  // every packet another address
  // The table is emptied on the way: the limit is the whole machine's, and is left alone.
  constexpr std::uint64_t kRound = 100'000;
  for (std::uint64_t round = 0; round < 10; ++round) {
    play(traffic::udp_life(false), {.space = flood, .first = round * kRound, .count = kRound});
    if (round < 9) {
      flush();
    }
  }
  const Answers answers = visitor.stop();
  const double front = peak_megabytes(daemon_->pid());
  const std::vector<pid_t> brokers = children_of(daemon_->pid());
  ASSERT_EQ(brokers.size(), 1U);
  const double broker = peak_megabytes(brokers.front());
  const Metrics metrics = scrape_now();
  std::size_t series = 0;
  for (const auto& [name, samples] : metrics.all()) {
    series += samples.size();
  }
  const std::string log = daemon_->log();
  const auto lines = std::ranges::count(log, '\n');
  std::cout << answers.count << " answers, p99 " << answers.p99 << " ms, longest " << answers.most
            << " ms; " << front << " + " << broker << " MiB; " << series << " series; " << lines
            << " log lines; " << metrics.value("ctwarden_events_lost_total").value_or(-1)
            << " events lost" << std::endl;

  EXPECT_EQ(answers.failed, 0U);
  EXPECT_GT(answers.count, 20U);
  EXPECT_LT(answers.most, 1000);
  EXPECT_LT(front + broker, kMostMegabytes);
  EXPECT_LE(series, 500U);
  EXPECT_LE(lines, 200);
  EXPECT_TRUE(reaches("ctwarden_flows", {{"protocol", "udp"}, {"state", "none"}}, kRound, 60s))
      << daemon_->log();
}

}  // namespace
}  // namespace ctwarden::tests

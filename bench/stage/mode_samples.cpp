// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/stage/mode_samples.h"

#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace ctwarden::bench {
namespace {

constexpr std::uint64_t kPeriodNs = 100'000;

// A look is a bare header of 8 bytes: 13 s of processor time.
constexpr std::size_t kRingBytes = 1UL << 20;

std::size_t page_bytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

traffic::Descriptor open_event(pid_t process) {
  perf_event_attr wanted{};
  wanted.size = sizeof wanted;
  wanted.type = PERF_TYPE_SOFTWARE;
  wanted.config = PERF_COUNT_SW_TASK_CLOCK;
  wanted.sample_period = kPeriodNs;
  wanted.watermark = 1;  // nobody waits for the ring, so nobody has to be woken
  wanted.wakeup_watermark = kRingBytes;
  traffic::Descriptor event(static_cast<int>(
      ::syscall(SYS_perf_event_open, &wanted, process, -1, -1, PERF_FLAG_FD_CLOEXEC)));
  if (!event.valid()) {
    throw std::system_error(errno, std::generic_category(), "perf_event_open");
  }
  return event;
}

ModeCount read_ring(void* ring) {
  auto* page = static_cast<perf_event_mmap_page*>(ring);
  const char* data = static_cast<const char*>(ring) + page_bytes();
  const std::uint64_t head = std::atomic_ref(page->data_head).load(std::memory_order_acquire);
  std::uint64_t tail = page->data_tail;
  ModeCount count;
  while (tail != head) {
    perf_event_header header{};
    std::memcpy(&header, data + tail % kRingBytes, sizeof header);  // aligned, so never split
    if (header.type == PERF_RECORD_LOST) {
      throw std::runtime_error("looks at the processor mode were lost");
    }
    if (header.type == PERF_RECORD_SAMPLE) {
      ++count.all;
      count.user += (header.misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_USER ? 1 : 0;
    }
    tail += header.size;
  }
  std::atomic_ref(page->data_tail).store(tail, std::memory_order_release);
  return count;
}

}  // namespace

void ModeSamples::Unmap::operator()(void* ring) const noexcept {
  ::munmap(ring, page_bytes() + kRingBytes);
}

ModeSamples::ModeSamples(const std::vector<pid_t>& processes) {
  for (const pid_t process : processes) {
    traffic::Descriptor event = open_event(process);
    void* ring = ::mmap(nullptr, page_bytes() + kRingBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                        event.get(), 0);
    if (ring == MAP_FAILED) {
      throw std::system_error(errno, std::generic_category(), "map a perf ring");
    }
    watched_.push_back({.event = std::move(event), .ring = std::unique_ptr<void, Unmap>(ring)});
  }
}

ModeCount ModeSamples::take() {
  ModeCount sum;
  for (const Watched& watched : watched_) {
    const ModeCount one = read_ring(watched.ring.get());
    sum.user += one.user;
    sum.all += one.all;
  }
  return sum;
}

}  // namespace ctwarden::bench

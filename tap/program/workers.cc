#include "tap/program/workers.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fanout {
namespace {

constexpr uint32_t kNothing = 0xffffffff;
// How far they may be ahead of what is taken: so much waits in temporary files.
constexpr size_t kAhead = 4;
constexpr size_t kMostText = 1024;
// A process that has grown by more than this ends after the file that it is at, and another takes
// its place: with each capture that it dissects libwireshark 4.0 keeps 10 MB, the list of
// manufacturers.
constexpr long kMostGrowth = 512 * 1024;  // KiB, as getrusage() has it on Linux

// A result as it is sent, with the temporary file's descriptor beside it.
struct Message {
  uint32_t number;
  uint32_t slot;    // of the process
  bool is_last;     // the process ends
  int32_t failure;  // the status of a Failure, whose message is `problem`; or 0
  bool has_runs;
  uint64_t frames;
  uint64_t dissected;
  int64_t begin;
  int64_t first_time;
  int64_t last_time;
  char format[64];
  char problem[kMostText];
};

template <size_t kSize>
void put(char (&to)[kSize], const std::string& text) {
  const size_t length = std::min(text.size(), kSize - 1);
  std::memcpy(to, text.data(), length);
  to[length] = '\0';
}

union Control {
  cmsghdr header;
  char space[CMSG_SPACE(sizeof(int))];
};

void send(int socket, const Message& message, std::FILE* runs) {
  iovec part{const_cast<Message*>(&message), sizeof message};
  Control control{};
  msghdr envelope{};
  envelope.msg_iov = &part;
  envelope.msg_iovlen = 1;
  if (runs != nullptr) {
    envelope.msg_control = &control;
    envelope.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&envelope);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int descriptor = fileno(runs);
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  while (sendmsg(socket, &envelope, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

long peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

[[noreturn]] void fail(const char* what) {
  throw Failure(2, std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

// Seen by all processes.
struct Workers::Shared {
  static constexpr unsigned kMost = 1024;
  std::atomic<uint32_t> reading[kMost];  // what each process is at, or kNothing
};

Workers::Workers(unsigned jobs, std::vector<uint32_t> order, Work work)
    : order_(std::move(order)), work_(std::move(work)) {
  void* memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("cannot share memory");
  shared_ = new (memory) Shared;
  if (pipe(tokens_) != 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, results_) != 0) {
    fail("cannot make a pipe");
  }
  jobs = std::min<unsigned>({jobs, Shared::kMost, static_cast<unsigned>(order_.size())});
  processes_.assign(jobs, 0);
  for (unsigned slot = 0; slot < jobs; ++slot) start_process(slot);
  for (size_t i = 0; i < jobs + kAhead; ++i) allow_next();
}

Workers::~Workers() {
  for (const int descriptor : {tokens_[0], tokens_[1], results_[0], results_[1]}) {
    if (descriptor >= 0) close(descriptor);
  }
  for (const pid_t process : processes_) {
    if (process <= 0) continue;
    kill(process, SIGTERM);
    waitpid(process, nullptr, 0);
  }
  munmap(shared_, sizeof(Shared));
}

void Workers::start_process(unsigned slot) {
  shared_->reading[slot] = kNothing;
  std::fflush(nullptr);
  const pid_t process = fork();
  if (process < 0) fail("cannot start a process");
  if (process == 0) serve(slot);
  processes_[slot] = process;
}

// The life of a process: it ends when nobody is there to ask it.
void Workers::serve(unsigned slot) {
  signal(SIGTERM, SIG_DFL);
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  close(tokens_[1]);
  close(results_[0]);
  const long began_with = peak_memory();
  uint32_t number = 0;
  for (bool is_last = false; !is_last;) {
    const ssize_t got = read(tokens_[0], &number, sizeof number);
    if (got < 0 && errno == EINTR) continue;
    if (got != sizeof number) break;
    shared_->reading[slot] = number;
    Message message{};
    message.number = number;
    message.slot = slot;
    Collected collected;
    try {
      collected = work_(number);
      put(message.problem, collected.facts.problem);
    } catch (const Failure& failure) {
      message.failure = failure.status();
      put(message.problem, failure.what());
    }
    message.has_runs = collected.runs != nullptr;
    message.frames = collected.facts.frames;
    message.dissected = collected.facts.dissected;
    message.begin = collected.facts.begin;
    message.first_time = collected.facts.first_time;
    message.last_time = collected.facts.last_time;
    put(message.format, collected.facts.format);
    is_last = peak_memory() - began_with > kMostGrowth;
    message.is_last = is_last;
    send(results_[1], message, collected.runs.get());
    shared_->reading[slot] = kNothing;
  }
  _exit(0);
}

void Workers::allow_next() {
  if (allowed_ == order_.size()) return;
  const uint32_t number = order_[allowed_++];
  while (write(tokens_[1], &number, sizeof number) < 0 && errno == EINTR) {
  }
}

bool Workers::receive() {
  Message message{};
  iovec part{&message, sizeof message};
  Control control{};
  msghdr envelope{};
  envelope.msg_iov = &part;
  envelope.msg_iovlen = 1;
  envelope.msg_control = &control;
  envelope.msg_controllen = sizeof control;
  if (recvmsg(results_[0], &envelope, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) !=
      static_cast<ssize_t>(sizeof message)) {
    return false;
  }
  Collected collected;
  const cmsghdr* header = CMSG_FIRSTHDR(&envelope);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    collected.runs.reset(fdopen(descriptor, "rb"));
  }
  if (message.failure != 0) throw Failure(message.failure, message.problem);
  if (message.has_runs && !collected.runs) throw Failure(2, "cannot take over a temporary file");
  collected.facts.frames = message.frames;
  collected.facts.dissected = message.dissected;
  collected.facts.begin = message.begin;
  collected.facts.first_time = message.first_time;
  collected.facts.last_time = message.last_time;
  collected.facts.format = message.format;
  collected.facts.problem = message.problem;
  ready_[message.number] = std::move(collected);
  if (message.is_last) {
    pid_t& process = processes_[message.slot];
    if (process > 0) waitpid(process, nullptr, 0);
    start_process(message.slot);
  }
  return true;
}

void Workers::note_deaths() {
  for (unsigned slot = 0; slot < processes_.size(); ++slot) {
    int status = 0;
    if (processes_[slot] <= 0 || waitpid(processes_[slot], &status, WNOHANG) == 0) continue;
    processes_[slot] = 0;
    // What it sent before it died is taken first; it may have announced its end.
    while (receive()) {
    }
    if (processes_[slot] != 0) continue;
    const uint32_t number = shared_->reading[slot];
    if (number != kNothing && !ready_.contains(number)) {
      Collected collected;
      collected.facts.problem = "The process that read it ended unexpectedly";
      if (WIFSIGNALED(status)) {
        collected.facts.problem += std::string(" (") + strsignal(WTERMSIG(status)) + ")";
      }
      ready_[number] = std::move(collected);
    }
    start_process(slot);
  }
}

Collected Workers::take(uint32_t number, const std::function<void()>& wait) {
  constexpr int kMilliseconds = 200;
  allow_next();
  for (;;) {
    while (receive()) {
    }
    const auto found = ready_.find(number);
    if (found != ready_.end()) {
      Collected collected = std::move(found->second);
      ready_.erase(found);
      return collected;
    }
    pollfd results{results_[0], POLLIN, 0};
    if (poll(&results, 1, kMilliseconds) <= 0) note_deaths();
    wait();
  }
}

}  // namespace fanout

#include "tap/program/workers.h"

#include <poll.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fanout {
namespace {

// How far they may be ahead of what is taken: so much waits in temporary files.
constexpr size_t kAhead = 4;
constexpr size_t kMostText = 1024;
// What the process of a file ends with: it has sent what it collected, and needed libwireshark for
// it or not; or it gave up.
enum Ended : int { kSent = 0, kNeededLibrary = 3, kGaveUp = 4 };

// A result as it is sent, with the temporary file's descriptor beside it.
struct Message {
  uint32_t number;
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

[[noreturn]] void fail(const char* what) {
  throw Failure(2, std::string(what) + ": " + std::strerror(errno));
}

// fork() of a process that ends with this one, where the system can do so. Throws Failure.
pid_t start_process() {
  std::fflush(nullptr);
  const pid_t process = fork();
  if (process < 0) fail("cannot start a process");
  if (process > 0) return process;
  signal(SIGTERM, SIG_DFL);
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  return process;
}

// For the user, of a process that sent nothing.
std::string why_it_ended(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == kGaveUp) {
    return "Wireshark's dissection does not end with one of its frames";
  }
  const std::string how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                              : "status " + std::to_string(WEXITSTATUS(status));
  return "the process that read it ended unexpectedly (" + how + ")";
}

class ForkedWorkers : public Workers {
 public:
  ForkedWorkers(unsigned jobs, std::vector<uint32_t> order, Library& library, Work work);
  ~ForkedWorkers() override;
  ForkedWorkers(const ForkedWorkers&) = delete;
  ForkedWorkers& operator=(const ForkedWorkers&) = delete;

  Collected take(uint32_t number, const std::function<void()>& wait) override;

 private:
  [[noreturn]] void serve() noexcept;
  [[noreturn]] void read(uint32_t number);
  bool read_apart(uint32_t number);
  void allow_next();
  bool receive();
  void fail_without_servers();

  std::vector<uint32_t> order_;
  Library& library_;
  Work work_;
  std::vector<pid_t> servers_;
  int tokens_[2] = {-1, -1};   // a pipe of numbers to collect
  int results_[2] = {-1, -1};  // what was collected comes back
  size_t allowed_ = 0;
  std::map<uint32_t, Collected> ready_;
};

ForkedWorkers::ForkedWorkers(unsigned jobs, std::vector<uint32_t> order, Library& library,
                             Work work)
    : order_(std::move(order)), library_(library), work_(std::move(work)) {
  if (pipe(tokens_) != 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, results_) != 0) {
    fail("cannot make a pipe");
  }
  jobs = std::min(jobs, static_cast<unsigned>(order_.size()));
  for (unsigned i = 0; i < jobs; ++i) {
    const pid_t server = start_process();
    if (server == 0) serve();
    servers_.push_back(server);
  }
  for (size_t i = 0; i < jobs + kAhead; ++i) allow_next();
}

ForkedWorkers::~ForkedWorkers() {
  for (const int descriptor : {tokens_[0], tokens_[1], results_[0], results_[1]}) {
    if (descriptor >= 0) close(descriptor);
  }
  for (const pid_t server : servers_) {
    kill(server, SIGTERM);
    waitpid(server, nullptr, 0);
  }
}

// The life of a server: it ends when nobody is there to ask it.
void ForkedWorkers::serve() noexcept {
  close(tokens_[1]);
  close(results_[0]);
  if (library_.is_loaded()) library_.get().prepare();
  for (;;) {
    uint32_t number = 0;
    const ssize_t got = ::read(tokens_[0], &number, sizeof number);
    if (got < 0 && errno == EINTR) continue;
    if (got != sizeof number) break;
    if (read_apart(number) && !library_.is_loaded()) library_.get().prepare();
  }
  _exit(0);
}

// Has a file read by a process of its own; whether that needed libwireshark.
bool ForkedWorkers::read_apart(uint32_t number) {
  Message message{};
  message.number = number;
  try {
    const pid_t process = start_process();
    if (process == 0) read(number);
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    const int ended = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (ended == kSent || ended == kNeededLibrary) return ended == kNeededLibrary;
    put(message.problem,
        "The file \"" + work_.path(number) + "\" is left out: " + why_it_ended(status) + ".");
  } catch (const Failure& failure) {
    message.failure = failure.status();
    put(message.problem, failure.what());
  }
  send(results_[1], message, nullptr);
  return false;
}

void ForkedWorkers::read(uint32_t number) {
  FrameWatch::set_give_up([](uint32_t) { _exit(kGaveUp); });
  Message message{};
  message.number = number;
  Collected collected;
  try {
    collected = work_.collect(number);
    put(message.problem, collected.facts.problem);
  } catch (const Failure& failure) {
    message.failure = failure.status();
    put(message.problem, failure.what());
  } catch (const std::exception& error) {
    message.failure = 2;
    put(message.problem, error.what());
  }
  message.has_runs = collected.runs != nullptr;
  message.frames = collected.facts.frames;
  message.dissected = collected.facts.dissected;
  message.begin = collected.facts.begin;
  message.first_time = collected.facts.first_time;
  message.last_time = collected.facts.last_time;
  put(message.format, collected.facts.format);
  send(results_[1], message, collected.runs.get());
  _exit(message.failure == 0 && library_.is_loaded() ? kNeededLibrary : kSent);
}

void ForkedWorkers::allow_next() {
  if (allowed_ == order_.size()) return;
  const uint32_t number = order_[allowed_++];
  while (write(tokens_[1], &number, sizeof number) < 0 && errno == EINTR) {
  }
}

bool ForkedWorkers::receive() {
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
  return true;
}

// Servers end only when they are asked to, or killed.
void ForkedWorkers::fail_without_servers() {
  for (const pid_t server : servers_) {
    int status = 0;
    if (waitpid(server, &status, WNOHANG) == 0) continue;
    std::erase(servers_, server);
    throw Failure(2, "a process that reads captures was ended");
  }
}

Collected ForkedWorkers::take(uint32_t number, const std::function<void()>& wait) {
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
    if (poll(&results, 1, kMilliseconds) <= 0) fail_without_servers();
    wait();
  }
}

}  // namespace

std::unique_ptr<Workers> start_workers(unsigned jobs, std::vector<uint32_t> order, Library& library,
                                       Workers::Work work) {
  return std::make_unique<ForkedWorkers>(jobs, std::move(order), library, std::move(work));
}

}  // namespace fanout

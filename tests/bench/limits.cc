// What the engine says of captures of every size, up to the memory limit and past it, against what
// is true of them, and what it takes to say so.
//
//     limits [MOST_PAIRS [LIMIT]]
//
// Counts 10³, 10⁴, ... MOST_PAIRS (10⁸) pairs of each shape with a limit of LIMIT pairs (the
// engine's own), each in a process of its own, and prints a table. Ends with 1 if a true number is
// not within the bounds that the engine names (of the sources' own numbers of destinations, of
// which these are 99.7 in a hundred, if more than one in a hundred is not), if a number that it
// calls exact is not, or if the process takes more memory than a tenth above what engine.h says.
#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap/count/engine.h"

namespace fanout {
namespace {

// Bytes of a pair with its place in the index, and of a source: engine.h. The rest is what any
// engine takes: its sketches.
constexpr uint64_t kPairBytes = 44;
constexpr uint64_t kSourceBytes = 120;
constexpr uint64_t kEngineBytes = 8'000'000;
constexpr double kTolerated = 1.1;

/// Who contacts whom: each of `sources` of `pairs` the same number of destinations, or one more.
struct Shape {
  const char* name;
  uint64_t (*sources)(uint64_t pairs);
};

uint64_t root(uint64_t number) {
  uint64_t result = 1;
  while (result * result < number) ++result;
  return result;
}

constexpr std::array<Shape, 4> kShapes = {{
    {"one source", [](uint64_t) { return uint64_t{1}; }},
    {"as many sources as destinations of each", root},
    {"ten destinations of each source", [](uint64_t pairs) { return pairs / 10; }},
    {"sources of one packet, as if spoofed", [](uint64_t pairs) { return pairs; }},
}};

// A permutation of the numbers of 32 bits, so that addresses are in no order.
uint32_t scattered(uint64_t number) { return static_cast<uint32_t>(number) * 2654435761u; }

struct Result {
  uint64_t stored = 0;
  Cardinality pairs;
  Cardinality sources;
  uint64_t stored_sources = 0;
  uint64_t estimated = 0;      // sources whose destinations are estimated
  uint64_t out_of_bounds = 0;  // ... of which the true number is not within the bounds
  bool is_exact = true;        // all numbers that are called exact are
};

bool holds(const Cardinality& said, uint64_t truth) {
  return said.low <= truth && truth <= said.high && (!said.exact() || said.value == truth);
}

Result count(uint64_t pairs, uint64_t sources, uint64_t limit) {
  Engine engine({.limit = limit});
  Observation packet;
  packet.role = Role::kAsk;
  packet.transport = Transport::kTcp;
  packet.probe = Probe::kSyn;
  packet.source_port = 40000;
  packet.destination_port = 443;
  packet.bytes = 60;
  for (uint64_t i = 0; i < pairs; ++i) {
    const uint64_t source = i % sources;
    packet.source.low = scattered(source);
    // A source does not send to itself: its destinations are no sources.
    packet.destination.low = uint64_t{1} << 32 | scattered(i / sources);
    packet.time = static_cast<int64_t>(i) * 1000;
    packet.frame = static_cast<uint32_t>(i + 1);
    engine.post(packet);
  }
  engine.flush();
  Result result;
  result.stored = engine.pair_count();
  result.pairs = engine.pairs_total();
  result.sources = engine.sources_total();
  result.stored_sources = engine.source_count();
  for (uint64_t source = 0; source < sources; ++source) {
    const uint32_t number = engine.find_source({Network::kIpv4, 0, scattered(source)});
    if (number == kNone) continue;
    const Cardinality said = engine.destinations(number);
    const uint64_t truth = pairs / sources + (source < pairs % sources ? 1 : 0);
    if (said.exact()) {
      result.is_exact = result.is_exact && said.value == truth;
    } else {
      ++result.estimated;
      if (!holds(said, truth)) ++result.out_of_bounds;
    }
  }
  return result;
}

std::string text(const Cardinality& said) {
  if (said.exact()) return std::to_string(said.value);
  return "~" + std::to_string(said.value) + " (" + std::to_string(said.low) + " to " +
         std::to_string(said.high) + ")";
}

uint64_t peak_bytes() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return static_cast<uint64_t>(use.ru_maxrss) * 1024;
}

// Prints a row; whether all holds.
bool print(const Shape& shape, uint64_t pairs, uint64_t limit) {
  const uint64_t before = peak_bytes();
  const uint64_t sources = std::max<uint64_t>(1, shape.sources(pairs));
  const Result result = count(pairs, sources, limit);
  const uint64_t peak = peak_bytes() - before;
  const auto documented = static_cast<double>(result.stored * kPairBytes +
                                              result.stored_sources * kSourceBytes + kEngineBytes);
  const double share = static_cast<double>(peak) / documented;
  const bool is_right = holds(result.pairs, pairs) && holds(result.sources, sources) &&
                        result.is_exact && result.out_of_bounds * 100 <= result.estimated &&
                        share <= kTolerated;
  std::printf("| %s | %" PRIu64 " | %s | %s | %" PRIu64 " of %" PRIu64 " | %.1f MB, %.2f |%s\n",
              shape.name, pairs, text(result.pairs).c_str(), text(result.sources).c_str(),
              result.out_of_bounds, result.estimated, static_cast<double>(peak) / 1e6, share,
              is_right ? "" : " WRONG");
  std::fflush(stdout);
  return is_right;
}

bool print_in_a_process(const Shape& shape, uint64_t pairs, uint64_t limit) {
  const pid_t child = fork();
  if (child == 0) _exit(print(shape, pairs, limit) ? 0 : 1);
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

}  // namespace
}  // namespace fanout

int main(int count, char** arguments) {
  const uint64_t most = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 100'000'000;
  const uint64_t limit =
      count > 2 ? std::strtoull(arguments[2], nullptr, 10) : fanout::Engine::Options().limit;
  std::puts(
      "| shape | pairs | pairs, as said | sources, as said | sources out of bounds, of those "
      "estimated | peak memory, of what engine.h says |\n|---|---|---|---|---|---|");
  std::fflush(stdout);
  bool all_hold = true;
  for (const fanout::Shape& shape : fanout::kShapes) {
    for (uint64_t pairs = 1000; pairs <= most; pairs *= 10) {
      all_hold = fanout::print_in_a_process(shape, pairs, limit) && all_hold;
    }
  }
  return all_hold ? 0 : 1;
}

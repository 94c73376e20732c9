// What is done on a snapshot besides judging one source after the other: grouping suspects, and
// looking for distributed scans. The argument is the number of sources.
#include <cstdint>
#include <span>

#include <benchmark/benchmark.h>

#include "tap/count/engine.h"
#include "tap/judge/distributed.h"
#include "tap/judge/evidence.h"
#include "tap/judge/groups.h"

namespace fanout {
namespace {

constexpr uint32_t kProbes = 8;
constexpr uint32_t kInGroup = 4;

// Sources of eight probes of as many hosts each, four of them the same at the same time.
Engine scanners(uint32_t count) {
  Engine::Options options;
  options.history = true;
  Engine engine(options);
  Observation observation{};
  observation.role = Role::kAsk;
  observation.transport = Transport::kTcp;
  observation.probe = Probe::kSyn;
  observation.destination_port = 445;
  int64_t time = 1'700'000'000'000'000'000;
  for (uint32_t group = 0; group < count / kInGroup; ++group) {
    for (uint32_t probe = 0; probe < kProbes; ++probe) {
      for (uint32_t member = 0; member < kInGroup; ++member) {
        observation.source = {Network::kIpv4, 0, 0x0a000000 + group * kInGroup + member};
        observation.destination = {Network::kIpv4, 0,
                                   0x40000000 + (group * 7919 + probe * 131) % 0x10000000};
        ++observation.frame;
        observation.time = time += 1000;
        observation.bytes = 60;
        engine.observe(observation);
      }
    }
  }
  return engine;
}

void group_suspects(benchmark::State& state) {
  const Engine engine = scanners(static_cast<uint32_t>(state.range(0)));
  const auto pairs_of = [&](uint32_t source) { return std::span(engine.history(source)); };
  constexpr uint64_t kPorts = 15;
  // What it is asked for is the same of all, and it is at hand where a source was just judged.
  const Evidence evidence = gather_evidence(engine, 0, pairs_of(0), 0);
  for ([[maybe_unused]] auto _ : state) {
    Grouping grouping(engine, kPorts, pairs_of);
    for (uint32_t source = 0; source < engine.source_count(); ++source) {
      grouping.add(source, evidence);
    }
    benchmark::DoNotOptimize(grouping.groups());
  }
}
BENCHMARK(group_suspects)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void look_for_distributed_scans(benchmark::State& state) {
  const Engine engine = scanners(static_cast<uint32_t>(state.range(0)));
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(find_distributed_scans(engine, {}));
  }
}
BENCHMARK(look_for_distributed_scans)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fanout

BENCHMARK_MAIN();

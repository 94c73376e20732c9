// How fast runs are collected, kept and replayed, beside counting the same packets one by one.
// Ordinary traffic, generated: interleaved TCP connections of a few to some hundred packets,
// datagrams asked and answered, ARP. `per_packet` are runs, or bytes of a file of them.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "tap/count/engine.h"
#include "tap/count/runs.h"
#include "tap/runs/collector.h"
#include "tap/runs/file.h"
#include "tap/runs/frames.h"
#include "tap/runs/merge.h"

namespace fanout {
namespace {

constexpr size_t kPackets = 2'000'000;
constexpr size_t kOpen = 400;  // dialogues that take turns

struct Dialogue {
  Observation forth;
  uint32_t packets = 0;
  uint32_t sent = 0;
};

Dialogue begin_dialogue(std::mt19937& random) {
  Dialogue dialogue;
  Observation& forth = dialogue.forth;
  forth.source = {Network::kIpv4, 0, 0x0a000000 + random() % 200};
  forth.destination = {Network::kIpv4, 0, 0x40000000 + random() % 20'000};
  forth.source_port = static_cast<uint16_t>(32768 + random() % 28'000);
  const uint32_t kind = random() % 100;
  if (kind < 55) {
    forth.transport = Transport::kTcp;
    forth.destination_port = random() % 4 == 0 ? 80 : 443;
    dialogue.packets = 6 + static_cast<uint32_t>(std::geometric_distribution<int>(0.02)(random));
  } else if (kind < 95) {
    forth.transport = Transport::kUdp;
    forth.destination.low = 0x0a000001 + random() % 2;
    forth.destination_port = 53;
    dialogue.packets = 2;
  } else {
    forth.source.network = forth.destination.network = Network::kArp;
    forth.destination.low = 0x0a000000 + random() % 200;
    forth.source_port = 0;
    dialogue.packets = 2;
  }
  return dialogue;
}

Observation next_packet(Dialogue& dialogue, std::mt19937& random) {
  Observation packet = dialogue.forth;
  const uint32_t number = dialogue.sent++;
  const bool is_back = number < 2 ? number == 1 : random() % 2 == 0;
  if (is_back) {
    std::swap(packet.source, packet.destination);
    std::swap(packet.source_port, packet.destination_port);
  }
  if (packet.transport == Transport::kTcp && number >= 2) {
    packet.role = Role::kData;
  } else if (packet.transport == Transport::kUdp && !is_back) {
    packet.role = Role::kDatagram;
  } else {
    packet.role = is_back ? Role::kAnswer : Role::kAsk;
  }
  return packet;
}

const std::vector<Observation>& traffic() {
  static const std::vector<Observation> packets = [] {
    std::mt19937 random(1);
    std::vector<Dialogue> open(kOpen);
    std::vector<Observation> result;
    while (result.size() < kPackets) {
      Dialogue& dialogue = open[random() % kOpen];
      if (dialogue.sent == dialogue.packets) dialogue = begin_dialogue(random);
      Observation packet = next_packet(dialogue, random);
      packet.frame = static_cast<uint32_t>(result.size() + 1);
      packet.bytes = 60 + static_cast<uint32_t>(random() % 1440);
      packet.time = 1'700'000'000'000'000'000 + static_cast<int64_t>(result.size()) * 37'000;
      result.push_back(packet);
    }
    return result;
  }();
  return packets;
}

void collect(Collector& collector) {
  FileClock clock;
  for (const Observation& packet : traffic()) {
    collector.add(packet, {clock.advance(packet.time), 0, packet.frame});
  }
  collector.flush();
}

const std::vector<Run>& runs() {
  static const std::vector<Run> all = [] {
    std::vector<Run> result;
    Collector collector([&result](std::span<const Run> some) {
      result.insert(result.end(), some.begin(), some.end());
    });
    collect(collector);
    return result;
  }();
  return all;
}

std::string file_of_runs() {
  RunsWriter writer;
  for (const Run& run : runs()) writer.add(run);
  std::string file;
  writer.finish({.files = {{"a.pcap", kPackets, 0, 0, 0, "pcap", ""}}},
                [&file](std::string_view piece) { file += piece; });
  return file;
}

void set_packets(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPackets));
}

void count_packets(benchmark::State& state) {
  traffic();
  for ([[maybe_unused]] auto _ : state) {
    Engine engine({});
    for (const Observation& packet : traffic()) engine.post(packet);
    engine.flush();
    benchmark::DoNotOptimize(engine.pair_count());
  }
  set_packets(state);
}

void collect_packets(benchmark::State& state) {
  traffic();
  size_t count = 0;
  for ([[maybe_unused]] auto _ : state) {
    count = 0;
    Collector collector([&count](std::span<const Run> some) { count += some.size(); });
    collect(collector);
  }
  state.counters["per_packet"] = static_cast<double>(count) / kPackets;
  set_packets(state);
}

void replay_runs(benchmark::State& state) {
  runs();
  for ([[maybe_unused]] auto _ : state) {
    Engine engine({});
    FrameNumbers numbers;
    for (const Run& run : runs()) {
      engine.replay(run, numbers.number(run.begin.file, run.begin.frame),
                    numbers.number(run.end.file, run.end.frame));
    }
    benchmark::DoNotOptimize(engine.pair_count());
  }
  set_packets(state);
}

void write_runs(benchmark::State& state) {
  runs();
  size_t size = 0;
  for ([[maybe_unused]] auto _ : state) size = file_of_runs().size();
  state.counters["per_packet"] = static_cast<double>(size) / kPackets;
  set_packets(state);
}

void merge_a_file(benchmark::State& state) {
  const std::string file = file_of_runs();
  for ([[maybe_unused]] auto _ : state) {
    Merge merge;
    merge.add(kNoTime, [&file]() -> std::unique_ptr<RunStream> {
      std::FILE* memory = fmemopen(const_cast<char*>(file.data()), file.size(), "r");
      auto reader = std::make_unique<RunsReader>(memory, "runs");
      reader->read_header();
      return reader;
    });
    Engine engine({});
    FrameNumbers numbers;
    for (Run run; merge.next(run);) {
      engine.replay(run, numbers.number(run.begin.file, run.begin.frame),
                    numbers.number(run.end.file, run.end.frame));
    }
    if (!merge.errors().empty()) state.SkipWithError(merge.errors().front().c_str());
  }
  set_packets(state);
}

BENCHMARK(count_packets)->Unit(benchmark::kMillisecond);
BENCHMARK(collect_packets)->Unit(benchmark::kMillisecond);
BENCHMARK(replay_runs)->Unit(benchmark::kMillisecond);
BENCHMARK(write_runs)->Unit(benchmark::kMillisecond);
BENCHMARK(merge_a_file)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fanout

BENCHMARK_MAIN();

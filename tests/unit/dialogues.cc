#include "dialogues.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "engine_state.h"
#include "tap/runs/collector.h"
#include "tap/runs/file.h"
#include "tap/runs/merge.h"

namespace fanout {
namespace {

Address random_address(const Dice& dice, Network network) {
  const uint32_t host = dice(3);
  const bool is_multicast = dice(40) == 0;
  if (has_ipv6_addresses(network)) {
    return {network, is_multicast ? 0xff02000000000000 : 0x20010db800000000, host + 1};
  }
  return {network, 0, (is_multicast ? 0xe0000000 : 0xc0000200) + host};
}

void turn_round(Observation& observation) {
  std::swap(observation.source, observation.destination);
  std::swap(observation.source_port, observation.destination_port);
}

// One that a packet of this role can be.
Probe random_probe(const Dice& dice, Role role) {
  switch (role) {
    case Role::kData:
      return std::array{Probe::kNone, Probe::kAck, Probe::kMaimon, Probe::kSctpCookie}[dice(4)];
    case Role::kRefusal:
      return dice(2) == 0 ? Probe::kNone : Probe::kRst;
    case Role::kAsk:
      return std::array{Probe::kSyn, Probe::kFin, Probe::kIcmp, Probe::kSctpInit}[dice(4)];
    case Role::kDatagram:
      return std::array{Probe::kUdp, Probe::kQuic, Probe::kProtocol}[dice(3)];
    case Role::kError:
      return Probe::kError;
    case Role::kAnswer:
    case Role::kDiscovery:
      break;
  }
  return Probe::kNone;
}

// What a packet of this role can carry.
uint32_t random_payload(const Dice& dice, const Observation& observation) {
  const bool is_udp = observation.transport == Transport::kUdp;
  const bool can_have_data =
      is_udp ? observation.role == Role::kDatagram || observation.role == Role::kAnswer
             : has_handshake(observation.transport) && observation.role == Role::kData &&
                   observation.probe == Probe::kNone;
  return can_have_data && dice(4) != 0 ? 1 + dice(1400) : 0;
}

Observation random_observation(const Dice& dice) {
  Observation observation;
  const auto network = static_cast<Network>(dice(kNetworks));
  observation.source = random_address(dice, network);
  observation.destination = random_address(dice, network);
  if (resolves_addresses(network)) {
    observation.role = dice(2) == 0 ? Role::kAsk : Role::kAnswer;
    return observation;
  }
  observation.role = static_cast<Role>(dice(kRoles));
  observation.transport = static_cast<Transport>(dice(5));
  observation.probe = random_probe(dice, observation.role);
  const bool can_be_of_tool = observation.probe != Probe::kNone && dice(2) == 0;
  if (can_be_of_tool) observation.tool = static_cast<Tool>(dice(kTools));
  observation.source_port = static_cast<uint16_t>(1 + dice(3));
  observation.destination_port = static_cast<uint16_t>(1 + dice(3));
  return observation;
}

int64_t random_time(const Dice& dice, const Dialogues& kind, int64_t& now) {
  if (dice(4) != 0) now += dice(1000);
  if (!kind.any_time) return now;
  switch (dice(16)) {
    case 0:
      return kNoTime;
    case 1:
      return now - dice(3000);
    default:
      return now;
  }
}

std::unique_ptr<RunStream> stream_of(std::vector<Run> runs) {
  struct Stream : RunStream {
    std::vector<Run> runs;
    size_t at = 0;
    bool next(Run& run) override {
      if (at == runs.size()) return false;
      run = runs[at++];
      return true;
    }
  };
  auto stream = std::make_unique<Stream>();
  stream->runs = std::move(runs);
  return stream;
}

using Runs = std::vector<Run>;

// Writes the runs of files, all of the same, and reads them again.
Runs through_a_file(const Runs& runs, uint32_t files, std::string& error) {
  RunsWriter writer;
  for (const Run& run : runs) writer.add(run);
  RunsHeader header;
  for (uint32_t i = 0; i < files; ++i) {
    header.files.push_back({std::to_string(i) + ".pcap", UINT32_MAX, 0, kNoTime, kNoTime, "", ""});
  }
  std::FILE* file = std::tmpfile();
  if (file == nullptr || !writer.finish(header, [&](std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), file);
      })) {
    error = "no temporary file";
    return {};
  }
  std::rewind(file);
  RunsReader reader(file, "runs");
  Runs read;
  if (reader.read_header() && reader.header() == header) {
    Run run;
    while (reader.next(run)) read.push_back(run);
  } else if (reader.error().empty()) {
    error = "another header was read than was written";
  }
  if (!reader.error().empty()) error = reader.error();
  return read;
}

Runs collect(const Dice& dice, const Runs& runs) {
  Runs collected;
  const auto keep = [&](std::span<const Run> some) {
    collected.insert(collected.end(), some.begin(), some.end());
  };
  Collector collector(keep, 1 + dice(60));
  for (const Run& run : runs) {
    if (dice(50) == 0) collector.flush();
    collector.add(run);
  }
  collector.flush();
  return collected;
}

}  // namespace

std::vector<Packet> random_dialogues(const Dice& dice, const Dialogues& kind) {
  std::vector<Packet> packets;
  int64_t now = 1'700'000'000'000'000'000;
  FileClock clock;
  Moment at{kNoTime, 0, 0};
  Observation observation = random_observation(dice);
  while (packets.size() < kind.packets) {
    // Dialogues go to and fro, with something else now and then.
    if (dice(3) == 0) {
      observation = random_observation(dice);
    } else if (dice(2) == 0) {
      turn_round(observation);
      if (dice(2) == 0) observation.role = random_observation(dice).role;
      observation.probe = random_probe(dice, observation.role);
    }
    if (resolves_addresses(observation.source.network) && observation.role != Role::kAsk) {
      observation.role = Role::kAnswer;
    }
    if (resolves_addresses(observation.source.network)) observation.probe = Probe::kNone;
    uint32_t repeats = 1 + dice(kind.repeats);
    if (dice(200) == 0) repeats *= 100;
    for (uint32_t i = 0; i < repeats; ++i) {
      if (at.frame > 0 && at.file + 1 < kind.files && dice(kind.packets / kind.files + 1) == 0) {
        at = {kNoTime, at.file + 1, 0};
        clock = FileClock();
        now += 3001;  // so that no time of the file before is as late
      }
      // Several observations can share a frame.
      if (at.frame == 0 || dice(8) != 0) {
        observation.time = random_time(dice, kind, now);
        // A frame without a time before all others would come first of all files.
        if (at.frame == 0 && at.file > 0) observation.time = now;
        ++at.frame;
      }
      at.order = clock.advance(observation.time);
      observation.bytes = dice(100) == 0 ? UINT32_MAX - dice(3) : dice(1500);
      observation.payload = random_payload(dice, observation);
      observation.frame = at.frame;
      packets.push_back({observation, at});
    }
  }
  return packets;
}

std::unique_ptr<Engine> count_packets(const std::vector<Packet>& packets, FrameNumbers& numbers,
                                      const Engine::Options& options) {
  auto engine = std::make_unique<Engine>(options);
  for (const Packet& packet : packets) {
    Observation observation = packet.observation;
    observation.frame = numbers.number(packet.at.file, packet.at.frame);
    engine->observe(observation);
  }
  return engine;
}

std::unique_ptr<Engine> count_by_runs(const Dice& dice, const std::vector<Packet>& packets,
                                      FrameNumbers& numbers, std::string& error,
                                      const Engine::Options& options) {
  std::vector<Runs> files;
  for (const Packet& packet : packets) {
    if (files.size() <= packet.at.file) files.resize(packet.at.file + size_t{1});
    files[packet.at.file].push_back(run_of(packet.observation, packet.at));
  }
  Merge merge;
  for (Runs& file : files) {
    file = collect(dice, file);
    if (dice(8) == 0) file = through_a_file(file, static_cast<uint32_t>(files.size()), error);
    const int64_t begin = file.empty() ? kNoTime : file.front().begin.order;
    merge.add(begin, [&file] { return stream_of(file); });
  }
  Runs merged;
  for (Run run; merge.next(run);) merged.push_back(run);
  if (merge.overlaps() != 0) error = "files that do not overlap are said to";
  if (dice(2) == 0) merged = collect(dice, merged);

  auto engine = std::make_unique<Engine>(options);
  for (const Run& run : merged) {
    engine->replay(run, numbers.number(run.begin.file, run.begin.frame),
                   numbers.number(run.end.file, run.end.frame));
  }
  return engine;
}

std::string difference(const Engine& one, const Engine& other) {
  const auto [pairs, sources, answered] = everything(one);
  const auto [other_pairs, other_sources, other_answered] = everything(other);
  if (pairs.size() != other_pairs.size()) return "not as many pairs";
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i] != other_pairs[i]) return "pair " + std::to_string(i) + " is another";
  }
  if (sources.size() != other_sources.size()) return "not as many sources";
  for (size_t i = 0; i < sources.size(); ++i) {
    if (sources[i] != other_sources[i]) return "source " + std::to_string(i) + " is another";
    const auto number = static_cast<uint32_t>(i);
    const Cardinality destinations = one.destinations(number);
    const Cardinality others = other.destinations(number);
    if (destinations.value != others.value || destinations.low != others.low ||
        destinations.high != others.high) {
      return "source " + std::to_string(i) + " has other destinations";
    }
  }
  if (answered.size() != other_answered.size()) return "not as many services answered";
  for (size_t i = 0; i < answered.size(); ++i) {
    if (answered[i] != other_answered[i]) {
      return "answered service " + std::to_string(i / 2) + " is another";
    }
  }
  if (one.sources_total().value != other.sources_total().value) return "not as many sources in all";
  const Cardinality all = one.pairs_total();
  const Cardinality all_others = other.pairs_total();
  if (all.value != all_others.value || all.low != all_others.low || all.high != all_others.high) {
    return "not as many pairs in all";
  }
  if (one.limit_hit_in() != other.limit_hit_in()) return "the limit was hit elsewhere";
  return {};
}

}  // namespace fanout

// How fast the header reader reads frames, by what they are: in the cache, one after the other.
#include <vector>

#include <benchmark/benchmark.h>

#include "tests/unit/readings.h"

namespace fanout {
namespace {

constexpr uint8_t kTcp = 6;
constexpr uint8_t kUdp = 17;
constexpr size_t kPayload = 100;

void read_all(benchmark::State& state, const std::vector<Octets>& frames) {
  const Carriers carriers;
  Observation observation;
  for ([[maybe_unused]] auto _ : state) {
    for (const Octets& frame : frames) {
      benchmark::DoNotOptimize(read_frame(
          Link::kEthernet, frame, static_cast<uint32_t>(frame.size()), carriers, observation));
      benchmark::DoNotOptimize(observation);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(frames.size()));
}

const Octets kTcpSyn = ethernet(kIpv4Type, ipv4_packet(kTcp, tcp(40000, 22, kSyn)));
const Octets kTcpData =
    ethernet(kIpv4Type, ipv4_packet(kTcp, tcp(40000, 443, kAck, Octets(kPayload, 'x'))));
const Octets kUdpData =
    ethernet(kIpv4Type, ipv4_packet(kUdp, udp(40000, 5000, Octets(kPayload, 'x'))));
const Octets kIpv6Data =
    ethernet(kIpv6Type, ipv6_packet(kTcp, tcp(40000, 443, kAck, Octets(kPayload, 'x'))));

void tcp_syn(benchmark::State& state) { read_all(state, std::vector<Octets>(64, kTcpSyn)); }
void tcp_data(benchmark::State& state) { read_all(state, std::vector<Octets>(64, kTcpData)); }
void udp_data(benchmark::State& state) { read_all(state, std::vector<Octets>(64, kUdpData)); }
void ipv6_data(benchmark::State& state) { read_all(state, std::vector<Octets>(64, kIpv6Data)); }
void mixed(benchmark::State& state) {
  std::vector<Octets> frames;
  for (int i = 0; i < 16; ++i) {
    frames.insert(frames.end(), {kTcpSyn, kTcpData, kUdpData, kIpv6Data});
  }
  read_all(state, frames);
}
BENCHMARK(tcp_syn);
BENCHMARK(tcp_data);
BENCHMARK(udp_data);
BENCHMARK(ipv6_data);
BENCHMARK(mixed);

}  // namespace
}  // namespace fanout

BENCHMARK_MAIN();

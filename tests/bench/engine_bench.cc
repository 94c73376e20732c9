// How fast the engine counts, how much memory it takes, and what other containers would do.
//
// Every benchmark counts observations that lie one after the other in memory, so that only the
// engine's own cache misses are measured; where all is to fit the cache, the same few again and
// again. `bytes_per_pair` is what the tables hold.
#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <unordered_map>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <glib.h>

#include "tap/count/engine.h"

namespace fanout {
namespace {

constexpr uint32_t kManyPairs = 4'000'000;
constexpr uint32_t kFewPairs = 4'000;
constexpr uint32_t kPackets = 8'000'000;
constexpr uint32_t kPacketsInCache = 8'000;

Address address(Network network, uint32_t number) {
  if (network != Network::kIpv6) return {network, 0, number};
  return {network, 0x20010db800000000, uint64_t{number} << 8 | 1};
}

// SYNs between `pairs` pairs, `sources` of them having as many each, in random order: every pair
// once, then again at random.
std::vector<Observation> packets(uint32_t count, uint32_t pairs, uint32_t sources,
                                 Network network = Network::kIpv4) {
  std::mt19937 random(1);
  std::vector<uint32_t> order(pairs);
  for (uint32_t i = 0; i < pairs; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  std::vector<Observation> result(count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t pair = i < pairs ? order[i] : static_cast<uint32_t>(random()) % pairs;
    Observation& observation = result[i];
    observation.source = address(network, 0x0a000000 + pair % sources);
    observation.destination = address(network, 0x40000000 + pair / sources);
    observation.role = Role::kAsk;
    observation.transport = Transport::kTcp;
    observation.source_port = 40000;
    observation.destination_port = 443;
    observation.frame = i + 1;
    observation.bytes = 60;
    observation.time = int64_t{i} * 1000;
  }
  return result;
}

void count_all(benchmark::State& state, const std::vector<Observation>& observations,
               int times = 1) {
  for ([[maybe_unused]] auto _ : state) {
    Engine engine({});
    for (int i = 0; i < times; ++i) {
      for (const Observation& observation : observations) engine.post(observation);
    }
    engine.flush();
    state.counters["bytes_per_pair"] = static_cast<double>(engine.memory()) / engine.pair_count();
    state.counters["pairs"] = engine.pair_count();
  }
  state.SetItemsProcessed(state.iterations() * times * static_cast<int64_t>(observations.size()));
}

void many_pairs(benchmark::State& state) { count_all(state, packets(kPackets, kManyPairs, 2000)); }
void pairs_in_cache(benchmark::State& state) {
  count_all(state, packets(kPacketsInCache, kFewPairs, 100), kPackets / kPacketsInCache);
}
void one_scanner(benchmark::State& state) { count_all(state, packets(1'000'000, 1'000'000, 1)); }
void many_sources(benchmark::State& state) {
  count_all(state, packets(kPackets, kManyPairs, 1'000'000));
}
void many_ipv6_pairs(benchmark::State& state) {
  count_all(state, packets(kPackets, kManyPairs, 2000, Network::kIpv6));
}
BENCHMARK(many_pairs)->Unit(benchmark::kMillisecond);
BENCHMARK(pairs_in_cache)->Unit(benchmark::kMillisecond);
BENCHMARK(one_scanner)->Unit(benchmark::kMillisecond);
BENCHMARK(many_sources)->Unit(benchmark::kMillisecond);
BENCHMARK(many_ipv6_pairs)->Unit(benchmark::kMillisecond);

// Bytes a pair while the tables grow: the most and the least, from half a million pairs on.
void memory_while_growing(benchmark::State& state) {
  const std::vector<Observation> observations = packets(kManyPairs, kManyPairs, 2000);
  double most = 0;
  double least = 1e9;
  for ([[maybe_unused]] auto _ : state) {
    Engine engine({});
    for (const Observation& observation : observations) {
      engine.observe(observation);
      if (engine.pair_count() < 500'000) continue;
      const double bytes = static_cast<double>(engine.memory()) / engine.pair_count();
      most = std::max(most, bytes);
      least = std::min(least, bytes);
    }
  }
  state.counters["most_bytes_per_pair"] = most;
  state.counters["least_bytes_per_pair"] = least;
}
BENCHMARK(memory_while_growing)->Unit(benchmark::kMillisecond)->Iterations(1);

// Other containers at the core of the same work: find the pair by its key, count packets and bytes.
struct Counts {
  uint32_t first_frame;
  uint32_t packets;
  uint64_t bytes;
  int64_t first_time;
};
static_assert(sizeof(Counts) == 24);

struct Key {
  uint64_t key;  // source and destination
  uint32_t frame;
};

std::vector<Key> keys() {
  std::vector<Key> result;
  for (const Observation& observation : packets(kPackets, kManyPairs, 2000)) {
    result.push_back(
        {observation.source.low << 32 | observation.destination.low, observation.frame});
  }
  return result;
}

struct Mixed {
  using is_avalanching = void;
  size_t operator()(uint64_t value) const { return mix(value); }
};

void count(Counts& counts, const Key& key) {
  if (counts.packets == 0) counts.first_frame = key.frame;
  ++counts.packets;
  counts.bytes += 60;
}

template <typename Map>
void count_in_map(benchmark::State& state) {
  const std::vector<Key> all = keys();
  for ([[maybe_unused]] auto _ : state) {
    Map map;
    for (const Key& key : all) count(map[key.key], key);
    benchmark::DoNotOptimize(map.size());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(all.size()));
}

// As the engine's: records in their order of arrival, and a set of their numbers.
void count_in_indexed_deque(benchmark::State& state) {
  struct Record {
    uint64_t key;
    Counts counts;
  };
  struct Hash {
    using is_avalanching = void;
    using is_transparent = void;
    const std::deque<Record>* records;
    size_t operator()(uint32_t number) const { return mix((*records)[number].key); }
    size_t operator()(uint64_t key) const { return mix(key); }
  };
  struct Equal {
    using is_transparent = void;
    const std::deque<Record>* records;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(uint32_t a, uint64_t key) const { return (*records)[a].key == key; }
    bool operator()(uint64_t key, uint32_t a) const { return (*records)[a].key == key; }
  };
  const std::vector<Key> all = keys();
  for ([[maybe_unused]] auto _ : state) {
    std::deque<Record> records;
    boost::unordered_flat_set<uint32_t, Hash, Equal> index(0, Hash{&records}, Equal{&records});
    for (const Key& key : all) {
      auto found = index.find(key.key);
      if (found == index.end()) {
        records.push_back({key.key, {}});
        found = index.insert(static_cast<uint32_t>(records.size() - 1)).first;
      }
      count(records[*found].counts, key);
    }
    benchmark::DoNotOptimize(records.size());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(all.size()));
}

void count_in_ghashtable(benchmark::State& state) {
  const std::vector<Key> all = keys();
  for ([[maybe_unused]] auto _ : state) {
    const std::unique_ptr<GHashTable, decltype(&g_hash_table_destroy)> table(
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free), g_hash_table_destroy);
    for (const Key& key : all) {
      auto* counts = static_cast<Counts*>(g_hash_table_lookup(table.get(), &key.key));
      if (counts == nullptr) {
        counts = g_new0(Counts, 1);
        auto* owned = g_new(uint64_t, 1);
        *owned = key.key;
        g_hash_table_insert(table.get(), owned, counts);
      }
      count(*counts, key);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(all.size()));
}

BENCHMARK(count_in_map<boost::unordered_flat_map<uint64_t, Counts, Mixed>>)
    ->Name("other/boost_unordered_flat_map")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(count_in_indexed_deque)
    ->Name("other/boost_unordered_flat_set_of_numbers")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(count_in_map<std::unordered_map<uint64_t, Counts, Mixed>>)
    ->Name("other/std_unordered_map")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(count_in_ghashtable)->Name("other/ghashtable")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fanout

BENCHMARK_MAIN();

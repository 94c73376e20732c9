#include "tap/report/axes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tap/count/blocks.h"
#include "tap/judge/parameters.h"
#include "tap/report/words.h"

namespace fanout {
namespace {

// Steps of a time axis, in a unit that suits them.
struct TimeUnit {
  double seconds;
  const char* name;
  std::vector<double> steps;
};

const std::vector<TimeUnit>& time_units() {
  static const std::vector<double> decimal = {1, 2, 5, 10, 20, 50, 100, 200, 500};
  static const std::vector<TimeUnit> units = {
      {1e-9, "ns", decimal},
      {1e-6, "µs", decimal},
      {1e-3, "ms", decimal},
      {1, "s", {1, 2, 5, 10, 15, 30}},
      {60, "min", {1, 2, 5, 10, 15, 30}},
      {3600, "h", {1, 2, 3, 6, 12}},
      {86400, "d", {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}}};
  return units;
}

// Takes the texts that would overlap from the blocks with less precedence, which come later in
// `order`.
void keep_apart(std::vector<AxisBlock>& blocks, const std::vector<size_t>& order, size_t rows,
                size_t most) {
  const double apart = static_cast<double>(rows) / static_cast<double>(std::max<size_t>(most, 1));
  std::vector<double> places;
  for (const size_t i : order) {
    const double centre = blocks[i].centre();
    const auto next = std::lower_bound(places.begin(), places.end(), centre);
    const bool is_free = (next == places.end() || *next - centre >= apart) &&
                         (next == places.begin() || centre - *(next - 1) >= apart);
    if (is_free) {
      places.insert(next, centre);
    } else {
      blocks[i].text.clear();
    }
  }
}

// The longest prefix by which the addresses are at most so many blocks.
unsigned longest_prefix(std::span<const Address> sorted, size_t most) {
  std::array<size_t, 129> neighbours{};  // by the bits that they share
  size_t blocks = 1;
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i - 1].network == sorted[i].network) {
      ++neighbours[common_bits(sorted[i - 1], sorted[i])];
    } else {
      ++blocks;
    }
  }
  const bool are_long = std::any_of(sorted.begin(), sorted.end(), [](const Address& address) {
    return has_ipv6_addresses(address.network);
  });
  const unsigned bits = address_bits(are_long ? Network::kIpv6 : Network::kIpv4);
  unsigned prefix = 0;
  while (prefix < bits && blocks + neighbours[prefix] <= most) blocks += neighbours[prefix++];
  return prefix;
}

}  // namespace

double seconds_between(int64_t first, int64_t last) {
  return static_cast<double>(static_cast<uint64_t>(last) - static_cast<uint64_t>(first)) / 1e9;
}

std::vector<TimeTick> time_ticks(double seconds, int most) {
  double step = std::ceil(seconds / 86400 / most) * 86400;
  const TimeUnit* unit = &time_units().back();
  const auto is_enough = [&](const TimeUnit& one) {
    const auto fits = [&](double steps) { return steps * one.seconds * most >= seconds; };
    const auto found = std::find_if(one.steps.begin(), one.steps.end(), fits);
    if (found == one.steps.end()) return false;
    step = *found * one.seconds;
    return true;
  };
  const auto found = std::find_if(time_units().begin(), time_units().end(), is_enough);
  if (found != time_units().end()) unit = &*found;
  std::vector<TimeTick> ticks;
  for (int i = 0; i * step <= seconds; ++i) {
    const double value = std::round(i * step / unit->seconds);
    ticks.push_back({i * step, std::to_string(static_cast<int64_t>(value)) + ' ' + unit->name});
  }
  return ticks;
}

std::vector<AxisBlock> address_blocks(std::span<const Address> sorted, size_t most) {
  std::vector<AxisBlock> blocks;
  if (sorted.empty()) return blocks;
  const unsigned prefix = longest_prefix(sorted, std::max<size_t>(most, 1));
  const auto in_block = [&](const Address& one, const Address& other) {
    return one.network == other.network &&
           common_bits(one, other) >= std::min(prefix, address_bits(one.network));
  };
  for (uint32_t row = 0; row < sorted.size(); ++row) {
    const Address& address = sorted[row];
    if (row > 0 && in_block(sorted[row - 1], address)) {
      blocks.back().last = row;
      continue;
    }
    const unsigned bits = address_bits(address.network);
    blocks.push_back({row, row,
                      prefix >= bits ? to_string(address)
                                     : to_string(first_of_block(address, prefix)) + '/' +
                                           std::to_string(prefix)});
  }
  std::vector<size_t> order(blocks.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return blocks[a].last - blocks[a].first > blocks[b].last - blocks[b].first;
  });
  keep_apart(blocks, order, sorted.size(), most);
  return blocks;
}

std::vector<AxisBlock> service_blocks(std::span<const Service> sorted, size_t most) {
  const auto rows = static_cast<uint32_t>(sorted.size());
  std::vector<uint32_t> chosen;
  if (rows == 0) return {};
  chosen.push_back(0);
  if (rows > 1) chosen.push_back(rows - 1);
  for (uint32_t row = 1; row + 1 < rows; ++row) {
    const uint16_t port = sorted[row].port;
    constexpr uint16_t kMostFamiliar[] = {21, 22, 23, 25, 53, 80, 110, 139, 443, 445};
    const bool is_listed =
        std::binary_search(std::begin(kMostFamiliar), std::end(kMostFamiliar), port) ||
        std::binary_search(std::begin(kWellKnownPorts), std::end(kWellKnownPorts), port);
    if (is_listed) chosen.push_back(row);
  }
  const uint32_t step = std::max<uint32_t>(1, rows / static_cast<uint32_t>(4 * most + 1));
  for (uint32_t row = 0; row < rows; row += step) chosen.push_back(row);
  std::vector<AxisBlock> blocks;
  std::vector<size_t> order;
  for (const uint32_t row : chosen) {
    order.push_back(blocks.size());
    blocks.push_back({row, row, service_text(sorted[row])});
  }
  keep_apart(blocks, order, rows, most);
  std::erase_if(blocks, [](const AxisBlock& block) { return block.text.empty(); });
  std::sort(blocks.begin(), blocks.end(),
            [](const AxisBlock& a, const AxisBlock& b) { return a.first < b.first; });
  return blocks;
}

}  // namespace fanout

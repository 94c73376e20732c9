// An estimate of how many distinct values were added, in fixed memory.
#ifndef FANOUT_TAP_COUNT_SKETCH_H_
#define FANOUT_TAP_COUNT_SKETCH_H_

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>

namespace fanout {

/// HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007) with 2^kBits registers, and the estimator
/// of Ertl ("New cardinality estimation algorithms for HyperLogLog sketches", 2017), which is
/// unbiased for all counts; the paper's is 2 to 3 % too high where its small-range correction ends.
/// Values must arrive hashed: equal values with equal hashes, the bits uniform.
template <int kBits>
class Sketch {
 public:
  static constexpr size_t kRegisters = size_t{1} << kBits;

  /// Adds a hashed value; true if that changed the estimate, which only a new value does. O(1).
  bool add(uint64_t hash) {
    const size_t index = hash >> (64 - kBits);
    const uint64_t rest = (hash << kBits) | (uint64_t{1} << (kBits - 1));
    const auto rank = static_cast<uint8_t>(std::countl_zero(rest) + 1);
    if (rank <= registers_[index]) return false;
    registers_[index] = rank;
    return true;
  }

  /// The estimated number of distinct values. O(registers).
  double estimate() const {
    constexpr double m = kRegisters;
    constexpr double alpha = 0.5 / std::numbers::ln2;
    std::array<uint32_t, kMostRank + 1> counts{};  // of the registers with a rank
    for (const uint8_t rank : registers_) ++counts[rank];
    double sum = m * saturated_share(1 - counts[kMostRank] / m);
    for (int rank = kMostRank - 1; rank >= 1; --rank) sum = 0.5 * (sum + counts[rank]);
    return alpha * m * m / (sum + m * empty_share(counts[0] / m));
  }

  /// The standard error of `estimate`, as a fraction of it: 1.04 / sqrt(registers), as in the
  /// paper.
  static double standard_error() { return 1.04 / std::sqrt(static_cast<double>(kRegisters)); }

 private:
  static_assert(kBits >= 7 && kBits <= 16);
  static constexpr int kMostRank = 64 - kBits + 1;

  // Ertl's sigma: what the empty registers stand for. Infinite for 1: nothing was added.
  static double empty_share(double x) {
    if (x == 1) return std::numeric_limits<double>::infinity();
    double sum = x;
    double before = -1;
    for (double power = 1; sum != before; power += power) {
      x *= x;
      before = sum;
      sum += x * power;
    }
    return sum;
  }

  // Ertl's tau: what the registers stand for that can rise no further.
  static double saturated_share(double x) {
    if (x == 0 || x == 1) return 0;
    double sum = 1 - x;
    double before = -1;
    for (double power = 0.5; sum != before; power *= 0.5) {
      x = std::sqrt(x);
      before = sum;
      sum -= (1 - x) * (1 - x) * power;
    }
    return sum / 3;
  }

  std::array<uint8_t, kRegisters> registers_{};
};

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_SKETCH_H_

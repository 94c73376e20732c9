// An estimate of how many distinct values were added, in fixed memory.
#ifndef FANOUT_TAP_SKETCH_H_
#define FANOUT_TAP_SKETCH_H_

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace fanout {

/// HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007) with 2^kBits registers and the small-range
/// correction of the paper. Values must arrive hashed: equal values with equal hashes, the bits
/// uniform.
template <int kBits>
class Sketch {
 public:
  static constexpr size_t kRegisters = size_t{1} << kBits;

  /// Adds a hashed value. O(1).
  void add(uint64_t hash) {
    const size_t index = hash >> (64 - kBits);
    const uint64_t rest = (hash << kBits) | (uint64_t{1} << (kBits - 1));
    const auto rank = static_cast<uint8_t>(std::countl_zero(rest) + 1);
    if (rank > registers_[index]) registers_[index] = rank;
  }

  /// The estimated number of distinct values. O(registers).
  double estimate() const {
    constexpr double m = kRegisters;
    constexpr double alpha = 0.7213 / (1 + 1.079 / m);  // the paper's, for m >= 128
    double sum = 0;
    int zeros = 0;
    for (const uint8_t rank : registers_) {
      sum += std::ldexp(1.0, -rank);
      zeros += rank == 0;
    }
    const double raw = alpha * m * m / sum;
    return raw <= 2.5 * m && zeros > 0 ? m * std::log(m / zeros) : raw;
  }

  /// The standard error of `estimate`, as a fraction of it: 1.04 / sqrt(registers), as in the paper.
  static double standard_error() { return 1.04 / std::sqrt(static_cast<double>(kRegisters)); }

 private:
  static_assert(kBits >= 7 && kBits <= 16);
  std::array<uint8_t, kRegisters> registers_{};
};

}  // namespace fanout

#endif  // FANOUT_TAP_SKETCH_H_

// Damaged frames: sound ones, changed at random where headers are sensitive.
#ifndef FANOUT_TESTS_FUZZ_DAMAGE_H_
#define FANOUT_TESTS_FUZZ_DAMAGE_H_

#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/both_paths.h"

namespace fanout {

/// The frames of a folder that tests/fuzz/corpus.py wrote, by link type. Throws std::runtime_error.
std::vector<std::vector<Frame>> read_seeds(const std::string& folder);

/// A frame made of those given, all of one link type: one of them with a source address of its own,
/// `number`, and none to five kinds of damage.
Frame damaged(const std::vector<Frame>& seeds, uint32_t number, std::mt19937& random);

}  // namespace fanout

#endif  // FANOUT_TESTS_FUZZ_DAMAGE_H_

// In: what all sources contact first. Out: blocks of addresses that several of them scan together,
// each so little that it is not accused alone.
#ifndef FANOUT_TAP_JUDGE_DISTRIBUTED_H_
#define FANOUT_TAP_JUDGE_DISTRIBUTED_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tap/count/engine.h"

namespace fanout {

/// Sources that share the addresses of one block, or of several, among themselves and request the
/// same service of them.
struct DistributedScan {
  std::vector<uint32_t> sources;  ///< numbers of the engine's, by address
  Service service;
  Address block;           ///< the first address of the first block
  uint64_t blocks = 1;     ///< of 256 addresses
  uint64_t contacts = 0;   ///< of one source with one host
  uint64_t hosts = 0;      ///< distinct ones
  uint64_t responded = 0;  ///< contacts that did
  /// The logarithm of the chance that so few of the contacts are with a host that another source
  /// contacts too, if the sources chose their hosts independently; of several blocks, the greatest.
  double log_chance = 0;
};

/// Finds distributed scans. A source belongs to one if it contacted two hosts of the block at least
/// and conversed with fewer than half of them. Two conditions accuse, with the bound that accuses a
/// single source, accusing_score():
/// - the contacts of all the sources, as if they were one source's, are those of a scanner;
/// - that independent sources repeat each other so little is as unlikely, after Bonferroni's
///   correction for the number of blocks that were tried.
/// `is_allowed` (may be empty) is true for a source that is never to be suspected. The result is in
/// the order of service and block. O(pairs and services), and for the blocks that many silent
/// contacts are in, O(n log n) in these; at most some 150 MB besides the result.
std::vector<DistributedScan> find_distributed_scans(
    const Engine& engine, const std::function<bool(const Address&)>& is_allowed);

/// The logarithm of the chance that sources which choose `choices[i]` distinct ones of `size`
/// things, each at random and independent of the others, choose at least `distinct` different ones
/// together. Preferences, whichever they are, only make it less likely: among all distributions the
/// uniform one repeats least (Munford, "A note on the uniformity assumption in the birthday
/// problem", 1977). O(the sum of choices × size).
double log_chance_of_distinct(std::span<const uint32_t> choices, size_t distinct, size_t size);

/// What is said of each of its sources: "one of 60 sources that together requested 445/tcp of 254
/// hosts, 192.0.2.0/24, none of them twice; by chance less than 1 in 10^12; 3 responded".
std::string distributed_text(const DistributedScan& scan);

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_DISTRIBUTED_H_

// In: the evidence about a source. Out: what the source is, a scanner or something else that
// contacts many.
#ifndef FANOUT_TAP_JUDGE_VERDICT_H_
#define FANOUT_TAP_JUDGE_VERDICT_H_

#include <cstdint>
#include <string>

#include "tap/count/engine.h"
#include "tap/judge/evidence.h"

namespace fanout {

/// What a source is. The first five accuse it; they can go together. The others exclude each
/// other.
enum class Verdict : uint8_t {
  kAddressScan,
  kPortScan,
  kArpScan,
  kNdpScan,
  kDistributedScan,  ///< judged with others, see find_distributed_scans()
  kClient,
  kServer,
  kRouter,
  kPeerToPeer,
  kBackscatter,
  kMulticast,
  kUnclear,
};
inline constexpr int kVerdicts = 12;
/// How many of them accuse.
inline constexpr int kAccusations = 5;

/// The name of a verdict in every report: "address-scan", "unclear", ...
const char* verdict_name(Verdict verdict);

/// A set of verdicts, in the order of their declaration.
class Verdicts {
 public:
  void add(Verdict verdict) { bits_ |= 1u << static_cast<int>(verdict); }
  /// Adds a verdict that accuses, in place of one that does not.
  void accuse(Verdict verdict) {
    if (!suspect()) bits_ = 0;
    add(verdict);
  }
  bool has(Verdict verdict) const { return (bits_ >> static_cast<int>(verdict) & 1) != 0; }
  bool none() const { return bits_ == 0; }
  /// Whether it accuses: whatever ends in "scan".
  bool suspect() const { return (bits_ & ((1u << kAccusations) - 1)) != 0; }

 private:
  uint16_t bits_ = 0;
};

/// The names of the verdicts, separated by ", ".
std::string verdicts_text(const Verdicts& verdicts);

/// Judges a source by the evidence, with `ports` as the user's threshold of failed services on one
/// host; see scanned_hosts(). The numbers and their reasons are in parameters.def.
Verdicts judge(const Source& source, const Evidence& evidence, uint64_t ports);

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_VERDICT_H_

// In: the evidence about a source. Out: the reason of its verdict, in words.
#ifndef FANOUT_TAP_JUDGE_REASON_H_
#define FANOUT_TAP_JUDGE_REASON_H_

#include <string>

#include "tap/count/engine.h"
#include "tap/judge/evidence.h"

namespace fanout {

/// The reason of a verdict in one line: "contacted 256 hosts first, 1 answered (0.4 %); 22/tcp on
/// all; 2 packets each; 256 in its busiest minute".
std::string reason(const Source& source, const Evidence& evidence);

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_REASON_H_

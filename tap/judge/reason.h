// In: the evidence about a source. Out: the reason of its verdict, in words.
#ifndef FANOUT_TAP_JUDGE_REASON_H_
#define FANOUT_TAP_JUDGE_REASON_H_

#include <string>

#include "tap/count/engine.h"
#include "tap/judge/evidence.h"

namespace fanout {

/// A service in a sentence: "445/tcp", "ICMP type 8", "IP protocol 47".
std::string service_in_words(const Service& service);

/// The reason of a verdict in one line. Of a scan it begins with what was scanned, how, and what
/// responded: "SYN to 22/tcp on 254 hosts, 198.51.100.0/24, 254 of 256 addresses, sequential; 2
/// responded (0.8 %); ...". `ports` is the user's threshold; see scanned_hosts().
std::string reason(const Source& source, const Evidence& evidence, uint64_t ports);

}  // namespace fanout

#endif  // FANOUT_TAP_JUDGE_REASON_H_

#include "verdict.h"

namespace fanout {

const char* verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAddressScan:
      return "address-scan";
    case Verdict::kPortScan:
      return "port-scan";
    case Verdict::kArpScan:
      return "arp-scan";
    case Verdict::kClient:
      return "client";
    case Verdict::kServer:
      return "server";
    case Verdict::kPeerToPeer:
      return "peer-to-peer";
    case Verdict::kBackscatter:
      return "backscatter";
    case Verdict::kMulticast:
      return "multicast";
    case Verdict::kUnclear:
      return "unclear";
  }
  return "";
}

Verdicts judge(const Source&, const Evidence&, uint64_t) { return {}; }
std::string reason(const Source&, const Evidence&) { return {}; }

}  // namespace fanout

#include "tap/judge/verdict.h"

#include <cmath>

#include "tap/judge/parameters.h"

namespace fanout {
namespace {

double accusing_score() {
  static const double kScore = std::log(kBeta / kAlpha);
  return kScore;
}

bool is_address_scan(const Evidence& evidence) {
  const uint64_t failed = evidence.contacted - evidence.answered + evidence.half_open;
  const uint64_t failed_there =
      evidence.scan_contacted - evidence.scan_answered + evidence.scan_half_open;
  const uint64_t failed_elsewhere = failed > failed_there ? failed - failed_there : 0;
  const double concentration =
      static_cast<double>(failed_there) * std::log(kScannerSameService / kPeerSameService) +
      static_cast<double>(failed_elsewhere) *
          std::log((1 - kScannerSameService) / (1 - kPeerSameService));
  return evidence.scan_score > accusing_score() && concentration > accusing_score();
}

bool is_port_scan(const Evidence& evidence, uint64_t ports) {
  return evidence.failed_on_one_host > ports;
}

bool is_arp_scan(const Evidence& evidence) {
  return evidence.arp_score > accusing_score() && evidence.arp_swept >= kFewestSwept;
}

// What a source is that does not scan: what most of its destinations say.
Verdict occupation(const Source& source, const Evidence& evidence) {
  const uint64_t hosts = source.destinations - evidence.multicast;
  if (2 * evidence.multicast > source.destinations) return Verdict::kMulticast;
  if (2 * evidence.unsolicited > hosts) return Verdict::kBackscatter;
  if (2 * (evidence.replied + evidence.served) > hosts) return Verdict::kServer;
  const bool answered = evidence.contacted > 0 && 2 * evidence.answered >= evidence.contacted;
  const bool many_services = evidence.services > kFewPeers && evidence.contacted > kFewPeers &&
                             evidence.services * kHostsPerPeerService >= evidence.contacted;
  if (many_services && evidence.answered > 0) return Verdict::kPeerToPeer;
  if (answered && 2 * (evidence.contacted + evidence.cut_off) > hosts) return Verdict::kClient;
  if (2 * evidence.cut_off > hosts) return Verdict::kClient;
  return Verdict::kUnclear;
}

}  // namespace

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

std::string verdicts_text(const Verdicts& verdicts) {
  std::string text;
  for (int i = 0; i < kVerdicts; ++i) {
    if (!verdicts.has(static_cast<Verdict>(i))) continue;
    if (!text.empty()) text += ", ";
    text += verdict_name(static_cast<Verdict>(i));
  }
  return text;
}

Verdicts judge(const Source& source, const Evidence& evidence, uint64_t ports) {
  Verdicts verdicts;
  if (source.address.network == Network::kArp) {
    verdicts.add(is_arp_scan(evidence) ? Verdict::kArpScan : Verdict::kUnclear);
    return verdicts;
  }
  if (is_address_scan(evidence)) verdicts.add(Verdict::kAddressScan);
  if (is_port_scan(evidence, ports)) verdicts.add(Verdict::kPortScan);
  if (verdicts.none()) verdicts.add(occupation(source, evidence));
  return verdicts;
}

}  // namespace fanout

#include "tap/judge/verdict.h"

#include "tap/judge/parameters.h"

namespace fanout {
namespace {

bool is_port_scan(const Evidence& evidence, uint64_t ports) {
  return evidence.failed_on_one_host > ports || !scanned_hosts(evidence, ports).empty();
}

bool is_sweep(const Evidence& evidence) {
  return evidence.arp_score > accusing_score() && evidence.arp_swept >= kFewestSwept;
}

// What a source is that does not scan: what most of its destinations say.
Verdict occupation(const Source& source, const Evidence& evidence) {
  const uint64_t all = source.destinations - evidence.discovery;
  const uint64_t hosts = all - evidence.multicast;
  if (2 * evidence.multicast > all) return Verdict::kMulticast;
  if (2 * evidence.errors > hosts) return Verdict::kRouter;
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
    case Verdict::kNdpScan:
      return "ndp-scan";
    case Verdict::kDistributedScan:
      return "distributed-scan";
    case Verdict::kClient:
      return "client";
    case Verdict::kServer:
      return "server";
    case Verdict::kRouter:
      return "router";
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
  if (resolves_addresses(source.address.network)) {
    const bool is_arp = source.address.network == Network::kArp;
    const Verdict sweep = is_arp ? Verdict::kArpScan : Verdict::kNdpScan;
    verdicts.add(is_sweep(evidence) ? sweep : Verdict::kUnclear);
    return verdicts;
  }
  if (is_address_scan(evidence)) verdicts.add(Verdict::kAddressScan);
  if (is_port_scan(evidence, ports)) verdicts.add(Verdict::kPortScan);
  if (verdicts.none()) verdicts.add(occupation(source, evidence));
  return verdicts;
}

}  // namespace fanout

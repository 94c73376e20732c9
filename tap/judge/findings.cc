#include "tap/judge/findings.h"

#include <algorithm>
#include <tuple>

namespace fanout {
namespace {

// Whether the source's own ACK shows that the service answered, as where nothing else was captured.
bool was_acknowledged(const Pair& pair, Service service) {
  return pair.connected != 0 && pair.has(Pair::kContacted) && pair.has(Pair::kAnswered) &&
         has_handshake(service.transport);
}

Finding finding_of(const AnsweredService& answered) {
  Finding finding;
  const bool converses = answered.is_conversation();
  finding.state = converses ? FindingState::kConversation : FindingState::kOpen;
  finding.service = answered.service;
  finding.first_frame = converses ? answered.first_frame : answered.answer_frame;
  finding.last_frame = converses ? answered.last_frame : answered.answer_frame;
  finding.packets = answered.packets;
  finding.sent = answered.sent;
  finding.received = answered.received;
  if (answered.packets != 0) finding.after = answered.after;
  return finding;
}

// Looks through one pair after the other.
class Search {
 public:
  Search(const Engine& engine, Findings& findings) : engine_(engine), findings_(findings) {}

  void look_at(uint32_t number) {
    const Pair& pair = engine_.pair(number);
    const Address destination = engine_.destination(pair);
    if (pair.spoke == 0 || destination.is_multicast_or_broadcast()) return;
    const size_t before = findings_.rows.size();
    if (!resolves_addresses(destination.network)) add_services(number);
    const bool has_services = findings_.rows.size() > before;
    for (size_t i = before; i < findings_.rows.size(); ++i) {
      findings_.rows[i].destination = destination;
    }
    findings_.open_services += findings_.rows.size() - before;
    if (has_services || add_host(number, destination)) ++findings_.hosts_up;
  }

 private:
  void add_services(uint32_t number) {
    const Pair& pair = engine_.pair(number);
    engine_.for_each_service(number, [&](Service service, bool answered, uint64_t) {
      if (!answered || service.transport == Transport::kIcmp) return;
      if (const AnsweredService* known = engine_.answered_service(number, service)) {
        findings_.rows.push_back(finding_of(*known));
        findings_.conversations += known->is_conversation() ? 1 : 0;
      } else if (was_acknowledged(pair, service)) {
        Finding finding;
        finding.state = FindingState::kOpen;
        finding.service = service;
        finding.first_frame = finding.last_frame = pair.first_frame;
        findings_.rows.push_back(finding);
      }
    });
  }

  // Whether the host itself sent something after the source had contacted it.
  bool add_host(uint32_t number, const Address& destination) {
    const Pair& pair = engine_.pair(number);
    if (!pair.has(Pair::kContacted) && !pair.has(Pair::kPorts)) return false;
    const uint32_t opposite = engine_.opposite_of(number);
    const bool has_sent = opposite != kNone && (engine_.pair(opposite).spoke != 0 ||
                                                engine_.pair(opposite).has(Pair::kReplying));
    if (!has_sent && !pair.has(Pair::kAnswered)) return false;
    Finding finding;
    finding.destination = destination;
    finding.first_frame = has_sent ? engine_.pair(opposite).first_frame : pair.first_frame;
    finding.last_frame = finding.first_frame;
    findings_.rows.push_back(finding);
    return true;
  }

  const Engine& engine_;
  Findings& findings_;
};

}  // namespace

const char* finding_state_name(FindingState state) {
  switch (state) {
    case FindingState::kConversation:
      return "conversation";
    case FindingState::kOpen:
      return "open";
    case FindingState::kUp:
      return "up";
  }
  return "";
}

Findings gather_findings(const Engine& engine, std::span<const uint32_t> pairs) {
  Findings findings;
  Search search(engine, findings);
  for (const uint32_t pair : pairs) search.look_at(pair);
  const auto order = [](const Finding& finding) {
    const uint64_t bytes =
        finding.state == FindingState::kConversation ? UINT64_MAX - finding.bytes() : 0;
    return std::tuple(finding.state, bytes, finding.destination, finding.service);
  };
  std::sort(findings.rows.begin(), findings.rows.end(),
            [&](const Finding& a, const Finding& b) { return order(a) < order(b); });
  return findings;
}

}  // namespace fanout

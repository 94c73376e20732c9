#include "tap/judge/reason.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "tap/judge/parameters.h"

namespace fanout {
namespace {

std::string format(const char* pattern, auto... values) {
  char text[160];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

unsigned long long number(uint64_t value) { return value; }

// part / whole with one decimal, and a point whatever the locale.
std::string ratio(uint64_t part, uint64_t whole) {
  const uint64_t tenths = whole == 0 ? 0 : (10 * part + whole / 2) / whole;
  return format("%llu.%llu", number(tenths / 10), number(tenths % 10));
}

void append(std::string& sentence, const std::string& part) {
  if (part.empty()) return;
  if (!sentence.empty()) sentence += "; ";
  sentence += part;
}

std::string count_of(uint64_t count, const char* one, const char* more) {
  return format("%llu %s", number(count), count == 1 ? one : more);
}

std::string hosts_text(uint64_t count) { return count_of(count, "host", "hosts"); }

std::string responded(uint64_t answered, uint64_t contacted) {
  return format("%llu responded (%s %%)", number(answered),
                ratio(100 * answered, contacted).c_str());
}

std::string block_text(const Targets& targets) {
  std::string text;
  if (targets.prefix != 0) {
    text +=
        ", " + targets.block_text +
        format(", %llu of %llu addresses", number(targets.in_block), number(targets.block_size()));
  }
  if (targets.sequential) text += ", sequential";
  return text;
}

// How many are in the source's own network and in private addresses, and how many are not.
std::string whereabouts(const Targets& targets) {
  std::string text;
  const auto add = [&](uint64_t count, const char* where) {
    if (count == 0) return;
    if (!text.empty()) text += ", ";
    const std::string how_many =
        count == targets.count ? std::string("all") : format("%llu", number(count));
    text += how_many + where;
  };
  add(targets.in_own_network, " in its own network");
  add(targets.in_private, " in private addresses");
  add(targets.elsewhere, " in public addresses");
  return text;
}

// How often there was a new one, a second, a minute or an hour.
std::string rate_text(const Targets& targets) {
  constexpr uint64_t kMillisecond = 1'000'000;
  const uint64_t milliseconds = targets.lasted / kMillisecond;
  if (targets.count < 2 || milliseconds == 0) return {};
  const uint64_t steps = targets.count - 1;
  const auto text = [&](uint64_t unit, const char* name) {
    return ratio(steps * unit, milliseconds) + " new hosts " + name;
  };
  if (steps * 1000 >= milliseconds) return text(1000, "a second");
  if (steps * 60'000 >= milliseconds) return text(60'000, "a minute");
  return text(3'600'000, "an hour");
}

// What an address scan sends to whom.
std::string address_scan_text(const Evidence& evidence) {
  const Targets& targets = evidence.targets;
  std::string text = targets.probe_name.empty() ? "probes" : targets.probe_name;
  const Transport transport = evidence.scan_service.transport;
  if (evidence.scan_services > 1) {
    text += format(" to %llu services, mostly ", number(evidence.scan_services)) +
            service_in_words(evidence.scan_service) + ", on ";
  } else if (transport == Transport::kOther) {
    text += format(" %u to ", evidence.scan_service.port);
  } else {
    text += transport == Transport::kIcmp
                ? " to "
                : " to " + service_in_words(evidence.scan_service) + " on ";
  }
  return text + hosts_text(evidence.scan_contacted) + block_text(targets);
}

// "200 of 200 ports refused, silent or half-open on 10.0.0.20".
std::string failed_text(const ScannedHost& host) {
  return format("%llu of %llu %s refused, silent or half-open on ", number(host.failed),
                number(host.tried), things_name(host.things, false)) +
         to_string(host.address);
}

// The hosts whose ports are scanned: the first of them by name.
std::string port_scan_text(const std::vector<ScannedHost>& hosts) {
  constexpr size_t kNamed = 3;
  if (hosts.size() == 1) return failed_text(hosts[0]);
  std::string text = format("%s of %llu hosts scanned: ", things_name(hosts[0].things, false),
                            number(hosts.size()));
  for (size_t i = 0; i < std::min(hosts.size(), kNamed); ++i) {
    if (i > 0) text += ", ";
    text += to_string(hosts[i].address) + format(" (%llu of %llu refused, silent or half-open)",
                                                 number(hosts[i].failed), number(hosts[i].tried));
  }
  if (hosts.size() > kNamed) text += format(" and %llu more", number(hosts.size() - kNamed));
  return text;
}

// Who was looked for on the link.
std::string resolving_text(const Source& source, const Evidence& evidence) {
  const bool is_arp = source.address.network == Network::kArp;
  std::string text =
      format("%s for %s", is_arp ? "ARP requests" : "neighbour solicitations",
             count_of(source.destinations - evidence.multicast, "address", "addresses").c_str());
  append(text, format("%llu responded", number(evidence.answered)));
  if (evidence.arp_swept >= kFewestSwept && evidence.arp_score > accusing_score()) {
    append(text, format("%llu sequential or in a burst", number(evidence.arp_swept)) +
                     block_text(evidence.targets));
  }
  return text;
}

// Whom the source contacted, or scanned.
std::string contacts_text(const Evidence& evidence, uint64_t ports, uint64_t hosts) {
  const std::vector<ScannedHost> scanned = scanned_hosts(evidence, ports);
  const bool scans_addresses = is_address_scan(evidence);
  std::string text;
  if (scans_addresses) {
    append(text, address_scan_text(evidence));
    append(text, responded(evidence.scan_answered, evidence.scan_contacted));
  }
  if (!scanned.empty()) {
    const bool is_named = scans_addresses || evidence.targets.probe_name.empty();
    append(text,
           (is_named ? "" : evidence.targets.probe_name + " scan: ") + port_scan_text(scanned));
  }
  const bool is_all_said = scans_addresses && evidence.contacted == evidence.scan_contacted;
  if (evidence.contacted > 0 && !is_all_said) {
    append(text, "initiated contact with " + hosts_text(evidence.contacted) + ", " +
                     responded(evidence.answered, evidence.contacted));
  }
  if (evidence.half_open > 0) {
    append(text, count_of(evidence.half_open, "handshake", "handshakes") + " left half-open");
  }
  if (scanned.empty() && !evidence.failed_hosts.empty()) {
    append(text, failed_text(evidence.failed_hosts[0]));
  }
  if (!scans_addresses && evidence.top_service_hosts > 1) {
    append(text, service_in_words(evidence.top_service) +
                     (evidence.top_service_hosts >= hosts
                          ? std::string(" on all")
                          : format(" on %llu", number(evidence.top_service_hosts))));
  }
  if (evidence.services > 1 && (scans_addresses || evidence.top_service_hosts > 1)) {
    append(text, format("%llu %s in all", number(evidence.services),
                        things_name(evidence.things, false)));
  }
  if (scans_addresses) {
    append(text, whereabouts(evidence.targets));
    append(text, rate_text(evidence.targets));
  }
  return text;
}

}  // namespace

std::string service_in_words(const Service& service) {
  switch (service.transport) {
    case Transport::kTcp:
    case Transport::kUdp:
    case Transport::kSctp:
      return format("%u/%s", service.port, transport_name(service.transport));
    case Transport::kIcmp:
      return format("ICMP type %u", service.port);
    case Transport::kOther:
      return format("IP protocol %u", service.port);
  }
  return {};
}

std::string reason(const Source& source, const Evidence& evidence, uint64_t ports) {
  const uint64_t hosts = source.destinations - evidence.multicast - evidence.discovery;
  std::string sentence = resolves_addresses(source.address.network)
                             ? resolving_text(source, evidence)
                             : contacts_text(evidence, ports, hosts);
  if (evidence.tool != Tool::kNone) {
    append(sentence, std::string("probes look like ") + tool_name(evidence.tool) + "'s");
  }
  if (evidence.replied > 0) {
    append(sentence, "responded to " + hosts_text(evidence.replied));
  }
  if (evidence.unsolicited > 0) {
    append(sentence, "unsolicited SYN-ACK or RST to " + hosts_text(evidence.unsolicited));
  }
  if (evidence.served > 0) {
    append(sentence, "served " + hosts_text(evidence.served) + " whose requests were not captured");
  }
  if (evidence.cut_off > 0) {
    append(sentence, count_of(evidence.cut_off, "connection", "connections") +
                         " already open when the capture began");
  }
  if (evidence.errors > 0) {
    append(sentence, "ICMP errors to " + hosts_text(evidence.errors));
  }
  if (evidence.discovery > 0) {
    append(sentence, "neighbour or router discovery to " +
                         count_of(evidence.discovery, "address", "addresses"));
  }
  if (evidence.one_way && evidence.contacted > evidence.answered) {
    append(sentence, "only one direction captured, so silence is no evidence");
  }
  if (evidence.multicast > 0) {
    append(sentence, format("%llu multicast or broadcast", number(evidence.multicast)));
  }
  // Past the memory limit it is not known to how many.
  if (source.destinations > 0 && source.missed == 0) {
    append(sentence, ratio(source.packets, source.destinations) + " packets each");
  }
  append(sentence,
         format("up to %s a minute",
                count_of(evidence.busiest_minute, "new destination", "new destinations").c_str()));
  return sentence;
}

}  // namespace fanout

#include "tap/judge/reason.h"

#include <cstdio>

#include "tap/judge/parameters.h"
#include "tap/judge/verdict.h"

namespace fanout {
namespace {

std::string format(const char* pattern, auto... values) {
  char text[160];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

std::string service_text(const Service& service) {
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

unsigned long long number(uint64_t value) { return value; }

// part / whole with one decimal, and a point whatever the locale.
std::string ratio(uint64_t part, uint64_t whole) {
  const uint64_t tenths = whole == 0 ? 0 : (10 * part + whole / 2) / whole;
  return format("%llu.%llu", number(tenths / 10), number(tenths % 10));
}

void append(std::string& sentence, const std::string& part) {
  if (!sentence.empty()) sentence += "; ";
  sentence += part;
}

}  // namespace

std::string reason(const Source& source, const Evidence& evidence) {
  const bool is_arp = source.address.network == Network::kArp;
  const uint64_t hosts = source.destinations - evidence.multicast;
  std::string sentence;
  if (is_arp) {
    append(sentence, format("asked for %llu addresses, %llu answered", number(hosts),
                            number(evidence.answered)));
    if (evidence.arp_swept >= kFewestSwept) {
      append(sentence, format("%llu of them in order or in a burst", number(evidence.arp_swept)));
    }
  } else if (evidence.contacted > 0) {
    append(sentence,
           format("contacted %llu %s first, %llu answered (%s %%)", number(evidence.contacted),
                  evidence.contacted == 1 ? "host" : "hosts", number(evidence.answered),
                  ratio(100 * evidence.answered, evidence.contacted).c_str()));
  }
  if (evidence.half_open > 0) {
    append(sentence, format("left %llu of them half open", number(evidence.half_open)));
  }
  if (evidence.failed_on_one_host > 1) {
    append(sentence,
           format("%llu of %llu ports refused, silent or half open on ",
                  number(evidence.failed_on_one_host), number(evidence.services_on_one_host)) +
               to_string(evidence.failed_host));
  }
  if (!is_arp && evidence.top_service_hosts > 1) {
    append(sentence, service_text(evidence.top_service) +
                         (evidence.top_service_hosts >= hosts
                              ? std::string(" on all")
                              : format(" on %llu", number(evidence.top_service_hosts))));
    if (evidence.services > 1)
      append(sentence, format("%llu ports in all", number(evidence.services)));
  }
  if (evidence.replied > 0) {
    append(sentence, format("answered %llu that had sent first", number(evidence.replied)));
  }
  if (evidence.unsolicited > 0) {
    append(sentence, format("sent %llu an answer or a reset that nobody asked for",
                            number(evidence.unsolicited)));
  }
  if (evidence.served > 0) {
    append(sentence,
           format("served %llu whose requests were not captured", number(evidence.served)));
  }
  if (evidence.cut_off > 0) {
    append(sentence, format("%llu whose beginning was not captured", number(evidence.cut_off)));
  }
  if (evidence.multicast > 0) {
    append(sentence, format("%llu multicast or broadcast", number(evidence.multicast)));
  }
  // Past the memory limit it is not known to how many.
  if (source.destinations > 0 && source.missed == 0) {
    append(sentence, ratio(source.packets, source.destinations) + " packets each");
  }
  append(sentence, format("%llu in its busiest minute", number(evidence.busiest_minute)));
  return sentence;
}

}  // namespace fanout

#include "reference_reader.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "observation_text.h"

namespace fanout {
namespace {

// Thrown where the frame ends too early, or holds what the reference does not know.
struct NotCertain {};

// Takes bytes off the front of a copy.
class Cursor {
 public:
  explicit Cursor(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}

  std::vector<uint8_t> take(size_t count) {
    if (count > bytes_.size()) throw NotCertain();
    const auto end = bytes_.begin() + static_cast<ptrdiff_t>(count);
    std::vector<uint8_t> taken(bytes_.begin(), end);
    bytes_.erase(bytes_.begin(), end);
    return taken;
  }
  uint32_t number(size_t count) {
    uint32_t result = 0;
    for (const uint8_t byte : take(count)) result = result * 256 + byte;
    return result;
  }
  void drop(size_t count) { take(std::min(count, bytes_.size())); }
  uint8_t peek() const {
    if (bytes_.empty()) throw NotCertain();
    return bytes_[0];
  }
  void cut_to(size_t count) {
    if (bytes_.size() > count) bytes_.resize(count);
  }
  bool empty() const { return bytes_.empty(); }
  const std::vector<uint8_t>& all() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

struct Meaning {
  Role role;
  uint8_t request;
};

// Types of ICMP messages, by their names at IANA.
const std::map<uint8_t, Meaning> kIcmpTypes = {
    {0, {Role::kAnswer, 8}},    // Echo Reply
    {3, {Role::kError, 3}},     // Destination Unreachable
    {4, {Role::kError, 4}},     // Source Quench
    {5, {Role::kError, 5}},     // Redirect
    {8, {Role::kAsk, 8}},       // Echo
    {9, {Role::kAnswer, 10}},   // Router Advertisement
    {10, {Role::kAsk, 10}},     // Router Solicitation
    {11, {Role::kError, 11}},   // Time Exceeded
    {12, {Role::kError, 12}},   // Parameter Problem
    {13, {Role::kAsk, 13}},     // Timestamp
    {14, {Role::kAnswer, 13}},  // Timestamp Reply
    {15, {Role::kAsk, 15}},     // Information Request
    {16, {Role::kAnswer, 15}},  // Information Reply
    {17, {Role::kAsk, 17}},     // Address Mask Request
    {18, {Role::kAnswer, 17}},  // Address Mask Reply
    {42, {Role::kAsk, 42}},     // Extended Echo Request
    {43, {Role::kAnswer, 42}},  // Extended Echo Reply
};
const std::map<uint8_t, Meaning> kIcmpv6Types = {
    {128, {Role::kAsk, 128}},        // Echo Request
    {129, {Role::kAnswer, 128}},     // Echo Reply
    {133, {Role::kDiscovery, 133}},  // Router Solicitation
    {134, {Role::kDiscovery, 134}},  // Router Advertisement
    {135, {Role::kDiscovery, 135}},  // Neighbor Solicitation
    {136, {Role::kDiscovery, 136}},  // Neighbor Advertisement
    {137, {Role::kDiscovery, 137}},  // Redirect
    {139, {Role::kAsk, 139}},        // Node Information Query
    {140, {Role::kAnswer, 139}},     // Node Information Response
    {160, {Role::kAsk, 160}},        // Extended Echo Request
    {161, {Role::kAnswer, 160}},     // Extended Echo Reply
};

// What a scanner's probe is known by, besides its observation.
struct Traits {
  bool is_ipv4 = false;
  uint32_t id = 0;  // of IPv4's header
  bool may_be_fragmented = true;
};

// The tool whose TCP probe this looks like: `rest` begins with the sequence number.
Tool tool_of_tcp(Cursor rest, const Traits& traits, const Observation& observation) {
  try {
    const uint32_t sequence = rest.number(4);
    rest.take(4);
    const uint32_t header = rest.number(1) / 16 * 4;
    const uint32_t flags = rest.number(1);
    const uint32_t window = rest.number(2);
    rest.take(4);
    const auto destination = static_cast<uint32_t>(observation.destination.low);
    if (traits.is_ipv4 && observation.probe == Probe::kSyn) {
      if (sequence == destination) return Tool::kMirai;
      if (traits.id == 54321) return Tool::kZmap;
      const uint32_t mixed = destination ^ sequence ^ observation.destination_port;
      if (traits.id == mixed % 65536) return Tool::kMasscan;
    }
    if (window == 1024) {
      const bool has_syn = flags / 2 % 2 == 1;
      const bool has_ack = flags / 16 % 2 == 1;
      if (has_syn && header == 24) {
        const std::vector<uint8_t> option = rest.take(4);
        if (option[0] == 2 && option[1] == 4) return Tool::kNmap;
      }
      if (!has_syn && header == 20 && (!has_ack || sequence == 0)) return Tool::kNmap;
    }
    return window == 512 && header == 20 ? Tool::kHping : Tool::kNone;
  } catch (const NotCertain&) {
    return Tool::kNone;
  }
}

// The same of a UDP datagram; `rest` is its data.
Tool tool_of_udp(Cursor rest, const Traits& traits) {
  if (traits.is_ipv4 && traits.id == 54321) return Tool::kZmap;
  const std::vector<uint8_t> data = rest.all();
  const std::vector<std::vector<uint8_t>> beginnings = {
      {0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0},
      {119, 119, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, 118, 101, 114, 115, 105, 111, 110},
      {0, 1, 114, 55, 116, 102, 116, 112, 46, 116, 120, 116},
      {114, 254, 29, 19, 0, 0, 0, 0},
      {227, 0, 4, 250, 0, 1, 0, 0, 0, 1, 0, 0},
      {128, 240, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0},
      {48, 58, 2, 1, 3, 48, 15, 2, 2, 74, 105, 2},
      {0, 17, 34, 51, 68, 85, 102, 119, 0, 0, 0, 0},
      {79, 80, 84, 73, 79, 78, 83, 32, 115, 105, 112, 58, 110, 109}};
  for (const auto& begin : beginnings) {
    if (data.size() < begin.size()) continue;
    if (std::vector<uint8_t>(data.begin(), data.begin() + static_cast<ptrdiff_t>(begin.size())) ==
        begin) {
      return Tool::kNmap;
    }
  }
  return Tool::kNone;
}

// The same of an ICMP request of so many bytes.
Tool tool_of_icmp(const Cursor& cursor, uint32_t length, const Traits& traits) {
  if (traits.is_ipv4 && traits.id == 54321) return Tool::kZmap;
  const std::vector<uint8_t> message = cursor.all();
  const bool is_echo = message[0] == 8 || message[0] == 128;
  if (is_echo && length == 8) return Tool::kNmap;
  if (message[0] != 13 || length != 20 || message.size() < 20) return Tool::kNone;
  for (size_t i = 8; i < 20; ++i) {
    if (message[i] != 0) return Tool::kNone;
  }
  return Tool::kNmap;
}

// `length` is that of the TCP segment on the wire.
void read_tcp(Cursor& cursor, uint32_t length, const Traits& traits, const Carriers& carriers,
              Observation& observation) {
  observation.transport = Transport::kTcp;
  observation.source_port = static_cast<uint16_t>(cursor.number(2));
  observation.destination_port = static_cast<uint16_t>(cursor.number(2));
  const Cursor after_ports = cursor;
  cursor.take(8);
  const uint32_t header = cursor.number(1) / 16 * 4;
  const bool has_data = length > header;
  const uint32_t flags = cursor.number(1);
  const std::map<uint32_t, Probe> kinds = {
      {0x00, Probe::kNull}, {0x01, Probe::kFin},    {0x02, Probe::kSyn}, {0x04, Probe::kRst},
      {0x10, Probe::kAck},  {0x11, Probe::kMaimon}, {0x29, Probe::kXmas}};
  const auto kind = kinds.find(flags & 0x3f);
  if (kind != kinds.end()) {
    observation.probe = (flags & 0x10) != 0 && has_data ? Probe::kNone : kind->second;
  } else if ((flags & 0x14) == 0) {
    observation.probe = Probe::kFlags;
  }
  const bool syn = (flags & 2) != 0;
  const bool rst = (flags & 4) != 0;
  const bool ack = (flags & 16) != 0;
  if (rst) {
    observation.role = Role::kRefusal;
  } else if (syn && ack) {
    observation.role = Role::kAnswer;
  } else if (ack) {
    observation.role = Role::kData;
    if (has_data) observation.payload = length - header;
  } else {
    observation.role = Role::kAsk;
  }
  if (observation.probe != Probe::kNone && traits.may_be_fragmented) {
    observation.tool = tool_of_tcp(after_ports, traits, observation);
  }
  if (carriers.tcp[observation.source_port] || carriers.tcp[observation.destination_port]) {
    throw NotCertain();
  }
}

void read_udp(Cursor& cursor, uint32_t length, const Traits& traits, const Carriers& carriers,
              Observation& observation) {
  observation.transport = Transport::kUdp;
  observation.source_port = static_cast<uint16_t>(cursor.number(2));
  observation.destination_port = static_cast<uint16_t>(cursor.number(2));
  observation.role = Role::kDatagram;
  const bool is_quic = observation.destination_port == 443 && length >= 1208;
  observation.probe = is_quic ? Probe::kQuic : Probe::kUdp;
  const std::pair ports{observation.source_port, observation.destination_port};
  const bool is_from_system_port = ports.first < 1024 && ports.second >= 1024;
  const bool is_from_dhcp_server = ports == std::pair<uint16_t, uint16_t>{67, 68} ||
                                   ports == std::pair<uint16_t, uint16_t>{547, 546};
  if (length > 8) observation.payload = length - 8;
  if (is_from_system_port || is_from_dhcp_server) observation.role = Role::kAnswer;
  if (traits.may_be_fragmented) {
    Cursor data = cursor;
    data.drop(4);  // length and checksum
    observation.tool = tool_of_udp(data, traits);
  }
  if (carriers.udp[observation.source_port] || carriers.udp[observation.destination_port]) {
    throw NotCertain();
  }
}

void read_icmp(Cursor& cursor, bool is_ipv6, uint32_t length, const Traits& traits,
               Observation& observation) {
  const Cursor whole = cursor;
  const auto type = static_cast<uint8_t>(cursor.number(1));
  const auto& types = is_ipv6 ? kIcmpv6Types : kIcmpTypes;
  const auto found = types.find(type);
  Meaning meaning{Role::kData, type};
  if (found != types.end()) {
    meaning = found->second;
  } else if (is_ipv6 && type < 128) {
    meaning.role = Role::kError;  // RFC 4443: the upper bit separates errors from information
  }
  observation.transport = Transport::kIcmp;
  observation.role = meaning.role;
  if (meaning.role == Role::kAsk) {
    observation.probe = Probe::kIcmp;
    if (traits.may_be_fragmented) observation.tool = tool_of_icmp(whole, length, traits);
  }
  if (meaning.role == Role::kError) observation.probe = Probe::kError;
  const std::set<std::pair<int, int>> refusals =
      is_ipv6 ? std::set<std::pair<int, int>>{{1, 4}, {4, 1}}
              : std::set<std::pair<int, int>>{{3, 2}, {3, 3}};
  if (!cursor.empty() && refusals.count({type, static_cast<int>(cursor.number(1))}) > 0) {
    observation.probe = Probe::kNone;
  }
  observation.source_port = meaning.request;
  observation.destination_port = meaning.request;
}

void read_payload(uint32_t protocol, const Traits& traits, Cursor& cursor, uint32_t length,
                  const Carriers& carriers, Observation& observation) {
  const bool is_ipv6 = !traits.is_ipv4;
  switch (protocol) {
    case 6:
      return read_tcp(cursor, length, traits, carriers, observation);
    case 17:
      return read_udp(cursor, length, traits, carriers, observation);
    case 1:
      if (is_ipv6) throw NotCertain();
      return read_icmp(cursor, false, length, traits, observation);
    case 58:
      if (!is_ipv6) throw NotCertain();
      return read_icmp(cursor, true, length, traits, observation);
    case 2:                                                      // IGMP
      if (is_ipv6 || cursor.peek() == 0x14) throw NotCertain();  // PIM version 1, a tunnel
      break;
    case 59:  // nothing
      if (!is_ipv6) throw NotCertain();
      break;
    default:  // a tunnel, for all the reference knows
      throw NotCertain();
  }
  observation.role = Role::kDatagram;
  observation.probe = Probe::kProtocol;
  observation.transport = Transport::kOther;
  observation.source_port = static_cast<uint16_t>(protocol);
  observation.destination_port = static_cast<uint16_t>(protocol);
}

void read_ipv4(Cursor& cursor, uint32_t length, const Carriers& carriers,
               Observation& observation) {
  const uint32_t first = cursor.number(1);
  const uint32_t header = first % 16 * 4;
  cursor.take(1);
  const uint32_t total = cursor.number(2);
  const uint32_t id = cursor.number(2);
  const uint32_t fragment = cursor.number(2);
  cursor.take(1);
  const uint32_t protocol = cursor.number(1);
  cursor.take(2);
  observation.source = Address::ipv4(cursor.take(4).data());
  observation.destination = Address::ipv4(cursor.take(4).data());
  if (first / 16 != 4 || header < 20 || total < header || total > length) throw NotCertain();
  const bool more_fragments = (fragment & 0x2000) != 0;
  const uint32_t offset = fragment & 0x1fff;
  if (more_fragments || offset != 0) throw NotCertain();
  Cursor options(cursor.take(header - 20));
  while (!options.empty()) {
    const uint32_t kind = options.number(1);
    if (kind == 0) break;
    if (kind == 1) continue;
    if (kind == 131 || kind == 137) throw NotCertain();  // source routes
    const uint32_t size = options.number(1);
    if (size < 2) throw NotCertain();
    options.take(size - 2);
  }
  cursor.cut_to(total - header);  // what follows is padding of the link layer
  const Traits traits{true, id, fragment / 0x4000 % 2 == 0};
  read_payload(protocol, traits, cursor, total - header, carriers, observation);
}

void read_ipv6(Cursor& cursor, uint32_t length, const Carriers& carriers,
               Observation& observation) {
  const uint32_t version = cursor.number(4) >> 28;
  const uint32_t payload = cursor.number(2);
  uint32_t rest = payload;
  uint32_t next = cursor.number(1);
  cursor.take(1);
  observation.source = Address::ipv6(cursor.take(16).data());
  observation.destination = Address::ipv6(cursor.take(16).data());
  if (version != 6 || payload == 0 || payload + 40 > length) throw NotCertain();
  cursor.cut_to(payload);
  while (next == 0 || next == 60) {
    next = cursor.number(1);
    const uint32_t size = cursor.number(1);
    Cursor options(cursor.take(size * 8 + 6));
    rest -= size * 8 + 8;
    while (!options.empty()) {
      const uint32_t kind = options.number(1);
      if (kind == 0) continue;
      // Padding, tunnel encapsulation limit, router alert.
      if (kind != 1 && kind != 4 && kind != 5) throw NotCertain();
      const uint32_t size = options.number(1);
      if ((kind == 4 && size != 1) || (kind == 5 && size != 2)) throw NotCertain();
      options.take(size);
    }
  }
  read_payload(next, {}, cursor, rest, carriers, observation);
}

// True if the packet looks for somebody, or answers that.
bool read_arp(Cursor& cursor, Observation& observation) {
  cursor.take(2);
  const uint32_t protocol = cursor.number(2);
  const uint32_t hardware_size = cursor.number(1);
  const uint32_t protocol_size = cursor.number(1);
  const uint32_t operation = cursor.number(2);
  if (protocol != 0x0800 || protocol_size != 4) return false;
  cursor.take(hardware_size);
  observation.source = {Network::kArp, 0, cursor.number(4)};
  cursor.take(hardware_size);
  observation.destination = {Network::kArp, 0, cursor.number(4)};
  observation.transport = Transport::kOther;
  observation.role = operation == 1 ? Role::kAsk : Role::kAnswer;
  if (operation != 1 && operation != 2) return false;
  return observation.source.low != 0 && observation.source != observation.destination;
}

// The EtherType of what the cursor is left at, and how long that is on the wire.
uint32_t read_link(Link link, Cursor& cursor, uint32_t& length) {
  constexpr uint32_t kIpv4 = 0x0800;
  constexpr uint32_t kIpv6 = 0x86dd;
  uint32_t type = 0;
  switch (link) {
    case Link::kEthernet:
      cursor.take(12);
      type = cursor.number(2);
      length -= 14;
      break;
    case Link::kLinuxCooked:
      cursor.take(14);
      type = cursor.number(2);
      length -= 16;
      break;
    case Link::kLinuxCooked2:
      type = cursor.number(2);
      cursor.take(18);
      length -= 20;
      break;
    case Link::kRawIp:
      return cursor.peek() / 16 == 6 ? kIpv6 : kIpv4;
    case Link::kBsdLoopback:
    case Link::kOpenBsdLoopback: {
      const uint32_t family = cursor.number(4);
      length -= 4;
      for (const uint32_t known : {2, 24, 28, 30}) {
        const bool big_endian = family == known;
        const bool little_endian = link == Link::kBsdLoopback && family == known << 24;
        if (big_endian || little_endian) return known == 2 ? kIpv4 : kIpv6;
      }
      throw NotCertain();
    }
  }
  while (type == 0x8100 || type == 0x88a8 || type == 0x9100) {
    cursor.take(2);
    type = cursor.number(2);
    length -= 4;
  }
  return type;
}

bool same(const Observation& a, const Observation& b) {
  return a.source == b.source && a.destination == b.destination && a.role == b.role &&
         a.transport == b.transport && a.probe == b.probe && a.tool == b.tool &&
         a.source_port == b.source_port && a.destination_port == b.destination_port;
}

}  // namespace

ReferenceReading read_by_reference(Link link, const std::vector<uint8_t>& captured, uint32_t length,
                                   const Carriers& carriers) {
  Cursor cursor(captured);
  Observation observation;
  uint32_t type = 0;
  try {
    type = read_link(link, cursor, length);
  } catch (const NotCertain&) {
    return {{}, true};
  }
  try {
    switch (type) {
      case 0x0800:
        read_ipv4(cursor, length, carriers, observation);
        return {{observation}, false};
      case 0x86dd:
        read_ipv6(cursor, length, carriers, observation);
        return {{observation}, false};
      case 0x0806:
        if (!read_arp(cursor, observation)) return {};
        return {{observation}, false};
      default:
        return {{}, true};
    }
  } catch (const NotCertain&) {
    return {{}, type != 0x0806};  // ARP that was cut off shows nobody looking for anybody
  }
}

std::string disagreement(Link link, const std::vector<uint8_t>& captured, uint32_t length,
                         const Carriers& carriers) {
  const std::unique_ptr<uint8_t[]> exact(new uint8_t[captured.size()]);
  std::copy(captured.begin(), captured.end(), exact.get());
  const Bytes bytes(exact.get(), captured.size());
  Observation observation;
  const Reading reading = read_frame(link, bytes, length, carriers, observation);

  Observation ignored;
  read_transport(bytes, ignored);
  read_arp(bytes, ignored);
  const Bytes arp = find_arp(bytes);
  if (arp.data() < bytes.data() || arp.data() + arp.size() != bytes.data() + bytes.size()) {
    return "find_arp() leaves the frame";
  }

  if (reading != Reading::kObservation && reading != Reading::kNothing) return {};
  const ReferenceReading reference = read_by_reference(link, captured, length, carriers);
  if (reference.may_hold_more) return "the reference is not certain";
  if (reading == Reading::kNothing) {
    return reference.observations.empty() ? "" : "missed " + text_of(reference.observations[0]);
  }
  if (reference.observations.empty()) return "invented " + text_of(observation);
  if (same(observation, reference.observations[0])) return {};
  return "read " + text_of(observation) + " instead of " + text_of(reference.observations[0]);
}

}  // namespace fanout

#include "tap/count/transports.h"

#include <algorithm>

#include "tap/count/header_fields.h"

namespace fanout {
namespace {

constexpr size_t kSctpHeader = 12;

struct Message {
  Role role;
  uint8_t request;  ///< the type of the request that it is or answers
};

// The types of RFC 792, 950, 1256 and 8335.
Message icmp_message(uint8_t type) {
  switch (type) {
    case 8:   // echo
    case 10:  // router solicitation
    case 13:  // timestamp
    case 15:  // information
    case 17:  // address mask
    case 42:  // extended echo
      return {Role::kAsk, type};
    case 0:
      return {Role::kAnswer, 8};
    case 9:
    case 14:
    case 16:
    case 18:
    case 43:
      return {Role::kAnswer, static_cast<uint8_t>(type == 9 ? 10 : type - 1)};
    case 3:   // unreachable
    case 4:   // source quench
    case 5:   // redirect
    case 11:  // time exceeded
    case 12:  // parameter problem
      return {Role::kError, type};
    default:
      return {Role::kData, type};
  }
}

// The types of RFC 4443, 4620, 4861 and 8335.
Message icmpv6_message(uint8_t type) {
  switch (type) {
    case 128:  // echo
    case 139:  // node information
    case 160:  // extended echo
      return {Role::kAsk, type};
    case 129:
    case 140:
    case 161:
      return {Role::kAnswer, static_cast<uint8_t>(type - 1)};
    case 133:  // router solicitation
    case 134:  // router advertisement
    case kNeighbourSolicitation:
    case kNeighbourAdvertisement:
    case 137:  // redirect
      return {Role::kDiscovery, type};
    default:
      return {type < 128 ? Role::kError : Role::kData, type};
  }
}

// Whether an ICMP error comes from the destination of what it is about, which has no such port or
// protocol (RFC 1122, 3.2.2.1; RFC 4443, 3.1 and 3.4), and not from a router.
bool is_of_destination(uint8_t protocol, uint8_t type, uint8_t code) {
  if (protocol == kIcmp) return type == 3 && (code == 2 || code == 3);
  return (type == 1 && code == 4) || (type == 4 && code == 1);
}

Role tcp_role(uint8_t flags) {
  if ((flags & kRst) != 0) return Role::kRefusal;
  if ((flags & kAck) == 0) return Role::kAsk;
  return (flags & kSyn) != 0 ? Role::kAnswer : Role::kData;
}

// The scan types of nmap, by the flags they send (nmap's manual, "Port Scanning Techniques").
Probe tcp_probe(uint8_t flags, bool has_data) {
  constexpr uint8_t kAll = kFin | kSyn | kRst | kPsh | kAck | kUrg;
  if (has_data && (flags & kAck) != 0) return Probe::kNone;
  switch (flags & kAll) {
    case kSyn:
      return Probe::kSyn;
    case kFin:
      return Probe::kFin;
    case 0:
      return Probe::kNull;
    case kFin | kPsh | kUrg:
      return Probe::kXmas;
    case kRst:
      return Probe::kRst;
    case kAck:
      return Probe::kAck;
    case kFin | kAck:
      return Probe::kMaimon;
    default:
      return (flags & (kAck | kRst)) == 0 ? Probe::kFlags : Probe::kNone;
  }
}

// The chunk types of RFC 9260, 3.2.
void read_sctp_chunk(uint8_t type, Observation& observation) {
  switch (type) {
    case 1:  // INIT
      observation.role = Role::kAsk;
      observation.probe = Probe::kSctpInit;
      break;
    case 2:  // INIT ACK
      observation.role = Role::kAnswer;
      break;
    case 6:  // ABORT
      observation.role = Role::kRefusal;
      break;
    case 10:  // COOKIE ECHO
      observation.probe = Probe::kSctpCookie;
      break;
    default:
      break;
  }
}

// The bytes after a header of so many.
uint32_t rest_after(size_t header, size_t length) {
  return static_cast<uint32_t>(std::min<size_t>(length - std::min(header, length), UINT32_MAX));
}

// The data of an SCTP packet whose first chunk's header was captured: the first chunk is DATA, or
// what may stand before it (RFC 9260, 6.10), of which there is rarely more than one.
uint32_t sctp_data(Bytes payload, size_t length) {
  constexpr uint8_t kData = 0;
  constexpr uint8_t kSack = 3;
  constexpr uint8_t kCookieEcho = 10;
  constexpr uint8_t kCookieAck = 11;
  constexpr size_t kChunkHeader = 4;
  constexpr size_t kDataHeader = 16;
  if (payload.size() < kSctpHeader + kChunkHeader) return 0;
  const uint8_t type = payload[kSctpHeader];
  if (type == kData) return rest_after(kSctpHeader + kDataHeader, length);
  if (type != kSack && type != kCookieEcho && type != kCookieAck) return 0;
  const size_t padded = (size_t{read16(payload, kSctpHeader + 2)} + 3) / 4 * 4;
  return rest_after(kSctpHeader + padded + kDataHeader, length);
}

// From a system port to one that is none (RFC 6335), or from a DHCP server to a client, whose
// question was broadcast (RFC 2131, 8415): an answer, even where the question is missing.
Role udp_role(uint16_t source, uint16_t destination) {
  constexpr uint16_t kSystemPorts = 1024;
  const bool is_dhcp = (source == 67 && destination == 68) || (source == 547 && destination == 546);
  const bool is_answer = source < kSystemPorts && destination >= kSystemPorts;
  return is_answer || is_dhcp ? Role::kAnswer : Role::kDatagram;
}

// Reads a TCP header of which 14 bytes were captured.
void read_tcp(Bytes payload, size_t length, size_t on_wire, Observation& observation) {
  const size_t header = size_t{payload[12]} / 16 * 4;
  observation.role = tcp_role(payload[13]);
  observation.probe = tcp_probe(payload[13], length > header);
  if (observation.role != Role::kData) return;
  observation.payload = rest_after(header, on_wire);
}

}  // namespace

bool read_payload(uint8_t protocol, Bytes payload, size_t length, Observation& observation) {
  observation.transport = Transport::kOther;
  observation.role = Role::kDatagram;
  observation.probe = Probe::kNone;
  observation.tool = Tool::kNone;
  observation.source_port = observation.destination_port = protocol;
  observation.payload = 0;
  const size_t on_wire = length == kAnyLength ? payload.size() : length;
  const auto read_ports = [&](Transport transport) {
    observation.transport = transport;
    observation.role = Role::kData;
    observation.source_port = observation.destination_port = 0;
    if (payload.size() < 4) return false;
    observation.source_port = read16(payload, 0);
    observation.destination_port = read16(payload, 2);
    return true;
  };
  switch (protocol) {
    case kTcp: {
      constexpr size_t kUpToFlags = 14;
      if (!read_ports(Transport::kTcp)) return false;
      if (payload.size() >= kUpToFlags) {
        read_tcp(payload, length, on_wire, observation);
        return true;
      }
      // No stack sends so small a fragment (RFC 1858); nmap -f does, to hide the flags.
      if (length < kUpToFlags) {
        observation.role = Role::kAsk;
        observation.probe = Probe::kFlags;
      }
      return false;
    }
    case kUdp: {
      constexpr uint16_t kQuicPort = 443;
      constexpr size_t kUdpHeader = 8;
      constexpr size_t kQuicFirst = 1200;
      if (!read_ports(Transport::kUdp)) return false;
      observation.role = udp_role(observation.source_port, observation.destination_port);
      const bool is_quic = observation.destination_port == kQuicPort && length != kAnyLength &&
                           length >= kUdpHeader + kQuicFirst;
      observation.probe = is_quic ? Probe::kQuic : Probe::kUdp;
      observation.payload = rest_after(kUdpHeader, on_wire);
      return true;
    }
    case kSctp: {
      if (!read_ports(Transport::kSctp) || payload.size() <= kSctpHeader) return false;
      read_sctp_chunk(payload[kSctpHeader], observation);
      if (observation.role == Role::kData) observation.payload = sctp_data(payload, on_wire);
      return true;
    }
    case kIcmp:
    case kIcmpv6: {
      observation.transport = Transport::kIcmp;
      observation.role = Role::kData;
      observation.source_port = observation.destination_port = 0;
      if (payload.empty()) return false;
      const Message message =
          protocol == kIcmp ? icmp_message(payload[0]) : icmpv6_message(payload[0]);
      observation.role = message.role;
      if (message.role == Role::kAsk) observation.probe = Probe::kIcmp;
      if (message.role == Role::kError) {
        const bool is_refusal =
            payload.size() > 1 && is_of_destination(protocol, payload[0], payload[1]);
        observation.probe = is_refusal ? Probe::kNone : Probe::kError;
      }
      observation.source_port = observation.destination_port = message.request;
      return true;
    }
    default:
      observation.probe = Probe::kProtocol;
      return true;
  }
}

void read_later_fragment(Observation& observation) {
  observation.transport = Transport::kOther;
  observation.role = Role::kData;
  observation.probe = Probe::kNone;
  observation.tool = Tool::kNone;
  observation.source_port = observation.destination_port = 0;
  observation.payload = 0;
}

}  // namespace fanout

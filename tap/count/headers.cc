#include "tap/count/headers.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace fanout {
namespace {

constexpr uint16_t kEthertypeIpv4 = 0x0800;
constexpr uint16_t kEthertypeArp = 0x0806;
constexpr uint16_t kEthertypeIpv6 = 0x86dd;
constexpr uint16_t kEthertypeVlan = 0x8100;
constexpr uint16_t kEthertypeQinq = 0x88a8;
constexpr uint16_t kEthertypeOldQinq = 0x9100;  // from before 802.1ad
constexpr size_t kMostVlanTags = 4;  // Wireshark follows more, which are not seen in practice

constexpr uint8_t kIcmp = 1;
constexpr uint8_t kIgmp = 2;
constexpr uint8_t kTcp = 6;
constexpr uint8_t kUdp = 17;
constexpr uint8_t kIcmpv6 = 58;
constexpr uint8_t kHopByHop = 0;
constexpr uint8_t kRouting = 43;
constexpr uint8_t kFragment = 44;
constexpr uint8_t kAuthentication = 51;
constexpr uint8_t kSctp = 132;
constexpr uint8_t kNoNextHeader = 59;
constexpr uint8_t kDestinationOptions = 60;
constexpr size_t kMostExtensionHeaders = 8;

constexpr size_t kIpv4Header = 20;
constexpr size_t kIpv6Header = 40;

uint16_t read16(Bytes bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
uint32_t read32(Bytes bytes, size_t at) {
  return static_cast<uint32_t>(big_endian(bytes.data() + at, 4));
}

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
constexpr uint8_t kNeighbourSolicitation = 135;
constexpr uint8_t kNeighbourAdvertisement = 136;

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

constexpr uint8_t kFin = 0x01;
constexpr uint8_t kSyn = 0x02;
constexpr uint8_t kRst = 0x04;
constexpr uint8_t kPsh = 0x08;
constexpr uint8_t kAck = 0x10;
constexpr uint8_t kUrg = 0x20;

Role tcp_role(uint8_t flags) {
  if ((flags & kRst) != 0) return Role::kRefusal;
  if ((flags & kAck) == 0) return Role::kAsk;
  return (flags & kSyn) != 0 ? Role::kAnswer : Role::kData;
}

// The scan types of nmap, by the flags they send (nmap's manual, "Port Scanning Techniques").
Probe tcp_probe(uint8_t flags, bool has_data) {
  constexpr uint8_t kAll = kFin | kSyn | kRst | kPsh | kAck | kUrg;
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
      return has_data ? Probe::kNone : Probe::kAck;
    case kFin | kAck:
      return has_data ? Probe::kNone : Probe::kMaimon;
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

// From a system port to one that is none (RFC 6335), or from a DHCP server to a client, whose
// question was broadcast (RFC 2131, 8415): an answer, even where the question is missing.
Role udp_role(uint16_t source, uint16_t destination) {
  constexpr uint16_t kSystemPorts = 1024;
  const bool is_dhcp = (source == 67 && destination == 68) || (source == 547 && destination == 546);
  const bool is_answer = source < kSystemPorts && destination >= kSystemPorts;
  return is_answer || is_dhcp ? Role::kAnswer : Role::kDatagram;
}

// A length that is not known, as of what the network card segments.
constexpr size_t kAnyLength = SIZE_MAX;

// Reads a TCP header of which 14 bytes were captured.
void read_tcp(Bytes payload, size_t length, Observation& observation) {
  const size_t header = size_t{payload[12]} / 16 * 4;
  observation.role = tcp_role(payload[13]);
  observation.probe = tcp_probe(payload[13], length > header);
}

// Reads what follows the IP headers: `payload`, of which there were `length` bytes on the wire.
// False if too little of it was captured.
bool read_payload(uint8_t protocol, Bytes payload, size_t length, Observation& observation) {
  observation.transport = Transport::kOther;
  observation.role = Role::kDatagram;
  observation.probe = Probe::kNone;
  observation.source_port = observation.destination_port = protocol;
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
        read_tcp(payload, length, observation);
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
      return true;
    }
    case kSctp: {
      constexpr size_t kSctpHeader = 12;
      if (!read_ports(Transport::kSctp) || payload.size() <= kSctpHeader) return false;
      read_sctp_chunk(payload[kSctpHeader], observation);
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

// A fragment that is not the first: part of something, with no ports.
void read_later_fragment(Observation& observation) {
  observation.transport = Transport::kOther;
  observation.role = Role::kData;
  observation.probe = Probe::kNone;
  observation.source_port = observation.destination_port = 0;
}

bool begins_with(Bytes bytes, std::string_view beginning) {
  return bytes.size() >= beginning.size() &&
         std::memcmp(bytes.data(), beginning.data(), beginning.size()) == 0;
}

constexpr std::string_view kProxy1{"PROXY "};
constexpr std::string_view kProxy2{"\r\n\r\n\0\r\nQUIT\n", 12};

// The dissectors that Wireshark tries on any UDP port, that are on by default, and that lead to IP:
// mp2t, e100, redbackli, rftap, rpcap, peekremote, proxy and WireGuard, with its handshakes,
// without which what follows is not decrypted. `payload` may be cut short.
bool looks_like_tunnel_in_udp(Bytes payload, size_t length) {
  constexpr size_t kWireGuardInitiation = 148;
  constexpr size_t kWireGuardResponse = 92;
  constexpr size_t kWireGuardCookie = 64;
  constexpr std::string_view kPeekRemote{"\0\xff\xab\xcd", 4};
  constexpr size_t kE100Header = 28;
  constexpr size_t kMp2tPacket = 188;
  if (payload.size() < 4) return false;
  switch (payload[0]) {
    case 0x00:
      return payload[1] == 7 || begins_with(payload, kPeekRemote);
    case 0x01:
      if (payload[1] == 4 || length == kWireGuardInitiation) return true;
      return length >= kE100Header &&
             (payload.size() < 24 || read32(payload, 20) == length - kE100Header);
    case 0x02:
      return payload[1] == 4 || length == kWireGuardResponse;
    case 0x03:
      return payload[1] == 4 || length == kWireGuardCookie;
    case 0x04:
    case 0x14:
    case 0x28:
      return true;
    case 0x47:
      return length % kMp2tPacket == 0;
    default:
      return begins_with(payload, "RFta") || begins_with(payload, kProxy1) ||
             begins_with(payload, kProxy2);
  }
}

// The same for TCP (ifcp, fcip, tali, proxy), and the requests that turn an HTTP connection into
// something else: what follows in the stream does not show what it is.
bool tunnel_begins_in_tcp(Bytes payload) {
  constexpr auto kBeginnings =
      std::to_array<std::string_view>({"\x02\x01\xfd\xfe", "\x01\x01\xfe\xfe", "TALI", kProxy1,
                                       kProxy2, "CONNECT ", "SSTP_DUPLEX_POST "});
  return std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](std::string_view beginning) { return begins_with(payload, beginning); });
}

// Whether a control message of L2TP may leave the well-known port, which the rest of the tunnel
// then does without (RFC 2661, 8.1): to Wireshark, a conversation.
bool l2tp_moves(Bytes payload, const Observation& observation) {
  constexpr uint16_t kL2tp = 1701;
  const bool is_source = observation.source_port == kL2tp;
  const bool is_destination = observation.destination_port == kL2tp;
  const bool is_control = !payload.empty() && (payload[0] & 0x80) != 0;
  return is_source != is_destination && is_control;
}

// Whether this may be UMA's, which announces the UDP port that user data will come from.
bool uma_tells_port(Bytes payload, const Observation& observation) {
  constexpr uint16_t kUma = 14001;
  const bool is_uma = observation.source_port == kUma || observation.destination_port == kUma;
  return is_uma && !payload.empty();
}

// What Wireshark takes for a DNS answer on any UDP port, and what follows from it: names.
bool looks_like_dns_answer(Bytes payload) {
  if (payload.size() <= 12) return false;
  const uint16_t flags = read16(payload, 2);
  return (flags & 0x8000) != 0 && (flags & 0x7800) == 0 && read16(payload, 4) <= 1;
}

bool begins_with_text(Bytes data) {
  return data.size() > 4 &&
         std::all_of(data.begin(), data.begin() + 4, [](uint8_t c) { return c >= 32 && c < 127; });
}

// The content types and the major version of RFC 8446, 5.1.
bool begins_with_tls(Bytes data) {
  constexpr uint8_t kChangeCipherSpec = 20;
  constexpr uint8_t kApplicationData = 23;
  return data.size() >= 3 && data[0] >= kChangeCipherSpec && data[0] <= kApplicationData &&
         data[1] == 3 && data[2] <= 4;
}

// Of two ports, Wireshark asks the dissector of the lower one first, which here takes any payload.
bool lower_port_takes(const Observation& observation, const std::bitset<65536>& carriers,
                      const std::bitset<65536>& takers) {
  const auto [low, high] = std::minmax(observation.source_port, observation.destination_port);
  return low != high && takers[low] && !carriers[low];
}

// The same for TCP, where the port that the connection was opened to comes before the lower one:
// if that is the higher one, the full dissection must see the conversation from its beginning.
Reading read_colliding_ports(Bytes segment, Bytes data, const Carriers& carriers,
                             const Observation& observation) {
  constexpr uint8_t kSyn = 0x02;
  constexpr uint8_t kAck = 0x10;
  const bool takes_all = lower_port_takes(observation, carriers.tcp, carriers.tcp_takers);
  const bool takes_binary =
      lower_port_takes(observation, carriers.tcp, carriers.tcp_takers_of_binary);
  if (!takes_all && !takes_binary) return Reading::kUnknown;
  const uint8_t flags = segment[13];
  if ((flags & kSyn) == 0) {
    if (takes_all) return Reading::kObservation;
    if (begins_with_text(data)) return Reading::kPartOfTlsOrText;
    return begins_with_tls(data) ? Reading::kTlsRecord : Reading::kObservation;
  }
  const bool is_from_server = (flags & kAck) != 0;
  const bool source_is_lower = observation.source_port < observation.destination_port;
  return is_from_server == source_is_lower ? Reading::kObservation : Reading::kTunnelBegins;
}

// Whether the payload, that of an IP datagram, cannot hold a further IP header.
Reading read_end(uint8_t protocol, Bytes payload, size_t length, const Carriers& carriers,
                 const Observation& observation) {
  constexpr size_t kUdpHeader = 8;
  switch (protocol) {
    case kTcp: {
      const size_t header = size_t{payload[12]} / 16 * 4;
      const Bytes data = payload.size() > header ? payload.subspan(header) : Bytes();
      if (carriers.tcp[observation.source_port] || carriers.tcp[observation.destination_port]) {
        if (uma_tells_port(data, observation)) return Reading::kTunnelsBeginAnywhere;
        const Reading reading = read_colliding_ports(payload, data, carriers, observation);
        if (reading == Reading::kPartOfTlsOrText && tunnel_begins_in_tcp(data)) {
          return Reading::kTunnelBegins;
        }
        if (reading != Reading::kObservation) return reading;
      }
      if (data.empty()) return Reading::kObservation;
      if (tunnel_begins_in_tcp(data)) return Reading::kTunnelBegins;
      const bool is_rpcap = data.size() >= 2 && data[0] == 0 && data[1] == 7;
      return is_rpcap ? Reading::kUnknown : Reading::kObservation;
    }
    case kUdp: {
      const bool has_data = payload.size() > kUdpHeader && length > kUdpHeader;
      const Bytes data = has_data ? payload.subspan(kUdpHeader) : Bytes();
      if (carriers.udp[observation.source_port] || carriers.udp[observation.destination_port]) {
        if (l2tp_moves(data, observation)) return Reading::kTunnelBeginsBetweenHosts;
        if (!lower_port_takes(observation, carriers.udp, carriers.udp_takers)) {
          return Reading::kUnknown;
        }
      }
      if (!has_data) return Reading::kObservation;
      // Behind what UDP says is its length, there may be options (RFC 9868).
      const size_t datagram = std::clamp<size_t>(read16(payload, 4), kUdpHeader, length);
      if (looks_like_tunnel_in_udp(data, datagram - kUdpHeader)) return Reading::kUnknown;
      if (carriers.dns_anywhere && looks_like_dns_answer(data)) return Reading::kUnknown;
      return Reading::kObservation;
    }
    case kIgmp: {
      constexpr uint8_t kPimVersion1 = 0x14;
      const bool is_pim = payload.empty() || payload[0] == kPimVersion1;
      return is_pim ? Reading::kUnknown : Reading::kObservation;
    }
    case kIcmp:
    case kIcmpv6:  // what they quote is not counted
    case kNoNextHeader:
      return Reading::kObservation;
    default:
      return Reading::kUnknown;
  }
}

// Source routes put the last destination elsewhere: not read here. Neither is what is malformed.
bool plain_ipv4_options(Bytes options) {
  constexpr uint8_t kEnd = 0;
  constexpr uint8_t kNop = 1;
  constexpr uint8_t kLooseSourceRoute = 131;
  constexpr uint8_t kStrictSourceRoute = 137;
  for (size_t at = 0; at < options.size();) {
    const uint8_t type = options[at];
    if (type == kEnd) return true;
    if (type == kNop) {
      ++at;
      continue;
    }
    if (type == kLooseSourceRoute || type == kStrictSourceRoute) return false;
    if (at + 1 >= options.size() || options[at + 1] < 2) return false;
    at += options[at + 1];
    if (at > options.size()) return false;
  }
  return true;
}

// `length` is that of the packet on the wire, with what may pad it.
Reading read_ipv4(Bytes packet, uint32_t length, const Carriers& carriers,
                  Observation& observation) {
  if (packet.size() < kIpv4Header || packet[0] >> 4 != 4) return Reading::kUnknown;
  observation.source = Address::ipv4(&packet[12]);
  observation.destination = Address::ipv4(&packet[16]);
  const size_t header = size_t{packet[0] & 0x0fu} * 4;
  const uint32_t total = read16(packet, 2);
  if (header < kIpv4Header || packet.size() < header || total < header || total > length) {
    return Reading::kUnknown;
  }
  const bool is_fragment = (read16(packet, 6) & 0x3fff) != 0;
  if (is_fragment || !plain_ipv4_options(packet.subspan(kIpv4Header, header - kIpv4Header))) {
    return Reading::kUnknown;
  }
  const uint8_t protocol = packet[9];
  const Bytes datagram = packet.first(std::min<size_t>(packet.size(), total));
  if (protocol == kIcmpv6 || protocol == kNoNextHeader ||
      !read_payload(protocol, datagram.subspan(header), total - header, observation)) {
    return Reading::kUnknown;
  }
  return read_end(protocol, datagram.subspan(header), total - header, carriers, observation);
}

// Options that move an address or the length: the Home Address (RFC 6275), Jumbo Payload (RFC
// 2675).
bool plain_ipv6_options(Bytes options) {
  constexpr uint8_t kPad1 = 0;
  constexpr uint8_t kHomeAddress = 0xc9;
  constexpr uint8_t kJumboPayload = 0xc2;
  for (size_t at = 0; at < options.size();) {
    const uint8_t type = options[at];
    if (type == kPad1) {
      ++at;
      continue;
    }
    if (type == kHomeAddress || type == kJumboPayload || at + 1 >= options.size()) return false;
    at += size_t{2} + options[at + 1];
    if (at > options.size()) return false;
  }
  return true;
}

Reading read_ipv6(Bytes packet, uint32_t length, const Carriers& carriers,
                  Observation& observation) {
  if (packet.size() < kIpv6Header || packet[0] >> 4 != 6) return Reading::kUnknown;
  observation.source = Address::ipv6(&packet[8]);
  observation.destination = Address::ipv6(&packet[24]);
  const uint32_t payload_length = read16(packet, 4);
  if (payload_length == 0 || kIpv6Header + payload_length > length) return Reading::kUnknown;
  Bytes payload = packet.first(std::min<size_t>(packet.size(), kIpv6Header + payload_length))
                      .subspan(kIpv6Header);
  uint8_t protocol = packet[6];
  size_t rest = payload_length;
  for (size_t i = 0; protocol == kHopByHop || protocol == kDestinationOptions; ++i) {
    if (i == kMostExtensionHeaders || payload.size() < 8) return Reading::kUnknown;
    const size_t header = (size_t{payload[1]} + 1) * 8;
    if (payload.size() < header || !plain_ipv6_options(payload.subspan(2, header - 2))) {
      return Reading::kUnknown;
    }
    protocol = payload[0];
    payload = payload.subspan(header);
    rest -= header;
  }
  if (protocol == kIcmp || protocol == kIgmp ||
      !read_payload(protocol, payload, rest, observation)) {
    return Reading::kUnknown;
  }
  return read_end(protocol, payload, rest, carriers, observation);
}

Reading read_ethertype(uint16_t type, Bytes payload, uint32_t length, const Carriers& carriers,
                       Observation& observation) {
  const auto is_tag = [](uint16_t type) {
    return type == kEthertypeVlan || type == kEthertypeQinq || type == kEthertypeOldQinq;
  };
  for (size_t tags = 0; is_tag(type); ++tags) {
    if (tags == kMostVlanTags || payload.size() < 4 || length < 4) return Reading::kUnknown;
    type = read16(payload, 2);
    payload = payload.subspan(4);
    length -= 4;
  }
  switch (type) {
    case kEthertypeIpv4:
      return read_ipv4(payload, length, carriers, observation);
    case kEthertypeIpv6:
      return read_ipv6(payload, length, carriers, observation);
    case kEthertypeArp:
      return read_arp(payload, observation) ? Reading::kObservation : Reading::kNothing;
    default:
      return Reading::kUnknown;
  }
}

// Linux cooked captures give an EtherType only for hardware that has one (ARPHRD_… of Linux).
bool cooked_type_is_ethertype(uint16_t hardware) {
  constexpr uint16_t kEther = 1;
  constexpr uint16_t kPpp = 512;
  constexpr uint16_t kLoopback = 772;
  constexpr uint16_t kNone = 0xfffe;
  return hardware == kEther || hardware == kPpp || hardware == kLoopback || hardware == kNone;
}

Reading read_ip(Bytes packet, uint32_t length, const Carriers& carriers, Observation& observation) {
  if (packet.empty()) return Reading::kUnknown;
  return packet[0] >> 4 == 6 ? read_ipv6(packet, length, carriers, observation)
                             : read_ipv4(packet, length, carriers, observation);
}

Reading read_raw_ip(Bytes packet, uint32_t length, const Carriers& carriers,
                    Observation& observation) {
  // Wireshark looks for PPP headers and ten zeros at these places first.
  constexpr uint16_t kPppHeader = 0xff03;
  if (packet.size() < kIpv4Header || read16(packet, 1) == kPppHeader ||
      read16(packet, 6) == kPppHeader) {
    return Reading::kUnknown;
  }
  return read_ip(packet, length, carriers, observation);
}

// The address families of the BSDs: 2 is IPv4, and IPv6 has a number for each of them.
Reading read_family(uint32_t family, Bytes packet, uint32_t length, const Carriers& carriers,
                    Observation& observation) {
  switch (family) {
    case 2:
      return read_ipv4(packet, length, carriers, observation);
    case 24:
    case 28:
    case 30:
      return read_ipv6(packet, length, carriers, observation);
    default:
      return Reading::kUnknown;
  }
}

}  // namespace

Reading read_frame(Link link, Bytes captured, uint32_t length, const Carriers& carriers,
                   Observation& observation) {
  constexpr size_t kEthernetHeader = 14;
  constexpr size_t kCookedHeader = 16;
  constexpr size_t kCooked2Header = 20;
  constexpr size_t kFamilyHeader = 4;
  if (length < captured.size()) return Reading::kUnknown;
  const auto is_at_least = [&](size_t size) { return captured.size() >= size; };
  const auto rest = [&](size_t header) { return length - static_cast<uint32_t>(header); };
  switch (link) {
    case Link::kEthernet: {
      constexpr uint16_t kLeastEthertype = 0x600;
      if (!is_at_least(kEthernetHeader)) return Reading::kUnknown;
      const uint16_t type = read16(captured, 12);
      if (type < kLeastEthertype) return Reading::kUnknown;
      return read_ethertype(type, captured.subspan(kEthernetHeader), rest(kEthernetHeader),
                            carriers, observation);
    }
    case Link::kLinuxCooked:
      if (!is_at_least(kCookedHeader) || !cooked_type_is_ethertype(read16(captured, 2))) {
        return Reading::kUnknown;
      }
      return read_ethertype(read16(captured, 14), captured.subspan(kCookedHeader),
                            rest(kCookedHeader), carriers, observation);
    case Link::kLinuxCooked2:
      if (!is_at_least(kCooked2Header) || !cooked_type_is_ethertype(read16(captured, 8))) {
        return Reading::kUnknown;
      }
      return read_ethertype(read16(captured, 0), captured.subspan(kCooked2Header),
                            rest(kCooked2Header), carriers, observation);
    case Link::kRawIp:
      return read_raw_ip(captured, length, carriers, observation);
    case Link::kBsdLoopback: {
      if (!is_at_least(kFamilyHeader)) return Reading::kUnknown;
      const uint32_t family = read32(captured, 0);
      const uint32_t swapped =
          (family & 0xff) << 24 | (family & 0xff00) << 8 | (family >> 8 & 0xff00) | family >> 24;
      return read_family(std::min(family, swapped), captured.subspan(kFamilyHeader),
                         rest(kFamilyHeader), carriers, observation);
    }
    case Link::kOpenBsdLoopback:
      if (!is_at_least(kFamilyHeader)) return Reading::kUnknown;
      return read_family(read32(captured, 0), captured.subspan(kFamilyHeader), rest(kFamilyHeader),
                         carriers, observation);
  }
  return Reading::kUnknown;
}

void read_transport(Bytes packet, Observation& observation) {
  read_later_fragment(observation);
  if (packet.empty()) return;
  if (packet[0] >> 4 == 4) {
    if (packet.size() < kIpv4Header) return;
    const size_t header = size_t{packet[0] & 0x0fu} * 4;
    const bool is_later_fragment = (read16(packet, 6) & 0x1fff) != 0;
    if (is_later_fragment || header < kIpv4Header) return;
    const size_t total = std::max<size_t>(header, read16(packet, 2));
    const bool is_length_known = read16(packet, 2) != 0;
    if (is_length_known) packet = packet.first(std::min(packet.size(), total));
    read_payload(packet[9], packet.subspan(std::min(packet.size(), header)),
                 is_length_known ? total - header : kAnyLength, observation);
    return;
  }
  if (packet[0] >> 4 != 6 || packet.size() < kIpv6Header) return;
  const size_t length = read16(packet, 4);
  if (length != 0) packet = packet.first(std::min(packet.size(), kIpv6Header + length));
  uint8_t protocol = packet[6];
  Bytes payload = packet.subspan(kIpv6Header);
  size_t rest = length == 0 ? kAnyLength : length;
  for (;;) {
    size_t header = 0;
    switch (protocol) {
      case kHopByHop:
      case kRouting:
      case kDestinationOptions:
        if (payload.size() < 8) return;
        header = (size_t{payload[1]} + 1) * 8;
        break;
      case kAuthentication:
        if (payload.size() < 8) return;
        header = (size_t{payload[1]} + 2) * 4;
        break;
      case kFragment:
        if (payload.size() < 8 || (read16(payload, 2) & 0xfff8) != 0) return;
        header = 8;
        break;
      default:
        read_payload(protocol, payload, rest, observation);
        return;
    }
    if (payload.size() < header) return;
    protocol = payload[0];
    payload = payload.subspan(header);
    if (rest != kAnyLength) rest -= header;
  }
}

bool read_arp(Bytes packet, Observation& observation) {
  constexpr size_t kFixed = 8;
  constexpr uint16_t kRequest = 1;
  constexpr uint16_t kReply = 2;
  if (packet.size() < kFixed || read16(packet, 2) != kEthertypeIpv4 || packet[5] != 4) return false;
  const size_t hardware = packet[4];
  const uint16_t operation = read16(packet, 6);
  if (packet.size() < kFixed + 2 * (hardware + 4)) return false;
  observation.source = Address::ipv4(&packet[kFixed + hardware], Network::kArp);
  observation.destination = Address::ipv4(&packet[kFixed + 2 * hardware + 4], Network::kArp);
  observation.transport = Transport::kOther;
  observation.probe = Probe::kNone;
  observation.source_port = observation.destination_port = 0;
  const bool looks_for_nobody =
      observation.source.low == 0 || observation.source == observation.destination;
  if (looks_for_nobody || (operation != kRequest && operation != kReply)) return false;
  observation.role = operation == kRequest ? Role::kAsk : Role::kAnswer;
  return true;
}

bool read_neighbour(Bytes packet, const Observation& header, Observation& neighbour) {
  constexpr size_t kHopLimitAt = 7;
  constexpr uint8_t kFromTheLink = 255;  // RFC 4861, 7.1: what comes from elsewhere is not valid
  constexpr size_t kTargetAt = 8;
  constexpr size_t kMessage = kTargetAt + 16;
  if (header.role != Role::kDiscovery || packet.size() < kIpv6Header ||
      packet[kHopLimitAt] != kFromTheLink) {
    return false;
  }
  const bool asks = header.destination_port == kNeighbourSolicitation;
  if (!asks && header.destination_port != kNeighbourAdvertisement) return false;
  uint8_t protocol = packet[6];
  Bytes message = packet.subspan(kIpv6Header);
  while (protocol == kHopByHop || protocol == kDestinationOptions) {
    if (message.size() < 8) return false;
    const size_t options = (size_t{message[1]} + 1) * 8;
    if (message.size() < options) return false;
    protocol = message[0];
    message = message.subspan(options);
  }
  if (protocol != kIcmpv6 || message.size() < kMessage) return false;
  const auto on_link = [](Address address) {
    address.network = Network::kNdp;
    return address;
  };
  const Address target = Address::ipv6(&message[kTargetAt], Network::kNdp);
  neighbour.source = asks ? on_link(header.source) : target;
  neighbour.destination = asks ? target : on_link(header.destination);
  neighbour.role = asks ? Role::kAsk : Role::kAnswer;
  neighbour.transport = Transport::kOther;
  neighbour.probe = Probe::kNone;
  neighbour.source_port = neighbour.destination_port = 0;
  const bool is_unspecified = neighbour.source.high == 0 && neighbour.source.low == 0;
  return !is_unspecified && neighbour.source != neighbour.destination &&
         !neighbour.destination.is_multicast_or_broadcast();
}

Bytes find_ipv6(Bytes frame, const Address& source, const Address& destination) {
  constexpr size_t kAtSource = 8;
  std::array<uint8_t, 32> addresses;
  std::copy_n(source.bytes().begin(), 16, addresses.begin());
  std::copy_n(destination.bytes().begin(), 16, addresses.begin() + 16);
  for (auto from = frame.begin();; ++from) {
    from = std::search(from, frame.end(), addresses.begin(), addresses.end());
    if (from == frame.end()) return {};
    const auto at = static_cast<size_t>(from - frame.begin());
    if (at >= kAtSource && frame[at - kAtSource] >> 4 == 6) return frame.subspan(at - kAtSource);
  }
}

Bytes find_arp(Bytes frame) {
  // Ethernet hardware, IPv4, lengths 6 and 4: how ARP begins nearly everywhere.
  constexpr std::array<uint8_t, 7> kBeginning{0, 1, 8, 0, 6, 4, 0};
  const auto found = std::search(frame.begin(), frame.end(), kBeginning.begin(), kBeginning.end());
  if (found != frame.end()) return frame.subspan(static_cast<size_t>(found - frame.begin()));
  // Other hardware, such as ARCnet's: a request or a reply for IPv4.
  constexpr size_t kFixed = 8;
  for (; frame.size() >= kFixed; frame = frame.subspan(1)) {
    const bool is_ipv4 = frame[0] == 0 && read16(frame, 2) == kEthertypeIpv4 && frame[5] == 4;
    if (is_ipv4 && frame[6] == 0 && (frame[7] == 1 || frame[7] == 2)) return frame;
  }
  return frame.last(0);
}

}  // namespace fanout

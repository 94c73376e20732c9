#include "tap/count/payloads.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "tap/count/header_fields.h"

namespace fanout {
namespace {

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

// Whether this may be UMA's, which announces the UDP port that user data will come from; `reading`
// is what its ports say: the other one may take it all, unless the connection was opened to UMA's.
bool uma_announces_port(Reading reading, Bytes payload, const Observation& observation) {
  constexpr uint16_t kUma = 14001;
  if (observation.source_port != kUma && observation.destination_port != kUma) return false;
  return reading == Reading::kTunnelBegins || (reading == Reading::kUnknown && !payload.empty());
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

}  // namespace

Reading read_end(uint8_t protocol, Bytes payload, size_t length, const Carriers& carriers,
                 const Observation& observation) {
  constexpr size_t kUdpHeader = 8;
  switch (protocol) {
    case kTcp: {
      const size_t header = size_t{payload[12]} / 16 * 4;
      const Bytes data = payload.size() > header ? payload.subspan(header) : Bytes();
      if (carriers.tcp[observation.source_port] || carriers.tcp[observation.destination_port]) {
        const Reading reading = read_colliding_ports(payload, data, carriers, observation);
        if (uma_announces_port(reading, data, observation)) return Reading::kTunnelsBeginAnywhere;
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
      // What takes all that comes to a port leaves nothing to be guessed.
      const bool is_taken = carriers.udp_takers[observation.source_port] ||
                            carriers.udp_takers[observation.destination_port];
      if (!is_taken && looks_like_tunnel_in_udp(data, datagram - kUdpHeader)) {
        return Reading::kUnknown;
      }
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

}  // namespace fanout

#include "tap/count/tools.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "tap/count/header_fields.h"

namespace fanout {
namespace {

using namespace std::string_view_literals;

constexpr size_t kTcpHeader = 20;
constexpr size_t kIcmpHeader = 8;
constexpr size_t kUdpHeader = 8;

bool is_ipv4(Bytes packet) { return packet[0] >> 4 == 4; }

// Durumeric, Bailey, Halderman, "An Internet-Wide View of Internet-Wide Scanning", USENIX Security
// 2014, 3.1. ZMap 4 chooses another number for each packet.
bool is_zmap(Bytes packet) {
  constexpr uint16_t kId = 54321;
  return is_ipv4(packet) && read16(packet, 4) == kId;
}

// The same authors, 3.1: the identification of IP is what the destination's address and port and
// the sequence number leave after exclusive or, as 16 bits.
bool is_masscan(Bytes packet, Bytes tcp) {
  const uint32_t id = read32(packet, 16) ^ read16(tcp, 2) ^ read32(tcp, 4);
  return is_ipv4(packet) && read16(packet, 4) == static_cast<uint16_t>(id);
}

// Antonakakis and others, "Understanding the Mirai Botnet", USENIX Security 2017, 3.1: the sequence
// number is the destination's address.
bool is_mirai(Bytes packet, Bytes tcp) {
  return is_ipv4(packet) && read32(tcp, 4) == read32(packet, 16);
}

// nmap's TCP probes: a window of 1024 (scan_engine_raw.cc, build_tcp_raw), with SYN the one option
// MSS, else none; with ACK the sequence number 0.
bool is_nmap_tcp(Bytes tcp, size_t header) {
  constexpr uint16_t kWindow = 1024;
  constexpr uint16_t kMss = 0x0204;
  if (read16(tcp, 14) != kWindow) return false;
  const uint8_t flags = tcp[13];
  if ((flags & kSyn) != 0) {
    return header == kTcpHeader + 4 && tcp.size() >= header && read16(tcp, kTcpHeader) == kMss;
  }
  return header == kTcpHeader && ((flags & kAck) == 0 || read32(tcp, 4) == 0);
}

// hping3's default window (DEFAULT_SRCWINSIZE in its hping2.h), without options.
bool is_hping_tcp(Bytes tcp, size_t header) {
  constexpr uint16_t kWindow = 512;
  return header == kTcpHeader && read16(tcp, 14) == kWindow;
}

Tool tool_of_tcp(Bytes packet, Bytes tcp, const Observation& observation) {
  if (tcp.size() < kTcpHeader) return Tool::kNone;
  const size_t header = size_t{tcp[12]} / 16 * 4;
  if (observation.probe == Probe::kSyn) {
    if (is_mirai(packet, tcp)) return Tool::kMirai;
    if (is_zmap(packet)) return Tool::kZmap;
    if (is_masscan(packet, tcp)) return Tool::kMasscan;
  }
  if (is_nmap_tcp(tcp, header)) return Tool::kNmap;
  return is_hping_tcp(tcp, header) ? Tool::kHping : Tool::kNone;
}

// nmap's echo requests have no data, its timestamp requests no times (scan_engine_raw.cc,
// send_ping of host discovery); ping's have both.
bool is_nmap_icmp(Bytes icmp, size_t length) {
  constexpr uint8_t kEcho = 8;
  constexpr uint8_t kEchoOfIpv6 = 128;
  constexpr uint8_t kTimestamp = 13;
  constexpr size_t kTimes = 12;
  switch (icmp[0]) {
    case kEcho:
    case kEchoOfIpv6:
      return length == kIcmpHeader;
    case kTimestamp:
      return length == kIcmpHeader + kTimes && icmp.size() >= length &&
             std::all_of(icmp.begin() + kIcmpHeader, icmp.begin() + kIcmpHeader + kTimes,
                         [](uint8_t byte) { return byte == 0; });
    default:
      return false;
  }
}

// How the payloads in nmap's file nmap-payloads begin, of the ports that most scans include. What
// it sends to ports without one is empty, as other tools' datagrams are too.
bool is_nmap_udp(Bytes data) {
  static constexpr std::string_view kBeginnings[] = {
      "\0\0\x10\0\0\0\0\0\0\0\0\0"sv,                        // DNS: status request
      "\x77\x77\x01\0\0\x01\0\0\0\0\0\0\x07version"sv,       // DNS: version.bind
      "\0\x01r7tftp.txt"sv,                                  // TFTP
      "\x72\xfe\x1d\x13\0\0\0\0"sv,                          // portmapper
      "\xe3\0\x04\xfa\0\x01\0\0\0\x01\0\0"sv,                // NTP
      "\x80\xf0\0\x10\0\x01\0\0\0\0\0\0"sv,                  // NetBIOS names
      "\x30\x3a\x02\x01\x03\x30\x0f\x02\x02\x4a\x69\x02"sv,  // SNMPv3
      "\0\x11\x22\x33\x44\x55\x66\x77\0\0\0\0"sv,            // ISAKMP
      "OPTIONS sip:nm"sv};
  return std::any_of(std::begin(kBeginnings), std::end(kBeginnings), [&](std::string_view begin) {
    return data.size() >= begin.size() &&
           std::equal(begin.begin(), begin.end(), data.begin(),
                      [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; });
  });
}

}  // namespace

Tool tool_of(Bytes packet, Bytes payload, size_t length, const Observation& observation) {
  switch (observation.transport) {
    case Transport::kTcp:
      return tool_of_tcp(packet, payload, observation);
    case Transport::kUdp:
      if (is_zmap(packet)) return Tool::kZmap;
      if (payload.size() < kUdpHeader) return Tool::kNone;
      return is_nmap_udp(payload.subspan(kUdpHeader)) ? Tool::kNmap : Tool::kNone;
    case Transport::kIcmp:
      if (observation.probe != Probe::kIcmp) return Tool::kNone;
      if (is_zmap(packet)) return Tool::kZmap;
      return is_nmap_icmp(payload, length) ? Tool::kNmap : Tool::kNone;
    case Transport::kSctp:
    case Transport::kOther:
      break;
  }
  return Tool::kNone;
}

}  // namespace fanout

// What the writer and the reader of runs share: the lines of a file.
#ifndef FANOUT_TAP_RUNS_COLUMNS_H_
#define FANOUT_TAP_RUNS_COLUMNS_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "tap/count/observation.h"

namespace fanout {

/// The version of the format.
inline constexpr uint64_t kRunsFormat = 4;

inline constexpr std::string_view kRunsMagic = "#fanout-runs";
inline constexpr std::string_view kRunsNoTime = "-";

/// The columns of a run. Empty are: what equals the column named in brackets; the last order if it
/// is the later of order and last_time.
inline constexpr std::array<std::string_view, 22> kRunsColumns = {
    "network",    "source", "destination", "role",
    "transport",  "probe",  "source_port", "destination_port",
    "packets",    "bytes",  "payload",  // of all packets
    "file",       "frame",
    "time",        // of the first packet
    "first_time",  // the least [time]
    "last_time",   // the greatest [time]
    "order",       // Moment::order [time]
    "last_file",   // [file]
    "last_frame",  // [frame]
    "last_order",
    "place",  // Run::place [0]
    "tool",   // tool_name(), empty for none
};

constexpr std::string_view role_name(Role role) {
  switch (role) {
    case Role::kAsk:
      return "ask";
    case Role::kAnswer:
      return "answer";
    case Role::kDatagram:
      return "datagram";
    case Role::kData:
      return "data";
    case Role::kRefusal:
      return "refusal";
    case Role::kError:
      return "error";
    case Role::kDiscovery:
      return "discovery";
  }
  return "";
}

constexpr std::string_view probe_key(Probe probe) {
  switch (probe) {
    case Probe::kNone:
      return "-";
    case Probe::kSyn:
      return "syn";
    case Probe::kAck:
      return "ack";
    case Probe::kFin:
      return "fin";
    case Probe::kNull:
      return "null";
    case Probe::kXmas:
      return "xmas";
    case Probe::kMaimon:
      return "maimon";
    case Probe::kRst:
      return "rst";
    case Probe::kFlags:
      return "flags";
    case Probe::kUdp:
      return "udp";
    case Probe::kQuic:
      return "quic";
    case Probe::kSctpInit:
      return "sctp-init";
    case Probe::kSctpCookie:
      return "sctp-cookie";
    case Probe::kIcmp:
      return "icmp";
    case Probe::kProtocol:
      return "protocol";
    case Probe::kError:
      return "error";
  }
  return "";
}

}  // namespace fanout

#endif  // FANOUT_TAP_RUNS_COLUMNS_H_

#include "tap/report/column_tables.h"

namespace fanout {
namespace {

bool is_estimated(const SourceRow& row) { return !row.destinations.exact(); }
bool is_allowed(const SourceRow& row) { return row.allowed; }

// A count of the evidence.
template <uint64_t Evidence::*Count>
constexpr SourceColumn evidence(const char* key, const char* title, const char* tooltip) {
  return {{key, title, tooltip, Kind::kCount, kHidden, kEvidence, {}, Needs::kEvidence},
          [](const SourceRow& row, const ReportSettings&) -> Value { return row.evidence.*Count; }};
}

// What is said of a scan's targets.
template <typename Take>
constexpr SourceColumn of_scan(const char* key, const char* title, const char* tooltip, Kind kind,
                               uint8_t where, Take take) {
  return {{key, title, tooltip, kind, where, kScan, {}, Needs::kEvidence}, take};
}

// A count of what the source found, where that was looked for.
template <uint64_t FindingCounts::*Count>
constexpr SourceColumn found(const char* key, const char* title, const char* tooltip) {
  return {{key, title, tooltip, Kind::kCount, kReports, kFound, {}, Needs::kEvidence},
          [](const SourceRow& row, const ReportSettings&) -> Value {
            return row.findings ? Value(*row.findings.*Count) : Value();
          }};
}

// The order of JSON, HTML and the window. In text, "Last" and "Lasted" together leave room for a
// destination's answer, such as "yes 65535/tcp".
constexpr SourceColumn kSourceColumns[] = {
    {{"source", "Source", "The address that sends", Kind::kAddress, kEverywhere, kFirst},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.address; }},
    {{"name", "Name", "The resolved name of the source", Kind::kName, kEverywhere & ~kInHtml,
      kFirst},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.address; }},
    {{"verdict", "Verdict", "What the source is, by its packets", Kind::kVerdicts, kInHtml, kFirst},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.verdicts; }},
    {{"network", "Network", "Each network counts on its own: IPv4, IPv6, ARP, NDP", Kind::kWords,
      kEverywhere & ~kInHtml, kFirst},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.address.network; }},
    {{"unique_destinations",
      "Destinations",
      "Unique destinations",
      Kind::kCount,
      kEverywhere,
      kFirst,
      {"Fan-out", 7}},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.destinations; }},
    {{"exact", "Exact", "Whether the number of destinations is exact", Kind::kWords,
      kReports | kInPairs, kEstimate},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.destinations.exact(); },
     is_estimated},
    {{"low", "Low", "The least number of destinations it can be", Kind::kCount, kReports | kInPairs,
      kEstimate},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.destinations.low; },
     is_estimated},
    {{"high", "High", "The greatest number of destinations it can be", Kind::kCount,
      kReports | kInPairs, kEstimate},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.destinations.high; },
     is_estimated},
    {{"packets",
      "Packets",
      "Packets that the source sent",
      Kind::kCount,
      kEverywhere & ~kInPairs,
      kFirst,
      {"Packets", 7}},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.packets; }},
    {{"bytes",
      "Bytes",
      "Bytes that the source sent, as on the wire",
      Kind::kBytes,
      kEverywhere & ~kInPairs,
      kFirst,
      {"Bytes", 7}},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.bytes; }},
    {{"first_frame",
      "First Frame",
      "The first frame of the source",
      Kind::kFrame,
      kHidden | kInHtml,
      kFirst,
      {"First", 5}},
     [](const SourceRow& row, const ReportSettings&) -> Value {
       return frame_of(row.first_file, row.first_frame);
     }},
    {{"first_file", "First File", "The capture of the first frame", Kind::kWords,
      kReports | kOfMany, kFiles},
     [](const SourceRow& row, const ReportSettings& settings) -> Value {
       return path_of(settings, row.first_file);
     }},
    {{"last_frame",
      "Last Frame",
      "The last frame of the source",
      Kind::kFrame,
      kHidden,
      kFirst,
      {"Last", 6}},
     [](const SourceRow& row, const ReportSettings&) -> Value {
       return frame_of(row.last_file, row.last_frame);
     }},
    {{"last_file", "Last File", "The capture of the last frame", Kind::kWords, kReports | kOfMany,
      kFiles},
     [](const SourceRow& row, const ReportSettings& settings) -> Value {
       return path_of(settings, row.last_file);
     }},
    {{"first_time", "First Seen", "When the source sent its first packet", Kind::kTime,
      kEverywhere & ~kInPairs, kFirst},
     [](const SourceRow& row, const ReportSettings&) -> Value { return Time{row.first_time}; }},
    {{"last_time", "Last Seen", "When the source sent its last packet", Kind::kTime, kHidden,
      kFirst},
     [](const SourceRow& row, const ReportSettings&) -> Value { return Time{row.last_time}; }},
    {{"duration",
      "Duration",
      "Seconds from its first to its last packet",
      Kind::kDuration,
      kEverywhere & ~kInPairs,
      kDetails,
      {"Lasted", 6}},
     [](const SourceRow& row, const ReportSettings&) -> Value {
       return Duration{row.first_time, row.last_time};
     }},
    {{"flagged",
      "Over Threshold",
      "Whether it has more unique destinations than the threshold",
      Kind::kWords,
      kHidden | kInPairs,
      kFirst,
      {},
      Needs::kFlag},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.flagged; }},
    {{"suspect",
      "Suspect",
      "Whether it looks like a scanner",
      Kind::kWords,
      kReports | kInPairs,
      kFirst,
      {},
      Needs::kVerdicts},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.suspect(); }},
    {{"allowed", "Allowed", "Whether it is on the list of sources never to flag", Kind::kWords,
      kReports, kAllowed},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.allowed; },
     is_allowed},
    {{"verdicts",
      "Verdicts",
      "What the source is, by its packets",
      Kind::kVerdicts,
      kReports | kInPairs,
      kFirst,
      {},
      Needs::kVerdicts},
     [](const SourceRow& row, const ReportSettings&) -> Value { return row.verdicts; }},
    {{"verdict",
      "Verdict",
      "What the source is, by its packets",
      Kind::kVerdicts,
      kInWindow | kShown,
      kFirst,
      {},
      Needs::kVerdicts},
     [](const SourceRow& row, const ReportSettings&) -> Value {
       return row.allowed ? Value(kNeverToFlag) : Value(row.verdicts);
     }},
    located<SourceColumn>("country", "Country", kCountryTip, Kind::kCountry, kEverywhere),
    located<SourceColumn>("country_iso", "Country Code", kCountryIsoTip, Kind::kCountryIso,
                          kInJson),
    located<SourceColumn>("as_number", "AS Number", kAsNumberTip, Kind::kAsNumber, kEverywhere),
    located<SourceColumn>("as_organization", "AS Organization", kAsOrganizationTip,
                          Kind::kAsOrganization, kEverywhere),
    {{"reason",
      "Reason",
      "Why; sorts like the verdict",
      Kind::kReason,
      kHidden | kShown,
      kFirst,
      {},
      Needs::kReason},
     [](const SourceRow& row, const ReportSettings&) -> Value {
       return std::string_view(row.reason);
     }},
    evidence<&Evidence::contacted>("contacted", "Contacted",
                                   "Hosts with which the source initiated contact"),
    evidence<&Evidence::answered>("answered", "Answered", "Contacted hosts that responded"),
    evidence<&Evidence::half_open>("half_open", "Half-Open",
                                   "Contacted hosts whose SYN-ACK the source never acknowledged"),
    evidence<&Evidence::replied>("replied", "Replied",
                                 "Hosts that had initiated contact with the source"),
    evidence<&Evidence::unsolicited>("unsolicited", "Unsolicited",
                                     "Hosts to which it sent an unsolicited response or RST"),
    evidence<&Evidence::served>("served", "Served",
                                "Hosts to which it sent unsolicited data, as a server does"),
    evidence<&Evidence::cut_off>("cut_off", "Cut Off",
                                 "Hosts with a connection that was open when the capture began"),
    evidence<&Evidence::multicast>("multicast", "Multicast",
                                   "Multicast and broadcast destinations"),
    evidence<&Evidence::services>("services", "Services", "Services that the source requested"),
    evidence<&Evidence::services_on_one_host>("services_on_one_host", "Services on One Host",
                                              "Most services requested of one host"),
    evidence<&Evidence::failed_on_one_host>(
        "failed_on_one_host", "Failed on One Host",
        "Most services of one host that refused or did not respond"),
    evidence<&Evidence::failed_host_packets>("failed_host_packets", "Packets to That Host",
                                             "Packets to the host with most failed services"),
    evidence<&Evidence::top_service_hosts>(
        "top_service_hosts", "Hosts of Top Service",
        "Hosts of which the most frequent service was requested"),
    evidence<&Evidence::scan_contacted>(
        "scan_contacted", "Scan: Contacted",
        "Hosts contacted for the service that looks most like a scan"),
    evidence<&Evidence::scan_answered>("scan_answered", "Scan: Answered",
                                       "Of these hosts, those that responded"),
    evidence<&Evidence::scan_half_open>("scan_half_open", "Scan: Half-Open",
                                        "Of these hosts, those left half-open"),
    evidence<&Evidence::busiest_minute>("busiest_minute", "Busiest Minute",
                                        "Most new destinations within 60 seconds"),
    evidence<&Evidence::tcp_attempts>("tcp_attempts", "TCP Attempts", "SYN packets sent"),
    evidence<&Evidence::tcp_refused>("tcp_refused", "TCP Refused",
                                     "SYN packets that were answered by a RST"),
    evidence<&Evidence::tcp_handshakes>("tcp_handshakes", "TCP Handshakes",
                                        "SYN packets that led to a complete handshake"),
    evidence<&Evidence::arp_swept>("arp_swept", "ARP Swept",
                                   "ARP or NDP targets requested sequentially or in a burst"),
    {{"busiest_window",
      "Busiest Window",
      "Most new destinations within the window",
      Kind::kCount,
      kReports,
      kEvidence,
      {},
      Needs::kEvidence},
     [](const SourceRow& row, const ReportSettings& settings) -> Value {
       return settings.window > 0 ? Value(row.evidence.busiest_window) : Value();
     }},
    {{"packets_per_destination", "Packets/Dest.", "Packets per destination", Kind::kRatio, kHidden,
      kDetails},
     [](const SourceRow& row, const ReportSettings&) -> Value {
       return Ratio{row.packets, row.destinations.value};
     }},
    {{"failed_host",
      "Failed Host",
      "The host with most failed services",
      Kind::kAddress,
      kReports,
      kDetails,
      {},
      Needs::kEvidence},
     [](const SourceRow& row, const ReportSettings&) -> Value {
       return row.evidence.failed_on_one_host > 0 ? Value(row.evidence.failed_host) : Value();
     }},
    {{"top_service",
      "Top Service",
      "The service requested of most hosts",
      Kind::kService,
      kReports,
      kEvidence,
      {},
      Needs::kEvidence},
     [](const SourceRow& row, const ReportSettings&) {
       return service_if(row.evidence.top_service_hosts > 0, row.evidence.top_service);
     }},
    {{"scan_service",
      "Scan Service",
      "The service that looks most like a scan",
      Kind::kService,
      kReports,
      kEvidence,
      {},
      Needs::kEvidence},
     [](const SourceRow& row, const ReportSettings&) {
       return service_if(row.evidence.scan_contacted > 0, row.evidence.scan_service);
     }},
    of_scan("probe", "Probe", "The kind of packet that most hosts were sent first", Kind::kWords,
            kHidden | kShown,
            [](const SourceRow& row, const ReportSettings&) -> Value {
              const std::string& name = row.evidence.targets.probe_name;
              return name.empty() ? Value() : Value(std::string_view(name));
            }),
    {{"tool",
      "Probes Look Like",
      "The scanner whose probes nearly all of the source's look like",
      Kind::kWords,
      kHidden,
      kTool,
      {},
      Needs::kEvidence},
     [](const SourceRow& row, const ReportSettings&) -> Value {
       const Tool tool = row.evidence.tool;
       return tool == Tool::kNone ? Value() : Value(std::string_view(tool_name(tool)));
     }},
    {{"group",
      "Group",
      "Suspects with the same number sent the same probes at the same time, or share a block",
      Kind::kCount,
      kReports,
      kTool,
      {},
      Needs::kReason},
     [](const SourceRow& row, const ReportSettings&) -> Value {
       return row.group == 0 ? Value() : Value(uint64_t{row.group});
     }},
    of_scan("targets", "Targets", "Hosts scanned, or with which the source initiated contact",
            Kind::kCount, kHidden,
            [](const SourceRow& row, const ReportSettings&) -> Value {
              return row.evidence.targets.count;
            }),
    of_scan("target_block", "Target Block", "The block of addresses that the targets cover",
            Kind::kWords, kHidden,
            [](const SourceRow& row, const ReportSettings&) -> Value {
              const std::string& text = row.evidence.targets.block_text;
              return text.empty() ? Value() : Value(std::string_view(text));
            }),
    of_scan("targets_in_block", "Targets in Block", "Targets within that block", Kind::kCount,
            kHidden,
            [](const SourceRow& row, const ReportSettings&) -> Value {
              return row.evidence.targets.in_block;
            }),
    of_scan("sequential", "Sequential", "Whether most targets follow the address beside them",
            Kind::kWords, kHidden,
            [](const SourceRow& row, const ReportSettings&) -> Value {
              return row.evidence.targets.sequential;
            }),
    of_scan("targets_in_own_network", "Own Network", "Targets in the source's /24, or /64",
            Kind::kCount, kHidden,
            [](const SourceRow& row, const ReportSettings&) -> Value {
              return row.evidence.targets.in_own_network;
            }),
    of_scan("targets_private", "Private", "Other targets with private addresses", Kind::kCount,
            kHidden,
            [](const SourceRow& row, const ReportSettings&) -> Value {
              return row.evidence.targets.in_private;
            }),
    of_scan("targets_public", "Public", "Targets with other addresses", Kind::kCount, kHidden,
            [](const SourceRow& row, const ReportSettings&) -> Value {
              return row.evidence.targets.elsewhere;
            }),
    of_scan("rate", "Rate", "New targets a second, on average", Kind::kRatio, kHidden,
            [](const SourceRow& row, const ReportSettings&) -> Value {
              const Targets& targets = row.evidence.targets;
              const uint64_t milliseconds = targets.lasted / 1'000'000;
              const bool is_known = targets.count > 1 && milliseconds > 0;
              return is_known ? Value(Ratio{1000 * (targets.count - 1), milliseconds})
                              : Value(Ratio{0, 0});
            }),
    of_scan("scan_services", "Scan: Services", "Services that look like one scan", Kind::kCount,
            kHidden,
            [](const SourceRow& row,
               const ReportSettings&) -> Value { return row.evidence.scan_services; }),
    of_scan("scanned_hosts", "Scanned Hosts", "Hosts whose ports were scanned", Kind::kCount,
            kInCsv | kInWindow,
            [](const SourceRow& row, const ReportSettings& settings)
                -> Value { return uint64_t{scanned_hosts(row.evidence, settings.ports).size()}; }),
    of_scan(
        "icmp_errors", "ICMP Errors", "Hosts to which it sent nothing but ICMP errors",
        Kind::kCount, kHidden,
        [](const SourceRow& row, const ReportSettings&) -> Value { return row.evidence.errors; }),
    of_scan(
        "one_way", "One Way", "Whether only its own direction was captured", Kind::kWords, kHidden,
        [](const SourceRow& row, const ReportSettings&) -> Value { return row.evidence.one_way; }),
    found<&FindingCounts::open_services>("open_services", "Open Services",
                                         "Services that responded to a suspect"),
    found<&FindingCounts::hosts_up>("hosts_up", "Hosts Up",
                                    "Hosts that responded to a suspect or refused"),
    found<&FindingCounts::conversations>(
        "conversations_after_scan", "Conversations",
        "Services with which a suspect exchanged data after they had responded"),
};

}  // namespace

std::span<const SourceColumn> source_columns() { return kSourceColumns; }

}  // namespace fanout

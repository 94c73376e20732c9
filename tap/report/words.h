// How reports put counts, times and names into words: what their renderers share.
#ifndef FANOUT_TAP_REPORT_WORDS_H_
#define FANOUT_TAP_REPORT_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tap/report/columns.h"
#include "tap/report/render.h"
#include "tap/report/report.h"

namespace fanout {

/// Collects what is rendered and hands it on in pieces, so that no report is ever in memory whole.
class Buffer {
 public:
  /// Pieces have about this size.
  static constexpr size_t kPiece = size_t{1} << 16;

  explicit Buffer(const Sink& sink) : sink_(sink) {}
  Buffer& operator<<(std::string_view text);
  /// Hands on the rest; to be called at the end.
  void flush();

 private:
  const Sink& sink_;
  std::string piece_;
};

/// The resolved name of an address, as it came, or nothing.
std::string resolved_name(const Presentation& presentation, const Address& address);

/// Where an address is, as far as databases say it.
Location location_of(const Presentation& presentation, const Address& address);

/// What a cell of a column holds of an address, as it came: itself, its name, or a part of its
/// location.
std::string address_cell(const Presentation& presentation, Kind kind, const Address& address);

/// The name of a service, as it came, or nothing.
std::string service_name(const Presentation& presentation, const Service& service);

/// A service for people: "22/tcp", "icmp 8", "ip 47".
std::string service_text(const Service& service);

/// The names of the verdicts, with `separator` between them.
std::string verdict_names(Verdicts verdicts, std::string_view separator);

/// How many scans the suspects make, where some belong together: " (1 scan from 3 sources)"; else
/// nothing.
std::string scans_text(const Report& report);

/// A time in seconds, to the nanosecond: "-0.500000000"; nothing for kNoTime.
std::string exact_seconds(int64_t time);

/// The time from `first` to `last`, not before it, in seconds; nothing if there is none.
std::string exact_duration(int64_t first, int64_t last);

/// Milliseconds in seconds: "1.250"; nothing for AnsweredService::kNotKnown.
std::string exact_milliseconds(uint32_t milliseconds);

/// What a report says of a finding: "conversation: 192.0.2.20 on 22/tcp; 1.20 kB sent, 3.40 kB
/// received; frames 120 to 300; after 4.2 s".
std::string finding_text(const FindingRow& row);

/// Those findings that have the first one's state, as many as fit into so many columns: "open:
/// 192.0.2.20 on 22/tcp, 192.0.2.20 on 80/tcp, ...".
std::string first_findings(const SourceFindings& findings, size_t columns, bool unicode);

/// How much a source found: "3 open services, 1 host up, 1 conversation".
std::string findings_text(const FindingCounts& findings);

/// "3:1234" for a frame of the third of many captures, "1234" where there is but one.
std::string place_text(const Place& place);

/// A ratio with two decimals; nothing of nothing.
std::string exact_ratio(const Ratio& ratio);

/// A number of bytes for people, three digits of it: "512 B", "32.8 kB".
std::string human_bytes(uint64_t bytes);

/// The time from `first` to `last`, not before it, for people: "3.2 s", "1m42s"; or "-".
std::string human_duration(int64_t first, int64_t last);

/// The day and the second in UTC: "2009-02-13 23:31:30".
std::string utc(int64_t time);

/// `text` in UTF-8, whatever it was: what is none, NUL, DEL and the C1 controls, which terminals
/// may obey, become U+FFFD. The other control characters stay.
std::string valid_utf8(std::string_view text);

/// valid_utf8(), and no control characters at all.
std::string without_controls(std::string_view text);

/// `text` as a terminal can show it in a line: what would move its cursor, change its state or
/// reorder its line becomes U+FFFD. Without `unicode`, all but printable ASCII becomes "?".
std::string printable(std::string_view text, bool unicode);

/// Columns that a terminal gives to printable() text.
size_t display_width(std::string_view text);

/// The longest beginning of printable `text` that takes at most so many columns.
std::string_view beginning(std::string_view text, size_t columns);

/// Printable `text`, with its end replaced by an ellipsis where it takes more than so many columns.
std::string shortened(std::string_view text, size_t columns, bool unicode);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_WORDS_H_

#include "tap/report/words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cinttypes>
#include <cstdio>

#include <glib.h>

namespace fanout {
namespace {

constexpr uint64_t kNanoseconds = 1'000'000'000;
constexpr gunichar kReplacement = 0xfffd;

// Most text is ASCII, and need not be decoded: a report can have hundreds of megabytes.
constexpr bool is_ascii(gunichar character) { return character < 0x80; }

// Takes the first character off `text`: U+FFFD for a byte that is not UTF-8, or is NUL.
gunichar take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (is_ascii(first) && first != 0) {
    text.remove_prefix(1);
    return first;
  }
  const gunichar character =
      g_utf8_get_char_validated(text.data(), static_cast<gssize>(text.size()));
  const bool is_valid = g_unichar_validate(character);
  text.remove_prefix(is_valid ? static_cast<size_t>(g_unichar_to_utf8(character, nullptr)) : 1);
  return is_valid ? character : kReplacement;
}

// Replaces the characters for which is_allowed() is false.
template <typename Predicate>
std::string replace_unless(std::string_view text, Predicate is_allowed, gunichar replacement) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    gunichar character = take_character(text);
    if (!is_allowed(character)) character = replacement;
    if (is_ascii(character)) {
      result += static_cast<char>(character);
      continue;
    }
    char bytes[6];
    const int count = g_unichar_to_utf8(character, bytes);
    result.append(bytes, static_cast<size_t>(count));
  }
  return result;
}

// Format characters are more than the bidirectional ones: all of them have no width of their own,
// or one that depends on the terminal.
bool is_printable(gunichar character) {
  const GUnicodeType type = g_unichar_type(character);
  return g_unichar_isprint(character) && type != G_UNICODE_LINE_SEPARATOR &&
         type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

size_t width_of(gunichar character) {
  if (g_unichar_iszerowidth(character)) return 0;
  return g_unichar_iswide(character) ? 2 : 1;
}

std::string seconds(bool negative, uint64_t nanoseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%s%" PRIu64 ".%09" PRIu64, negative ? "-" : "",
                nanoseconds / kNanoseconds, nanoseconds % kNanoseconds);
  return text;
}

// Wraps around rightly where the difference does not fit an int64_t.
uint64_t nanoseconds_between(int64_t first, int64_t last) {
  return static_cast<uint64_t>(last) - static_cast<uint64_t>(first);
}

// Unlike printf's, always with a point, whatever the locale.
std::string decimal(double number, int decimals) {
  char text[32];
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, number, std::chars_format::fixed, decimals);
  return {text, end};
}

// "1m42s": a number of `small` units, of which `ratio` make a large one.
std::string two_units(uint64_t number, uint64_t ratio, char large, char small) {
  char text[32];
  std::snprintf(text, sizeof text, "%" PRIu64 "%c%02" PRIu64 "%c", number / ratio, large,
                number % ratio, small);
  return text;
}

}  // namespace

Buffer& Buffer::operator<<(std::string_view text) {
  piece_ += text;
  if (piece_.size() >= kPiece) flush();
  return *this;
}

void Buffer::flush() {
  if (!piece_.empty()) sink_(piece_);
  piece_.clear();
}

std::string resolved_name(const Presentation& presentation, const Address& address) {
  return presentation.name ? presentation.name(address) : std::string();
}

Location location_of(const Presentation& presentation, const Address& address) {
  return presentation.location ? presentation.location(address) : Location();
}

std::string address_cell(const Presentation& presentation, Kind kind, const Address& address) {
  if (kind == Kind::kName) return resolved_name(presentation, address);
  if (is_location(kind)) return location_part(location_of(presentation, address), kind);
  return to_string(address);
}

std::string service_name(const Presentation& presentation, const Service& service) {
  return presentation.service_name ? presentation.service_name(service) : std::string();
}

std::string service_text(const Service& service) {
  const std::string transport = transport_name(service.transport);
  const std::string port = std::to_string(service.port);
  const bool has_ports = has_handshake(service.transport) || service.transport == Transport::kUdp;
  return has_ports ? port + '/' + transport : transport + ' ' + port;
}

std::string verdict_names(Verdicts verdicts, std::string_view separator) {
  std::string names;
  for (int i = 0; i < kVerdicts; ++i) {
    const auto verdict = static_cast<Verdict>(i);
    if (!verdicts.has(verdict)) continue;
    if (!names.empty()) names += separator;
    names += verdict_name(verdict);
  }
  return names;
}

std::string scans_text(const Report& report) {
  if (report.scans_total == report.suspects_total) return {};
  return " (" + std::to_string(report.scans_total) +
         (report.scans_total == 1 ? " scan" : " scans") + " from " +
         std::to_string(report.suspects_total) + " sources)";
}

std::string exact_seconds(int64_t time) {
  if (time == kNoTime) return {};
  return time < 0 ? seconds(true, nanoseconds_between(time, 0)) : seconds(false, time);
}

std::string exact_duration(int64_t first, int64_t last) {
  if (first == kNoTime || last == kNoTime) return {};
  return seconds(false, nanoseconds_between(first, last));
}

std::string exact_milliseconds(uint32_t milliseconds) {
  if (milliseconds == AnsweredService::kNotKnown) return {};
  const std::string fraction = std::to_string(1000 + milliseconds % 1000);
  return std::to_string(milliseconds / 1000) + '.' + fraction.substr(1);
}

std::string finding_text(const FindingRow& row) {
  const std::string first = place_text({row.first_file, row.first_frame});
  const std::string host = to_string(row.destination);
  if (row.state == FindingState::kUp) return "up: " + host + ", frame " + first;
  const std::string service = host + " on " + service_text(row.service);
  if (row.state == FindingState::kOpen) return "open: " + service + ", frame " + first;
  std::string text = "conversation: " + service + "; " + human_bytes(row.sent) + " sent, " +
                     human_bytes(row.received) + " received; frames " + first + " to " +
                     place_text({row.last_file, row.last_frame});
  if (row.after == AnsweredService::kNotKnown) return text;
  return text + "; after " + human_duration(0, int64_t{row.after} * 1'000'000);
}

std::string first_findings(const SourceFindings& findings, size_t columns, bool unicode) {
  const FindingState state = findings.rows.front().state;
  const std::string_view more = unicode ? ", …" : ", ...";
  std::string line = std::string(finding_state_name(state)) + ":";
  bool is_first = true;
  for (const FindingRow& row : findings.rows) {
    if (row.state != state) break;
    std::string item = (is_first ? " " : ", ") + to_string(row.destination);
    if (row.has_service()) item += " on " + service_text(row.service);
    if (line.size() + item.size() + 5 > columns) return line + std::string(more);
    line += item;
    is_first = false;
  }
  return line;
}

std::string findings_text(const FindingCounts& findings) {
  const auto counted = [](uint64_t count, const std::string& what) {
    return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
  };
  const uint64_t up = findings.hosts_up;
  return counted(findings.open_services, "open service") + ", " + std::to_string(up) +
         (up == 1 ? " host up, " : " hosts up, ") + counted(findings.conversations, "conversation");
}

std::string place_text(const Place& place) {
  return (place.file == 0 ? "" : std::to_string(place.file) + ':') + std::to_string(place.frame);
}

std::string exact_ratio(const Ratio& ratio) {
  if (ratio.each == 0) return {};
  return decimal(static_cast<double>(ratio.count) / static_cast<double>(ratio.each), 2);
}

std::string human_bytes(uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  constexpr std::string_view kPrefixes = "kMGTPE";
  double number = static_cast<double>(bytes) / 1000;
  size_t prefix = 0;
  for (; number >= 999.5; ++prefix) number /= 1000;
  const int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  return decimal(number, decimals) + ' ' + kPrefixes[prefix] + 'B';
}

std::string human_duration(int64_t first, int64_t last) {
  if (first == kNoTime || last == kNoTime) return "-";
  const double exact =
      static_cast<double>(nanoseconds_between(first, last)) / static_cast<double>(kNanoseconds);
  if (exact == 0) return "0 s";
  if (exact < 0.001) return "<1 ms";
  if (exact < 0.9995) return decimal(exact * 1000, 0) + " ms";
  if (exact < 59.95) return decimal(exact, 1) + " s";
  const auto whole = static_cast<uint64_t>(exact + 0.5);
  if (whole < 3600) return two_units(whole, 60, 'm', 's');
  if (whole < uint64_t{24} * 3600) return two_units(whole / 60, 60, 'h', 'm');
  if (whole < uint64_t{100} * 24 * 3600) return two_units(whole / 3600, 24, 'd', 'h');
  return std::to_string(whole / (24 * 3600)) + " d";
}

std::string utc(int64_t time) {
  using std::chrono::days;
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::nanoseconds> instant{std::chrono::nanoseconds(time)};
  const auto day = floor<days>(instant);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{floor<std::chrono::seconds>(instant - day)};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

std::string valid_utf8(std::string_view text) {
  return replace_unless(
      text, [](gunichar c) { return c < 0x7f || c > 0x9f; }, kReplacement);
}

std::string without_controls(std::string_view text) {
  return replace_unless(
      text, [](gunichar c) { return !g_unichar_iscntrl(c); }, kReplacement);
}

std::string printable(std::string_view text, bool unicode) {
  if (unicode) return replace_unless(text, is_printable, kReplacement);
  return replace_unless(
      text, [](gunichar c) { return c >= ' ' && c <= '~'; }, '?');
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) width += width_of(take_character(text));
  return width;
}

std::string_view beginning(std::string_view text, size_t columns) {
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view after = rest;
    const size_t width = width_of(take_character(after));
    if (width > columns) break;
    columns -= width;
    rest = after;
  }
  return text.substr(0, text.size() - rest.size());
}

std::string shortened(std::string_view text, size_t columns, bool unicode) {
  if (display_width(text) <= columns) return std::string(text);
  const std::string_view ellipsis = beginning(unicode ? "…" : "...", columns);
  return std::string(beginning(text, columns - display_width(ellipsis))) + std::string(ellipsis);
}

}  // namespace fanout

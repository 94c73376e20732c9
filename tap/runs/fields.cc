#include "tap/runs/fields.h"

#include <algorithm>

#include "tap/runs/columns.h"
#include "tap/system/system.h"

namespace fanout {
namespace {

std::optional<uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint8_t>(c - 'a' + 10);
  return std::nullopt;
}

std::optional<uint64_t> ipv4_in(std::string_view text) {
  uint64_t number = 0;
  for (int i = 0; i < 4; ++i) {
    const size_t dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return std::nullopt;
    const std::optional<uint8_t> byte = number_in<uint8_t>(text.substr(0, dot));
    if (!byte) return std::nullopt;
    number = number << 8 | *byte;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return number;
}

bool read_address(std::string_view text, Network network, Address& address) {
  if (!has_ipv6_addresses(network)) {
    const std::optional<uint64_t> number = ipv4_in(text);
    if (number) address = {network, 0, *number};
    return number.has_value();
  }
  constexpr size_t kLongest = 46;  // with its end, as INET6_ADDRSTRLEN
  char terminated[kLongest];
  uint8_t bytes[16];
  if (text.size() >= sizeof terminated) return false;
  *std::copy(text.begin(), text.end(), terminated) = '\0';
  if (!read_ipv6(terminated, bytes)) return false;
  address = Address::ipv6(bytes, network);
  return true;
}

// The value of an enumeration that has this name; those past the last have none.
template <typename Enum, typename NameOf>
bool read_name(std::string_view text, NameOf name_of, Enum& value) {
  for (uint8_t i = 0;; ++i) {
    const std::string_view name = name_of(static_cast<Enum>(i));
    if (name.empty()) return false;
    if (text != name) continue;
    value = static_cast<Enum>(i);
    return true;
  }
}

// The tool of this name; the first of them, none, has an empty one.
bool read_tool(std::string_view text, Tool& tool) {
  for (int i = 0; i < kTools; ++i) {
    tool = static_cast<Tool>(i);
    if (text == tool_name(tool)) return true;
  }
  return false;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const std::optional<Number> found = number_in<Number>(text);
  if (found) number = *found;
  return found.has_value();
}

template <typename Number>
bool read_number_or(std::string_view text, Number usual, Number& number) {
  number = usual;
  return text.empty() || read_number(text, number);
}

bool read_time_or(std::string_view text, int64_t usual, int64_t& time) {
  const std::optional<int64_t> found = text.empty() ? usual : time_in(text);
  if (found) time = *found;
  return found.has_value();
}

}  // namespace

std::optional<int64_t> time_in(std::string_view text) {
  if (text == kRunsNoTime) return kNoTime;
  const std::optional<int64_t> time = number_in<int64_t>(text);
  return time == kNoTime ? std::nullopt : time;
}

std::optional<bool> yes_or_no(std::string_view text) {
  if (text == "yes") return true;
  if (text == "no") return false;
  return std::nullopt;
}

std::optional<std::string> text_in(std::string_view field) {
  std::string text;
  for (size_t i = 0; i < field.size(); ++i) {
    const auto byte = static_cast<unsigned char>(field[i]);
    if (byte < 0x20 || byte >= 0x7f) return std::nullopt;
    if (field[i] != '\\') {
      text += field[i];
      continue;
    }
    if (i + 3 >= field.size() || field[i + 1] != 'x') return std::nullopt;
    const auto high = hex_digit(field[i + 2]);
    const auto low = hex_digit(field[i + 3]);
    if (!high || !low || (*high == 0 && *low == 0)) return std::nullopt;
    text += static_cast<char>(*high << 4 | *low);
    i += 3;
  }
  return text;
}

size_t read_columns(Fields& fields, Run& run) {
  Observation& first = run.first;
  Network network{};
  size_t column = 0;
  const auto read = [&](bool is_read) {
    column += is_read ? 1 : 0;
    return is_read;
  };
  first.frame = 0;
  first.bytes = 0;
  static_cast<void>(read(read_name(fields.next(), network_name, network)) &&
                    read(read_address(fields.next(), network, first.source)) &&
                    read(read_address(fields.next(), network, first.destination)) &&
                    read(read_name(fields.next(), role_name, first.role)) &&
                    read(read_name(fields.next(), transport_name, first.transport)) &&
                    read(read_name(fields.next(), probe_key, first.probe)) &&
                    read(read_number(fields.next(), first.source_port)) &&
                    read(read_number(fields.next(), first.destination_port)) &&
                    read(read_number(fields.next(), run.count)) &&
                    read(read_number(fields.next(), run.bytes)) &&
                    read(read_number(fields.next(), run.payload)) &&
                    read(read_number(fields.next(), run.begin.file)) &&
                    read(read_number(fields.next(), run.begin.frame)) &&
                    read(read_time_or(fields.next(), kNoTime, first.time)) &&
                    read(read_time_or(fields.next(), first.time, run.least_time)) &&
                    read(read_time_or(fields.next(), first.time, run.greatest_time)) &&
                    read(read_time_or(fields.next(), first.time, run.begin.order)) &&
                    read(read_number_or(fields.next(), run.begin.file, run.end.file)) &&
                    read(read_number_or(fields.next(), run.begin.frame, run.end.frame)) &&
                    read(read_time_or(fields.next(), std::max(run.begin.order, run.greatest_time),
                                      run.end.order)) &&
                    read(read_number_or(fields.next(), 0u, run.place)) &&
                    read(read_tool(fields.next(), first.tool)));
  first.payload = run.payload != 0 ? 1 : 0;
  return column;
}

void append_time(std::string& text, int64_t time) {
  if (time == kNoTime) {
    text += kRunsNoTime;
    return;
  }
  char digits[20];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, time).ptr);
}

void append_text(std::string& line, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      line += c;
    } else {
      line += "\\x";
      line += kDigits[byte >> 4];
      line += kDigits[byte & 15];
    }
  }
}

std::string quoted(std::string_view text) {
  constexpr size_t kMostShown = 40;
  std::string result = "\"";
  for (const char c : text.substr(0, kMostShown)) {
    result += c >= 0x20 && c < 0x7f ? c : '?';
  }
  return result + (text.size() > kMostShown ? "...\"" : "\"");
}

}  // namespace fanout

// Reports to render, and readers of what was rendered.
#ifndef FANOUT_TESTS_UNIT_RENDERED_H_
#define FANOUT_TESTS_UNIT_RENDERED_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tap/report/render.h"
#include "tap/report/report.h"

namespace fanout {

inline constexpr int64_t kSecond = 1'000'000'000;
inline constexpr size_t kTerminal = 80;

Cardinality exactly(uint64_t value);

Address ipv4(uint32_t number);

Address longest_ipv6();

SourceRow source_row(const Address& address, uint64_t destinations);

SourceRow scanner(const Address& address = ipv4(0x0a000080));

/// A report of these sources.
Report report_of(std::vector<SourceRow> rows);

/// A report of a host that asks two hosts for ssh, and one of them for http too; one answers.
Report report_with_pairs();

Presentation named(const std::string& name);

std::string rendered(Format format, const Report& report, const Presentation& presentation = {});

std::string json(const Report& report, const Presentation& presentation = {});

std::string text(const Report& report, const Presentation& presentation = {});

std::string csv(const Report& report, const Presentation& presentation = {});

std::string unicode_text(const Report& report, Presentation presentation = {});

bool is_valid_json(const std::string& text);

bool contains(std::string_view text, std::string_view part);

std::vector<std::string> lines(const std::string& text);

/// The first line that begins so.
std::string line_of(const std::string& text, std::string_view beginning);

/// Reads RFC 4180.
std::vector<std::vector<std::string>> parse_csv(std::string_view text);

std::string csv_cell(const std::string& text, const std::string& column, size_t row = 1);

/// Names that a capture could hold to deceive: bytes of all kinds, and characters of all widths.
std::vector<std::string> odd_names();

}  // namespace fanout

#endif  // FANOUT_TESTS_UNIT_RENDERED_H_

// What the parts of the HTML report share: escaping, numbers for people, its style and script.
#ifndef FANOUT_TAP_REPORT_HTML_H_
#define FANOUT_TAP_REPORT_HTML_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "tap/report/report.h"

namespace fanout {

/// The page's only style sheet and its only script, that its content security policy allows.
extern const std::string_view kHtmlStyle;
extern const std::string_view kHtmlScript;

/// How a content security policy names a style sheet or a script: "'sha256-…'".
std::string hash_source(std::string_view text);

/// `text` for HTML, between tags as well as in a quoted attribute. Invalid UTF-8, control
/// characters and those that reorder or hide text become U+FFFD.
std::string escaped(std::string_view text);

/// "1,234,567".
std::string grouped(uint64_t number);

/// The same, with "~" before it if it is estimated.
std::string grouped(const Cardinality& count);

/// "1 source", "2,000 sources", "~3 sources".
std::string grouped(const Cardinality& count, std::string_view one, std::string_view more);
std::string grouped(uint64_t count, std::string_view one, std::string_view more);

/// The address, with "(ARP)" where it would look like one of IPv4.
std::string html_address(const Address& address);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_HTML_H_

#include "tap/report/html_findings.h"

#include <algorithm>
#include <string>

#include "tap/report/html.h"
#include "tap/report/html_table.h"

namespace fanout {
namespace {

// Of each of the suspects that the page has room for.
constexpr size_t kFindings = 20;

void write_cell(Buffer& output, const std::string& html, bool is_number = false) {
  output << (is_number ? "<td class=\"number\">" : "<td>") << html << "</td>";
}

void write_finding(const FindingRow& row, const Presentation& presentation, Buffer& output) {
  const bool converses = row.state == FindingState::kConversation;
  output << "<tr class=\"" << finding_state_name(row.state) << "\">";
  write_cell(output, std::string("<span class=\"chip") + (converses ? " accused" : "") + "\">" +
                         finding_state_name(row.state) + "</span>");
  const std::string where = html_location(presentation, row.destination);
  write_cell(output,
             html_who(presentation, row.destination) +
                 (where.empty() ? "" : " <bdi class=\"name\">" + escaped(where) + "</bdi>"));
  std::string service;
  if (row.has_service()) {
    service = escaped(service_text(row.service));
    const std::string name = printable(service_name(presentation, row.service), true);
    if (!name.empty()) service += " <bdi class=\"name\">" + escaped(name) + "</bdi>";
  }
  write_cell(output, service);
  const std::string first = place_text({row.first_file, row.first_frame});
  const std::string last = place_text({row.last_file, row.last_frame});
  write_cell(output, converses ? first + "–" + last : first, true);
  write_cell(output, row.packets > 0 ? human_bytes(row.sent) : "", true);
  write_cell(output, row.packets > 0 ? human_bytes(row.received) : "", true);
  const bool has_time = row.packets > 0 && row.after != AnsweredService::kNotKnown;
  write_cell(output, has_time ? escaped(human_duration(0, int64_t{row.after} * 1'000'000)) : "",
             true);
  output << "</tr>\n";
}

}  // namespace

void write_html_findings(const SourceFindings& findings, const Presentation& presentation,
                         Buffer& output) {
  if (findings.rows.empty()) return;
  output << "<table class=\"findings\"><caption>Found "
         << grouped(findings.open_services, "open service", "open services") << " and "
         << grouped(findings.hosts_up, "host up", "hosts up") << "; <strong>"
         << grouped(findings.conversations, "conversation", "conversations")
         << " after the scan</strong></caption>\n<thead><tr><th scope=\"col\">State</th>"
            "<th scope=\"col\">Destination</th><th scope=\"col\">Service</th>"
            "<th scope=\"col\" class=\"number\">Frames</th>"
            "<th scope=\"col\" class=\"number\">Data sent</th>"
            "<th scope=\"col\" class=\"number\">Data received</th>"
            "<th scope=\"col\" class=\"number\">After</th></tr></thead>\n<tbody>\n";
  const size_t count = std::min(findings.rows.size(), kFindings);
  for (size_t i = 0; i < count; ++i) write_finding(findings.rows[i], presentation, output);
  output << "</tbody></table>\n";
  if (const size_t more = findings.rows.size() - count; more > 0) {
    output << "<p class=\"left-out\">"
           << grouped(more, "more finding is left out here.", "more findings are left out here.")
           << "</p>\n";
  }
}

}  // namespace fanout

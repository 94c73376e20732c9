#include "tap/gui/findings.h"

#include <QFont>
#include <QStringList>

#include "tap/gui/filters.h"

namespace fanout::gui {
namespace {

using FindingColumn = ColumnOf<Finding>;

// Only the window has a table of them.
constexpr uint8_t kTable = kInWindow | kShown;
constexpr FindingColumn of_destination(const char* key, const char* title, const char* tooltip,
                                       Kind kind) {
  return {{key, title, tooltip, kind, kTable, 0},
          [](const Finding& row, const ReportSettings&) -> Value { return row.destination; }};
}
constexpr FindingColumn kFindingColumns[] = {
    {{"state", "State", "Conversation: the service responded, and then data went both ways",
      Kind::kWords, kTable, 0},
     [](const Finding& row, const ReportSettings&) -> Value {
       return std::string_view(finding_state_name(row.state));
     }},
    {{"destination", "Destination", "The host that responded", Kind::kAddress, kTable, 0},
     [](const Finding& row, const ReportSettings&) -> Value { return row.destination; }},
    {{"name", "Name", "The resolved name of the destination", Kind::kName, kTable, 0},
     [](const Finding& row, const ReportSettings&) -> Value { return row.destination; }},
    {{"service", "Service", "The service that responded", Kind::kService, kTable, 0},
     [](const Finding& row, const ReportSettings&) -> Value {
       return row.has_service() ? Value(row.service) : Value();
     }},
    {{"bytes_sent", "Data Sent", "Bytes of data to the service, without headers", Kind::kBytes,
      kTable, 0},
     [](const Finding& row, const ReportSettings&) -> Value { return row.sent; }},
    {{"bytes_received", "Data Received", "Bytes of data from the service, without headers",
      Kind::kBytes, kTable, 0},
     [](const Finding& row, const ReportSettings&) -> Value { return row.received; }},
    {{"packets", "Packets", "Packets with data, in both directions", Kind::kCount, kInWindow, 0},
     [](const Finding& row, const ReportSettings&) -> Value { return row.packets; }},
    {{"first_frame", "First Frame", "Of a conversation, the first frame with data; else the answer",
      Kind::kFrame, kTable, 0},
     [](const Finding& row, const ReportSettings&) -> Value { return uint64_t{row.first_frame}; }},
    {{"last_frame", "Last Frame", "Of a conversation, the last frame with data", Kind::kFrame,
      kTable, 0},
     [](const Finding& row, const ReportSettings&) -> Value { return uint64_t{row.last_frame}; }},
    {{"after", "After", "Seconds from the first packet to the host to the first data",
      Kind::kDuration, kTable, 0},
     [](const Finding& row, const ReportSettings&) -> Value {
       if (row.after == AnsweredService::kNotKnown) return {};
       return Duration{0, int64_t{row.after} * 1'000'000};
     }},
    of_destination("country", "Country", "The country of the destination", Kind::kCountry),
    of_destination("as_number", "AS Number", "The autonomous system of the destination",
                   Kind::kAsNumber),
    of_destination("as_organization", "AS Organization", "Whose autonomous system that is",
                   Kind::kAsOrganization),
};

std::vector<const Column*> columns_of_window() {
  std::vector<const Column*> columns;
  for (const FindingColumn& column : kFindingColumns) columns.push_back(&column);
  return columns;
}

// What is said of a row beyond its cells; no word in it comes from the capture.
QString tip(const Finding& finding) {
  switch (finding.state) {
    case FindingState::kConversation:
      return "The service responded to the source, and then data went both ways. Double-click goes "
             "to the first packet with data.";
    case FindingState::kOpen:
      return "The service responded to the source. Double-click goes to its response.";
    case FindingState::kUp:
      return "The host refused, or responded to something that is no service. Double-click goes "
             "to its first packet.";
  }
  return {};
}

QString filter_of(const Address& source, const Finding& finding) {
  const Network network = source.network;
  if (resolves_addresses(network)) return pair_filter(source, {finding.destination});
  const bool is_ipv6 = network == Network::kIpv6;
  const char* field = is_ipv6 ? "ipv6.addr" : "ip.addr";
  QString hosts = QString("%1 == %2 && %1 == %3")
                      .arg(field, QString::fromStdString(to_string(source)),
                           QString::fromStdString(to_string(finding.destination)));
  if (!finding.has_service()) return hosts;
  const Service& service = finding.service;
  const QString port = QString::number(service.port);
  if (service.transport == Transport::kOther) {
    return hosts + QString(" && %1 == %2").arg(is_ipv6 ? "ipv6.nxt" : "ip.proto", port);
  }
  return hosts + QString(" && %1.port == %2").arg(transport_name(service.transport), port);
}

}  // namespace

FindingModel::FindingModel(Host& host) : NumberModel(host, columns_of_window()) {}

void FindingModel::show(std::shared_ptr<const Engine> engine, uint32_t source) {
  engine_ = std::move(engine);
  const bool is_known = engine_ && source != kNone && source < engine_->source_count();
  findings_ = is_known ? gather_findings(*engine_, engine_->history(source)) : Findings();
  std::vector<uint32_t> rows(findings_.rows.size());
  for (uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
  set_rows(std::move(rows));
}

void FindingModel::with_value(uint32_t number, const Column& column, bool,
                              const std::function<void(const Value&)>& use) const {
  static const ReportSettings kSettings;
  use(static_cast<const FindingColumn&>(column).take(finding(number), kSettings));
}

int64_t FindingModel::key(uint32_t number, const Column& column) const {
  if (column.kind != Kind::kWords) return NumberModel::key(number, column);
  return static_cast<int64_t>(finding(number).state);
}

QVariant FindingModel::cell(uint32_t number, int column, int role) const {
  if (number >= findings_.rows.size()) return {};  // of the source before: the model is being reset
  const Finding& of_row = finding(number);
  switch (role) {
    case Qt::DisplayRole: {
      const Kind kind = columns()[static_cast<size_t>(column)]->kind;
      const bool is_of_data = kind == Kind::kBytes || kind == Kind::kDuration;
      return is_of_data && of_row.packets == 0 ? QString()
                                               : NumberModel::cell(number, column, role);
    }
    case Qt::ToolTipRole:
      return tip(of_row);
    case Qt::FontRole: {
      if (of_row.state != FindingState::kConversation) return {};
      QFont font;
      font.setBold(true);
      return font;
    }
    default:
      return NumberModel::cell(number, column, role);
  }
}

QString conversation_filter(const Address& source, const std::vector<Finding>& findings) {
  if (findings.empty() || findings.size() > kMostAddresses) return {};
  QStringList parts;
  for (const Finding& finding : findings) parts.append(filter_of(source, finding));
  return parts.size() < 2 ? parts.join("") : '(' + parts.join(") || (") + ')';
}

}  // namespace fanout::gui

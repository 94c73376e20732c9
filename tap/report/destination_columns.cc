#include "tap/report/column_tables.h"

namespace fanout {
namespace {

// The order of JSON, HTML and the window. In CSV, a key that a source's column has is another.
constexpr DestinationColumn kDestinationColumns[] = {
    {{"destination", "Destination", "The address that was sent to", Kind::kAddress, kEverywhere,
      kFirst},
     [](const DestinationRow& row, const ReportSettings&) -> Value { return row.address; }},
    {{"name", "Name", "The resolved name of the destination", Kind::kName,
      kInJson | kInWindow | kShown, kFirst},
     [](const DestinationRow& row, const ReportSettings&) -> Value { return row.address; }},
    {{"destination_name", "Name", "The resolved name of the destination", Kind::kName, kInPairs,
      kFirst},
     [](const DestinationRow& row, const ReportSettings&) -> Value { return row.address; }},
    {{"packets",
      "Packets",
      "Packets from the source to it",
      Kind::kCount,
      kEverywhere,
      kFirst,
      {"Packets", 7}},
     [](const DestinationRow& row, const ReportSettings&) -> Value { return row.packets; }},
    {{"bytes",
      "Bytes",
      "Bytes from the source to it, as on the wire",
      Kind::kBytes,
      kEverywhere,
      kFirst,
      {"Bytes", 7}},
     [](const DestinationRow& row, const ReportSettings&) -> Value { return row.bytes; }},
    {{"first_frame",
      "First Frame",
      "The first frame from the source to it",
      Kind::kFrame,
      kEverywhere,
      kFirst,
      {"First", 5}},
     [](const DestinationRow& row, const ReportSettings&) -> Value {
       return frame_of(row.first_file, row.first_frame);
     }},
    {{"first_file", "First File", "The capture of the first frame", Kind::kWords,
      kInJson | kInPairs | kOfMany, kFiles},
     [](const DestinationRow& row, const ReportSettings& settings) -> Value {
       return path_of(settings, row.first_file);
     }},
    {{"first_time", "First Seen", "When the source sent its first packet to it", Kind::kTime,
      kInJson | kInPairs | kInWindow, kFirst},
     [](const DestinationRow& row, const ReportSettings&) -> Value {
       return Time{row.first_time};
     }},
    {{"contacted", "Contacted", "Whether the source initiated contact", Kind::kWords,
      kInJson | kInPairs, kFirst},
     [](const DestinationRow& row, const ReportSettings&) -> Value { return row.contacted; }},
    {{"answered", "Answered", "Whether it responded to that", Kind::kWords, kInJson | kInPairs,
      kFirst},
     [](const DestinationRow& row, const ReportSettings&) -> Value { return row.answered; }},
    {{"service", "First Service", "The service that the source requested first", Kind::kService,
      kEverywhere, kDetails},
     [](const DestinationRow& row, const ReportSettings&) {
       return service_if(row.has_service, row.service);
     }},
    {{"services", "Services", "How many services the source requested", Kind::kCount,
      kEverywhere & ~kInHtml, kFirst},
     [](const DestinationRow& row, const ReportSettings&) -> Value {
       return uint64_t{row.services.tried};
     }},
    {{"services_answered", "Services Answered", "How many of these services responded",
      Kind::kCount, kInJson | kInPairs, kFirst},
     [](const DestinationRow& row, const ReportSettings&) -> Value {
       return uint64_t{row.services.answered};
     }},
    {{"answered",
      "Answered",
      "Whether it responded when the source initiated contact",
      Kind::kAnswer,
      kInHtml | kInWindow | kShown,
      kFirst,
      {"Answered", 8}},
     [](const DestinationRow& row, const ReportSettings&) -> Value {
       return Answer{row.contacted, row.answered, row.services};
     }},
    located<DestinationColumn>("country", "Country", kCountryTip, Kind::kCountry,
                               kEverywhere & ~(kInCsv | kInPairs)),
    located<DestinationColumn>("country_iso", "Country Code", kCountryIsoTip, Kind::kCountryIso,
                               kInJson),
    located<DestinationColumn>("as_number", "AS Number", kAsNumberTip, Kind::kAsNumber,
                               kEverywhere & ~(kInCsv | kInPairs)),
    located<DestinationColumn>("as_organization", "AS Organization", kAsOrganizationTip,
                               Kind::kAsOrganization, kEverywhere & ~(kInCsv | kInPairs)),
    located<DestinationColumn>("destination_country", "Country", kCountryTip, Kind::kCountry,
                               kInPairs),
    located<DestinationColumn>("destination_as_number", "AS Number", kAsNumberTip, Kind::kAsNumber,
                               kInPairs),
    located<DestinationColumn>("destination_as_organization", "AS Organization", kAsOrganizationTip,
                               Kind::kAsOrganization, kInPairs),
};

}  // namespace

std::span<const DestinationColumn> destination_columns() { return kDestinationColumns; }

}  // namespace fanout

#include "plugin/plain_table.h"

#include <algorithm>
#include <limits>
#include <memory>

#include <epan/epan_dissect.h>

#include "tap/capture/carriers.h"
#include "tap/capture/observe.h"
#include "tap/capture/preferences.h"
#include "tap/capture/versions.h"
#include "tap/terminal/settings.h"

namespace fanout {
namespace {

enum Field : unsigned { kSource, kNetwork, kDestinations, kPackets, kBytes, kFirstFrame, kFields };

struct Counts {
  Counts() : engine(engine_options(Options())), carriers(current_carriers(false)) {}
  Engine engine;
  std::unique_ptr<const Carriers> carriers;
  Observations observations;
};
std::unique_ptr<Counts> g_counts;

stat_tap_table_item_type number_item(uint64_t number) {
  stat_tap_table_item_type item{};
  item.type = TABLE_ITEM_UINT;
  item.value.uint_value =
      static_cast<unsigned>(std::min<uint64_t>(number, std::numeric_limits<unsigned>::max()));
  return item;
}

stat_tap_table_item_type text_item(const std::string& text) {
  stat_tap_table_item_type item{};
  item.type = TABLE_ITEM_STRING;
  item.value.string_value = g_strdup(text.c_str());
  return item;
}

void on_start(stat_tap_table_ui* ui) {
  constexpr char kTitle[] = "Sources";
  if (stat_tap_find_table(ui, kTitle) == nullptr) {
    stat_tap_add_table(ui, stat_tap_init_table(kTitle, kFields, 0, nullptr));
  }
  g_counts = std::make_unique<Counts>();
}

void on_reset(stat_tap_table* table) {
  for (unsigned row = 0; row < table->num_elements; ++row) {
    for (const unsigned field : {kSource, kNetwork}) {
      g_free(const_cast<char*>(stat_tap_get_field_data(table, row, field)->value.string_value));
    }
    g_free(table->elements[row]);
  }
  g_free(table->elements);
  table->elements = nullptr;
  table->num_elements = 0;
  g_counts = std::make_unique<Counts>();
}

void on_free_item(stat_tap_table*, unsigned, unsigned field, stat_tap_table_item_type* item) {
  if (field != kSource && field != kNetwork) return;
  g_free(const_cast<char*>(item->value.string_value));
}

void update_row(stat_tap_table* table, uint32_t number) {
  const Engine& engine = g_counts->engine;
  const Source& source = engine.source(number);
  if (number >= table->num_elements) {
    const stat_tap_table_item_type fields[kFields] = {
        text_item(to_string(source.address)),
        text_item(network_name(source.address.network)),
        number_item(0),
        number_item(0),
        number_item(0),
        number_item(source.first_frame)};
    stat_tap_init_table_row(table, number, kFields, fields);
  }
  const std::pair<Field, uint64_t> changing[] = {{kDestinations, engine.destinations(number).value},
                                                 {kPackets, source.packets},
                                                 {kBytes, source.bytes}};
  for (const auto& [field, value] : changing) {
    stat_tap_table_item_type item = number_item(value);
    stat_tap_set_field_data(table, number, field, &item);
  }
}

tap_packet_status on_packet(void* data, packet_info* pinfo, epan_dissect_t* edt, const void*,
                            tap_flags_t) {
  const auto* statistic = static_cast<stat_data_t*>(data);
  auto* table = g_array_index(statistic->stat_tap_data->tables, stat_tap_table*, 0);
  Observations& observations = g_counts->observations;
  observations.clear();
  if (!collect_from_headers(pinfo, edt->tvb, *g_counts->carriers, &observations)) {
    collect_from_addresses(pinfo, edt->tvb, *g_counts->carriers, &observations);
  }
  for (const Observation& observation : observations) {
    if (resolves_addresses(observation.source.network) && !preferences().count_arp) continue;
    const uint32_t source = g_counts->engine.observe(observation).source;
    if (source != kNone) update_row(table, source);
  }
  return observations.empty() ? TAP_PACKET_DONT_REDRAW : TAP_PACKET_REDRAW;
}

}  // namespace

void register_plain_table() {
  static stat_tap_table_item fields[kFields] = {
      {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Source", "%-25s"},
      {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Network", "%s"},
      {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Unique destinations", "%u"},
      {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Packets", "%u"},
      {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Bytes", "%u"},
      {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "First frame", "%u"},
  };
  static stat_tap_table_ui ui{};
  ui.group = REGISTER_PACKET_STAT_GROUP_UNSORTED;
  ui.title = "Scan Suspects";
  ui.tap_name = "frame";
  ui.cli_string = "fanout_table,table";
  ui.stat_tap_init_cb = on_start;
  ui.packet_func = on_packet;
  ui.stat_tap_reset_table_cb = on_reset;
  ui.stat_tap_free_table_item_cb = on_free_item;
  ui.nfields = kFields;
  ui.fields = fields;
  register_stat_tap_table_ui(&ui);
}

}  // namespace fanout

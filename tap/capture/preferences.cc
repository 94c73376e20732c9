#include "tap/capture/preferences.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tap/capture/versions.h"
#include "tap/count/blocks.h"

namespace fanout {
namespace {

// What the preference machinery writes to: its types, not ours.
struct Stored {
#define PREFERENCE_NUMBER(name, value, title, help) unsigned name = value;
#define PREFERENCE_BOOLEAN(name, value, title, help) PreferenceBoolean name = value;
#include "tap/capture/preferences.def"
};
Stored g_stored;
bool g_is_registered = false;

// A source never to flag, as the user entered it.
struct AllowedRecord {
  char* network;
  char* comment;
};
AllowedRecord* g_allowed_records = nullptr;
unsigned g_allowed_count = 0;
uat_t* g_allowed_table = nullptr;

// A network: the addresses whose first `bits` bits are those of `address`.
struct Subnet {
  Address address;
  unsigned bits;
};

// Parses "10.0.0.0/8", "2001:db8::/32" or an address alone.
bool parse_subnet(const char* text, Subnet* subnet) {
  char* address = g_strdup(text == nullptr ? "" : text);
  g_strstrip(address);
  char* slash = std::strchr(address, '/');
  if (slash != nullptr) *slash = '\0';
  bool valid = true;
  unsigned most = 0;
  ws_in4_addr ipv4;
  ws_in6_addr ipv6;
  if (ws_inet_pton4(address, &ipv4)) {
    most = 32;
    subnet->address = Address::ipv4(reinterpret_cast<const uint8_t*>(&ipv4));
  } else if (ws_inet_pton6(address, &ipv6)) {
    most = 128;
    subnet->address = Address::ipv6(ipv6.bytes);
  } else {
    valid = false;
  }
  subnet->bits = most;
  if (valid && slash != nullptr) {
    char* end = nullptr;
    const guint64 bits = g_ascii_strtoull(slash + 1, &end, 10);
    valid = g_ascii_isdigit(slash[1]) && *end == '\0' && bits <= most;
    subnet->bits = static_cast<unsigned>(bits);
  }
  g_free(address);
  return valid;
}

bool contains(const Subnet& subnet, const Address& address) {
  return has_ipv6_addresses(address.network) == has_ipv6_addresses(subnet.address.network) &&
         common_bits(subnet.address, address) >= subnet.bits;
}

void* copy_allowed(void* to, const void* from, size_t) {
  auto* copy = static_cast<AllowedRecord*>(to);
  const auto* original = static_cast<const AllowedRecord*>(from);
  copy->network = g_strdup(original->network);
  copy->comment = g_strdup(original->comment);
  return copy;
}

void free_allowed(void* record) {
  g_free(static_cast<AllowedRecord*>(record)->network);
  g_free(static_cast<AllowedRecord*>(record)->comment);
}

FieldCheckResult check_network(void*, const char* text, unsigned length, const void*, const void*,
                               char** error) {
  char* copy = g_strndup(text, length);
  Subnet subnet{};
  const bool valid = std::strlen(copy) == length && parse_subnet(copy, &subnet);
  *error = valid ? nullptr
                 : g_strdup_printf(
                       "\"%s\" is neither an IPv4 or IPv6 address nor a subnet such as "
                       "10.0.0.0/8 or 2001:db8::/32",
                       copy);
  g_free(copy);
  return valid;
}

// The records as subnets.
std::vector<Subnet> g_allowed;

void allowed_changed() {
  g_allowed.clear();
  for (unsigned i = 0; i < g_allowed_count; ++i) {
    Subnet subnet{};
    if (parse_subnet(g_allowed_records[i].network, &subnet)) g_allowed.push_back(subnet);
  }
}

UAT_CSTRING_CB_DEF(allowed, network, AllowedRecord)
UAT_CSTRING_CB_DEF(allowed, comment, AllowedRecord)

void register_allowed(module_t* module, const char* title, const char* help) {
  static uat_field_t fields[] = {
      {"network",
       "Address or subnet",
       PT_TXTMOD_STRING,
       {check_network, allowed_network_set_cb, allowed_network_tostr_cb},
       {nullptr, nullptr, nullptr},
       nullptr,
       "An IPv4 or IPv6 address, or a subnet such as 10.0.0.0/8 or 2001:db8::/32",
       nullptr},
      UAT_FLD_CSTRING_OTHER(allowed, comment, "Comment", nullptr, "Why it may contact so many"),
      UAT_END_FIELDS};
  uat_t* table = uat_new(title, sizeof(AllowedRecord), "fanout_allowed", true,
                         reinterpret_cast<void**>(&g_allowed_records), &g_allowed_count,
                         UAT_AFFECTS_DISSECTION, nullptr, copy_allowed, nullptr, free_allowed,
                         allowed_changed, nullptr, fields);
  g_allowed_table = table;
  prefs_register_uat_preference(module, "allowed", title, help, table);
}

// Whether the record is of this address alone.
bool is_of(const AllowedRecord& record, const std::string& address) {
  char* text = g_strdup(record.network == nullptr ? "" : record.network);
  const bool is_same = address == g_strstrip(text);
  g_free(text);
  return is_same;
}

void append_allowed(const AllowedRecord& record) {
  const unsigned end = g_allowed_table->raw_data->len;
  uat_insert_record_idx(g_allowed_table, end, &record);
  uat_update_record(g_allowed_table, &g_array_index(g_allowed_table->raw_data, AllowedRecord, end),
                    true);
}

// Takes the address's records away, all of them or from `first` on.
void remove_allowed(const std::string& address, unsigned first) {
  for (unsigned i = g_allowed_table->raw_data->len; i-- > first;) {
    const auto& record = g_array_index(g_allowed_table->raw_data, AllowedRecord, i);
    if (is_of(record, address)) uat_remove_record_idx(g_allowed_table, i);
  }
}

// An older version of this code may not have registered a preference: its default stays.
void adopt(pref_t* preference, unsigned* number) {
  if (preference == nullptr) return;
  char* text = prefs_pref_to_str(preference, pref_current);
  *number = static_cast<unsigned>(g_ascii_strtoull(text, nullptr, 10));
  wmem_free(nullptr, text);
}

void adopt(pref_t* preference, PreferenceBoolean* flag) {
  if (preference != nullptr) *flag = prefs_get_bool_value(preference, pref_current);
}

// The table's first column is the network, in whichever version.
void adopt_allowed(pref_t* preference) {
  if (preference == nullptr) return;
  const epan_uat* table = prefs_get_uat_value(preference);
  g_allowed.clear();
  const GArray* records = table->user_data;
  const uat_field_t& network = table->fields[0];
  for (unsigned i = 0; i < records->len; ++i) {
    char* text = nullptr;
    unsigned length = 0;
    network.cb.tostr(records->data + i * table->record_size, &text, &length, network.cbdata.tostr,
                     network.fld_data);
    Subnet subnet{};
    if (parse_subnet(text, &subnet)) g_allowed.push_back(subnet);
    g_free(text);
  }
}

}  // namespace

Preferences preferences() {
  Preferences now;
#define PREFERENCE_NUMBER(name, value, title, help) now.name = g_stored.name;
#define PREFERENCE_BOOLEAN(name, value, title, help) now.name = static_cast<bool>(g_stored.name);
#include "tap/capture/preferences.def"
  return now;
}

void register_preferences(int protocol) {
  g_is_registered = true;
  constexpr unsigned kDecimal = 10;
  module_t* module = prefs_register_protocol(protocol, nullptr);
#define PREFERENCE_NUMBER(name, value, title, help) \
  prefs_register_uint_preference(module, #name, title, help, kDecimal, &g_stored.name);
#define PREFERENCE_BOOLEAN(name, value, title, help) \
  prefs_register_bool_preference(module, #name, title, help, &g_stored.name);
#define PREFERENCE_TABLE(name, title, help) register_##name(module, title, help);
#include "tap/capture/preferences.def"
}

void adopt_preferences() {
  module_t* module = prefs_find_module("fanout");
  if (g_is_registered || module == nullptr) return;
#define PREFERENCE_NUMBER(name, value, title, help) \
  adopt(prefs_find_preference(module, #name), &g_stored.name);
#define PREFERENCE_BOOLEAN(name, value, title, help) \
  adopt(prefs_find_preference(module, #name), &g_stored.name);
#define PREFERENCE_TABLE(name, title, help) adopt_##name(prefs_find_preference(module, #name));
#include "tap/capture/preferences.def"
}

bool is_never_flagged(const Address& source) {
  return std::any_of(g_allowed.begin(), g_allowed.end(),
                     [&](const Subnet& subnet) { return contains(subnet, source); });
}

std::string set_never_flagged(const std::vector<Address>& sources, bool is_never) {
  if (g_allowed_table == nullptr) return "there is no such list";
  // What the list holds now, to go back to.
  std::vector<std::pair<std::string, std::string>> before;
  const GArray* records = g_allowed_table->raw_data;
  const unsigned count = records->len;
  for (const Address& source : sources) {
    std::string address = to_string(source);
    if (is_never && is_never_flagged(source)) continue;
    if (is_never) {
      std::string comment = "added in Scan Suspects";
      append_allowed({address.data(), comment.data()});
      continue;
    }
    for (unsigned i = 0; i < records->len; ++i) {
      const auto& record = g_array_index(records, AllowedRecord, i);
      if (is_of(record, address)) before.emplace_back(record.network, record.comment);
    }
    remove_allowed(address, 0);
  }
  char* error = nullptr;
  if (uat_save(g_allowed_table, &error)) {
    allowed_changed();
    return {};
  }
  std::string why = error == nullptr ? "the list could not be saved" : error;
  g_free(error);
  if (is_never) {
    for (const Address& source : sources) remove_allowed(to_string(source), count);
  }
  for (auto& [network, comment] : before) append_allowed({network.data(), comment.data()});
  return why;
}

}  // namespace fanout

#include "tap/capture/locations.h"

#include <array>
#include <cstring>
#include <string>

#include <epan/maxmind_db.h>

#include "tap/capture/databases.h"
#include "tap/capture/names.h"
#include "tap/capture/versions.h"

namespace fanout {
namespace {

std::string text(const char* found) { return found == nullptr ? std::string() : found; }

template <typename Key>
Key key_of(const std::array<uint8_t, 16>& bytes) {
  Key key{};
  std::memcpy(&key, bytes.data(), sizeof key);
  return key;
}

}  // namespace

std::vector<std::string> location_folders() {
  if (!looks_up_locations(!is_resolution_off())) return {};
  char* paths = maxmind_db_get_paths();
  char** parts = g_strsplit(paths, G_SEARCHPATH_SEPARATOR_S, -1);
  g_free(paths);
  std::vector<std::string> folders(parts, parts + g_strv_length(parts));
  g_strfreev(parts);
  return folders;
}

bool has_locations() { return !find_databases(location_folders()).empty(); }

Location location(const Address& address) {
  const std::array<uint8_t, 16> bytes = address.bytes();
  const mmdb_lookup_t* found = nullptr;
  if (has_ipv6_addresses(address.network)) {
    const auto key = key_of<ws_in6_addr>(bytes);
    found = maxmind_db_lookup_ipv6(&key);
  } else {
    const auto key = key_of<ws_in4_addr>(bytes);
    found = maxmind_db_lookup_ipv4(&key);
  }
  if (!found->found) return {};
  return {text(found->country), text(found->country_iso), text(found->as_org), found->as_number};
}

}  // namespace fanout

#include "tap/capture/names.h"

#include <epan/to_str.h>
#include <wsutil/wmem/wmem.h>

#include "tap/capture/versions.h"

namespace fanout {
namespace {

std::string take(char* text) {
  std::string result = text;
  wmem_free(nullptr, text);
  return result;
}

}  // namespace

std::string host_name(const Address& address) {
  if (!gbl_resolv_flags.network_name) return {};
  const std::array<uint8_t, 16> bytes = address.bytes();
  ::address wireshark_address;
  if (has_ipv6_addresses(address.network)) {
    set_address(&wireshark_address, AT_IPv6, 16, bytes.data());
  } else {
    set_address(&wireshark_address, AT_IPv4, 4, bytes.data());
  }
  std::string name = take(address_to_display(nullptr, &wireshark_address));
  const bool is_resolved = name != take(address_to_str(nullptr, &wireshark_address));
  return is_resolved ? name : std::string();
}

std::string service_name(const Service& service) {
  if (is_resolution_off()) return {};
  if (service.transport != Transport::kTcp && service.transport != Transport::kUdp) return {};
  const port_type type = service.transport == Transport::kTcp ? PT_TCP : PT_UDP;
  const char* name = try_serv_name_lookup(type, service.port);
  return name == nullptr ? std::string() : name;
}

bool is_resolution_off() {
  return !gbl_resolv_flags.mac_name && !gbl_resolv_flags.network_name &&
         !gbl_resolv_flags.transport_name;
}

}  // namespace fanout

#include "tap/count/observation.h"

#include <cstdio>

namespace fanout {
namespace {

std::string ipv6_to_string(const Address& address) {
  std::array<uint16_t, 8> groups{};
  for (size_t i = 0; i < 4; ++i) {
    groups[i] = static_cast<uint16_t>(address.high >> (48 - 16 * i));
    groups[i + 4] = static_cast<uint16_t>(address.low >> (48 - 16 * i));
  }
  // RFC 5952: "::" for the first of the longest runs of at least two zero groups.
  size_t zeros_at = groups.size();
  size_t zeros = 1;
  for (size_t i = 0; i < groups.size(); ++i) {
    size_t run = 0;
    while (i + run < groups.size() && groups[i + run] == 0) ++run;
    if (run > zeros) {
      zeros_at = i;
      zeros = run;
    }
  }
  std::string text;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (i == zeros_at) {
      text += "::";
      i += zeros - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    char group[5];
    std::snprintf(group, sizeof group, "%x", groups[i]);
    text += group;
  }
  return text;
}

}  // namespace

std::string to_string(const Address& address) {
  if (has_ipv6_addresses(address.network)) return ipv6_to_string(address);
  char text[16];
  std::snprintf(text, sizeof text, "%u.%u.%u.%u", static_cast<unsigned>(address.low >> 24 & 255),
                static_cast<unsigned>(address.low >> 16 & 255),
                static_cast<unsigned>(address.low >> 8 & 255),
                static_cast<unsigned>(address.low & 255));
  return text;
}

}  // namespace fanout

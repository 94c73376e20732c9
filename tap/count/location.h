// What databases say of an address: in which country and autonomous system (AS) it is.
#ifndef FANOUT_TAP_COUNT_LOCATION_H_
#define FANOUT_TAP_COUNT_LOCATION_H_

#include <cstdint>
#include <string>

namespace fanout {

/// Each of them is empty, or 0, where it is not known. Texts are as they came, and not trusted.
struct Location {
  std::string country;      ///< its name, "Netherlands"
  std::string country_iso;  ///< ISO 3166-1 alpha-2, "NL"
  std::string as_organization;
  uint32_t as_number = 0;

  /// Whether anything is known.
  bool is_known() const {
    return as_number != 0 || !(country.empty() && country_iso.empty() && as_organization.empty());
  }
};

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_LOCATION_H_

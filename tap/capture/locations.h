// Where Wireshark's GeoIP databases say that addresses are, as far as Wireshark knows it. Reports
// ask a Resolver, which waits.
#ifndef FANOUT_TAP_CAPTURE_LOCATIONS_H_
#define FANOUT_TAP_CAPTURE_LOCATIONS_H_

#include <string>
#include <vector>

#include "tap/count/engine.h"
#include "tap/count/location.h"

namespace fanout {

/// Where databases are looked for; nowhere if -n, -N or a preference keep them from being asked.
std::vector<std::string> location_folders();

/// Whether there is a database to be asked.
bool has_locations();

/// Where an address is, in Wireshark's window, which looks it up in the background: what is not
/// known yet, is so later. To be called nowhere else: tshark would wait, perhaps without an end.
Location location(const Address& address);

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_LOCATIONS_H_

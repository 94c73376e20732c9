// Edit → Preferences → Protocols → Source Fan-out, and -o fanout.…
#ifndef FANOUT_TAP_CAPTURE_PREFERENCES_H_
#define FANOUT_TAP_CAPTURE_PREFERENCES_H_

#include <cstdint>

#include "tap/count/observation.h"

namespace fanout {

/// The preferences as they stand. Read them when they are needed: they change.
struct Preferences {
  unsigned threshold = 50;      ///< more unique destinations flag a source
  unsigned ports = 15;          ///< more failed services on one host make a port scan
  unsigned window = 0;          ///< seconds in which the new destinations must come; 0: ever
  bool count_multicast = true;  ///< count multicast and broadcast destinations
  bool count_arp = true;        ///< count ARP requests
  bool mark_packets = true;     ///< expert info
  unsigned limit = 50'000'000;  ///< pairs to store at the most
};

/// The preferences now in force.
Preferences preferences();

/// Registers the preferences of the protocol with this number.
void register_preferences(int protocol);

/// Whether a source is on the list of those never to flag. O(length of the list).
bool is_never_flagged(const Address& source);

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_PREFERENCES_H_

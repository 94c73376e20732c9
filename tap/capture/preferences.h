// Edit → Preferences → Protocols → Source Fan-out, and -o fanout.…
#ifndef FANOUT_TAP_CAPTURE_PREFERENCES_H_
#define FANOUT_TAP_CAPTURE_PREFERENCES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tap/count/observation.h"

namespace fanout {

/// The preferences as they stand, but for the list of sources never to flag; preferences.def says
/// what they mean. Read them when they are needed: they change.
struct Preferences {
#define PREFERENCE_NUMBER(name, value, title, help) unsigned name = value;
#define PREFERENCE_BOOLEAN(name, value, title, help) bool name = value;
#include "tap/capture/preferences.def"
};

/// The preferences now in force.
Preferences preferences();

/// Registers the preferences of the protocol with this number.
void register_preferences(int protocol);

/// Takes over the values of the preferences that another copy of this code has registered in this
/// process, as the plugin has where the program loads it. Without one, does nothing.
void adopt_preferences();

/// Whether a source is on the list of those never to flag. O(length of the list).
bool is_never_flagged(const Address& source);

/// Puts sources on that list, or takes those from it that are on it by themselves, and saves it.
/// What kept it from that, in which case nothing is changed; or nothing.
std::string set_never_flagged(const std::vector<Address>& sources, bool is_never);

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_PREFERENCES_H_

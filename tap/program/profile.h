// Whether the user's settings leave the dissection as it is by default, found without starting it.
#ifndef FANOUT_TAP_PROGRAM_PROFILE_H_
#define FANOUT_TAP_PROGRAM_PROFILE_H_

#include <string>
#include <vector>

namespace fanout {

/// Whether a file of the profile, or a plugin that is not Wireshark's, may change how frames are
/// dissected, addresses are named, or sources are judged. If not, libwireshark need not be asked.
/// Reads the profile that is set. Errs on the side of true.
bool profile_has_settings();

/// Where Wireshark looks for databases of locations, by the user's settings or those of all.
std::vector<std::string> database_folders();

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_PROFILE_H_

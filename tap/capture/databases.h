// Finds GeoIP databases, in MaxMind's format, as Wireshark does, but without it.
#ifndef FANOUT_TAP_CAPTURE_DATABASES_H_
#define FANOUT_TAP_CAPTURE_DATABASES_H_

#include <array>
#include <string>
#include <vector>

namespace fanout {

/// Where Wireshark looks for them without being told: its maxmind_db_system_paths, 4.0 to 4.6.
inline constexpr std::array<const char*, 2> kDatabaseFolders = {"/usr/share/GeoIP",
                                                                "/var/lib/GeoIP"};

/// The files in these folders that Wireshark takes for databases, by their names, and that are
/// some: none that is cut, or a page of the Web. Reads their ends.
std::vector<std::string> find_databases(const std::vector<std::string>& folders);

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_DATABASES_H_

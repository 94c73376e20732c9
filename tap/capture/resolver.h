// In: addresses. Out: where they are, by Wireshark's own program for GeoIP databases, mmdbresolve.
// libwireshark starts it, too, but only from the folder of the program that runs, and (4.0) waits
// for its answers without an end where it has ended, as it does if no database is sound.
#ifndef FANOUT_TAP_CAPTURE_RESOLVER_H_
#define FANOUT_TAP_CAPTURE_RESOLVER_H_

#include <string>
#include <string_view>
#include <vector>

#include "tap/count/engine.h"
#include "tap/count/location.h"
#include "tap/system/system.h"

namespace fanout {

class Resolver {
 public:
  /// Starts mmdbresolve on these databases; false if there are none, or it cannot be started.
  bool start(const std::vector<std::string>& databases);
  /// Where an address is, as libwireshark reads the answer. Nothing is known once mmdbresolve has
  /// ended, or did not answer for ten seconds.
  Location find(const Address& address);

 private:
  Location ask(const std::string& address);
  bool read_line();

  Subprocess program_;
  std::string read_;
  std::string line_;
  Address last_;  // what is asked of a row is asked for each of its columns
  Location last_location_;
  bool has_last_ = false;
};

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_RESOLVER_H_

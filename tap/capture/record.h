// What the header of a capture's record says, in this project's terms.
#ifndef FANOUT_TAP_CAPTURE_RECORD_H_
#define FANOUT_TAP_CAPTURE_RECORD_H_

#include <algorithm>
#include <limits>

#include "tap/capture/versions.h"
#include "tap/count/headers.h"

namespace fanout {

/// The link type that read_frame() takes for wiretap's encapsulation; false if it knows none.
inline bool link_of_encapsulation(int encapsulation, Link* link) {
  switch (encapsulation) {
    case WTAP_ENCAP_ETHERNET:
      *link = Link::kEthernet;
      return true;
    case WTAP_ENCAP_SLL:
      *link = Link::kLinuxCooked;
      return true;
    case WTAP_ENCAP_SLL2:
      *link = Link::kLinuxCooked2;
      return true;
    case WTAP_ENCAP_RAW_IP:
      *link = Link::kRawIp;
      return true;
    case WTAP_ENCAP_NULL:
      *link = Link::kBsdLoopback;
      return true;
    case WTAP_ENCAP_LOOP:
      *link = Link::kOpenBsdLoopback;
      return true;
    default:
      return false;
  }
}

/// Nanoseconds; times of other centuries than 1677 to 2262 are moved to these.
inline int64_t nanoseconds(const nstime_t& time) {
  constexpr int64_t kSecond = 1'000'000'000;
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / kSecond - 1;
  return std::clamp<int64_t>(time.secs, -kMost, kMost) * kSecond + time.nsecs;
}

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_RECORD_H_

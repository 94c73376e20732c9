// In: what Wireshark's dissection saw. Out: observations. What else knows Wireshark is beside this:
// the header path, names, preferences, and the differences between versions.
#ifndef FANOUT_TAP_CAPTURE_OBSERVE_H_
#define FANOUT_TAP_CAPTURE_OBSERVE_H_

#include <utility>
#include <vector>

#include "tap/capture/versions.h"
#include "tap/count/headers.h"
#include "tap/count/tunnels.h"

namespace fanout {

/// What a listener of the tap "frame" requires: to be told of frames, too, that end within what an
/// ICMP error quotes. Wireshark takes the whole of such a frame for quoted.
inline constexpr unsigned kFrameTapFlags = TL_REQUIRES_ERROR_PACKETS;

/// The link type that read_frame() takes for a frame of this packet; false if it knows none.
bool link_of(const packet_info* pinfo, Link* link);

/// Nanoseconds since 1970, or kNoTime.
int64_t frame_time(const packet_info* pinfo);

/// What every observation of a frame has in common: its number, its time and its length.
Observation frame_observation(const packet_info* pinfo);

/// Observes the IP headers of one frame after the other, also those that their tap does not report:
/// Wireshark's dissection of a packet may end in its options, before the tap, when the addresses
/// are known.
class IpObserver {
 public:
  /// One header of the `ip` tap, whose data is `data`.
  Observation observe_ipv4(const packet_info* pinfo, const void* data);
  /// One header of the `ipv6` tap, whose data is `data`.
  HeaderObservations observe_ipv6(const packet_info* pinfo, const void* data);
  /// The innermost header of a frame, if its tap did not report it; else false. To be called last
  /// for each frame.
  bool observe_untapped(const packet_info* pinfo, HeaderObservations* observed) const;

 private:
  void begin(const packet_info* pinfo);
  bool observe_untapped_ipv4(const packet_info* pinfo, Observation* header) const;
  bool observe_untapped_ipv6(const packet_info* pinfo, Observation* header) const;

  uint32_t frame_ = 0;            // the last of which a header was tapped
  const void* source_ = nullptr;  // where the address of its last IPv4 header is in the packet
  std::pair<Address, Address> addresses_;  // those of its last IPv6 header
};

/// The ARP packet of a frame; false if there is none that read_arp() takes. There is no tap for it.
bool observe_arp(const packet_info* pinfo, tvbuff_t* frame, Observation* observation);

using Observations = std::vector<Observation>;

/// Adds what a frame holds, if the header reader knows it for certain.
bool collect_from_headers(const packet_info* pinfo, tvbuff_t* frame, const Carriers& carriers,
                          Observations* observations);

/// Adds what the dissection of this frame has queued for the taps. For post-dissectors, before
/// whom no tap listener is called; only while taps are being queued.
void collect_from_taps(const packet_info* pinfo, tvbuff_t* frame, Observations* observations);

/// Adds what is known from the addresses that the dissection left behind: all but the middle
/// ones of three and more IP headers.
void collect_from_addresses(const packet_info* pinfo, tvbuff_t* frame, const Carriers& carriers,
                            Observations* observations);

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_OBSERVE_H_

#include "tap/judge/ports.h"

#include <algorithm>
#include <cmath>

#include "tap/judge/parameters.h"

namespace fanout {

void PortTest::add(Service service, bool answered, bool half_open, uint64_t packets) {
  ++tried_;
  things_.add(service);
  if (!answered && packets > kMostTries) return;  // streamed to
  const auto count = [&](Ports& ports) {
    ++(is_well_known(service) ? ports.well_known : ports.high);
  };
  const bool is_udp = service.transport == Transport::kUdp;
  const bool is_traceroute =
      service.port >= kTraceroute && service.port < kTraceroute + kTraceroutePorts;
  if (answered && !half_open) {
    answered_udp_ += is_udp ? 1 : 0;
    count(answered_);
  } else if (!is_udp) {
    ++failed_;
    if (packets <= kMostProbePackets) count(probed_);
  } else if (!is_traceroute) {
    ++silent_udp_;
    if (packets <= kMostProbePackets) count(probed_udp_);
  }
}

double PortTest::score(uint64_t packets, uint64_t lasted) const {
  static const double kWellKnown = std::log(kScannerPortFails / kClientPortFails);
  static const double kHigh = std::log(kScannerPortFails / kClientHighFails);
  static const double kAnswers = std::log((1 - kScannerPortFails) / (1 - kClientPortFails));
  static const double kPace = std::log(kScannerPortPace / kClientPortPace);
  if (2 * failed() < tried_) return 0;
  const auto fruitless = [](const Ports& ports) {
    return static_cast<double>(ports.well_known) * kWellKnown +
           static_cast<double>(ports.high) * kHigh;
  };
  double score = fruitless(probed_) + (udp_fails() ? fruitless(probed_udp_) : 0);
  // Where no data followed, an open port was only found to be open.
  const bool converses = packets > kMostProbePackets * tried_;
  score += converses ? static_cast<double>(answered_.well_known + answered_.high) * kAnswers
                     : fruitless(answered_);
  // Two Poisson processes: whoever is faster than both may as well be a client that opens many
  // connections at once.
  const double seconds = static_cast<double>(lasted) / 1e9;
  const double pace =
      static_cast<double>(tried_ - 1) * kPace - (kScannerPortPace - kClientPortPace) * seconds;
  return score + std::min(pace, 0.0);
}

}  // namespace fanout

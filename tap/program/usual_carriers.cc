#include "tap/program/usual_carriers.h"

namespace fanout {
namespace {

// From `tshark -G decodes` of the three, for the protocols that tap/capture/carriers.cc names;
// tests/program holds them against the Wireshark that is there.
constexpr uint16_t kUdp[] = {
    0,     434,   925,   1701,  1745,  2055,  2123,  2152,  2157,  2268,  2428,  3343,  3386,
    3544,  4305,  4306,  4307,  4341,  4342,  4500,  4729,  4739,  4754,  4789,  4790,  4791,
    5000,  5001,  5072,  5246,  5247,  5436,  6081,  6118,  6343,  6635,  8472,  9996,  10253,
    12000, 12001, 12002, 12003, 12004, 12220, 12222, 12223, 13907, 13910, 17220, 17754, 17755,
    17756, 19999, 22222, 24576, 24577, 30030, 34962, 34980, 37008};
constexpr uint16_t kTcp[] = {554,  639,  925,   1080,  1344,  1998,  2123, 2152, 2502,
                             2905, 3002, 3003,  3006,  3245,  3246,  3247, 3248, 3386,
                             4222, 4249, 4250,  4739,  5000,  6633,  6634, 6653, 7236,
                             7471, 8554, 14001, 17755, 17756, 22222, 34980};

}  // namespace

const Carriers& usual_carriers() {
  static const Carriers carriers = [] {
    Carriers result;
    for (const uint16_t port : kUdp) result.udp.set(port);
    for (const uint16_t port : kTcp) result.tcp.set(port);
    result.tcp_takers.set(80);             // HTTP
    result.tcp_takers_of_binary.set(443);  // TLS
    result.udp_takers.set(53);             // DNS
    return result;
  }();
  return carriers;
}

}  // namespace fanout

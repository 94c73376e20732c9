// Names of hosts and services, as Wireshark resolves them.
#ifndef FANOUT_TAP_CAPTURE_NAMES_H_
#define FANOUT_TAP_CAPTURE_NAMES_H_

#include <string>

#include "tap/count/engine.h"

namespace fanout {

/// The resolved name of an address; empty if there is none or resolution is off (-n, -N).
std::string host_name(const Address& address);

/// The name of a TCP or UDP service; empty if there is none or all name resolution is off (-n).
std::string service_name(const Service& service);

/// Whether no names are to be resolved at all (-n).
bool is_resolution_off();

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_NAMES_H_

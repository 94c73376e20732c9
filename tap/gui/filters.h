// Display filters for what is selected in the window.
#ifndef FANOUT_TAP_GUI_FILTERS_H_
#define FANOUT_TAP_GUI_FILTERS_H_

#include <QString>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tap/count/engine.h"
#include "tap/count/observation.h"

namespace fanout::gui {

/// A filter with more addresses is longer than Wireshark can be asked to compile: there is none for
/// so many, nor for no address.
inline constexpr size_t kMostAddresses = 1000;

/// The packets of these sources.
QString source_filter(const std::vector<Address>& sources);

/// The first packets of these sources to each of their destinations.
QString new_destination_filter(const std::vector<Address>& sources);

/// The packets of a source to these destinations, all in its network.
QString pair_filter(const Address& source, const std::vector<Address>& destinations);

/// All packets from and to these addresses.
QString everything_filter(const std::vector<Address>& addresses);

/// The packets between a source and these destinations, in both directions; of ARP and NDP, the
/// source's requests.
QString exchange_filter(const Address& source, const std::vector<Address>& destinations);

/// Whom a source contacted.
struct ContactsOf {
  Address source;
  std::vector<Address> destinations;  ///< sorted
  std::vector<Service> services;      ///< sorted by port; empty: whatever they were
};

/// The packets of these sources to these destinations and services. What a list would hold too many
/// of is a range, from the first to the last.
QString contacts_filter(const std::vector<ContactsOf>& contacts);

/// How a filter joins the one that is there, as in Wireshark's own menus.
enum class Join : uint8_t { kReplace, kNot, kAnd, kOr, kAndNot, kOrNot };

/// The filter that results where `current` is there, which may be empty.
QString joined_filter(const QString& current, const QString& filter, Join join);

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_FILTERS_H_

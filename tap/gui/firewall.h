// Firewall rules against the selected sources, as Wireshark's Tools > Firewall ACL Rules has them.
#ifndef FANOUT_TAP_GUI_FIREWALL_H_
#define FANOUT_TAP_GUI_FIREWALL_H_

#include <QString>
#include <cstddef>
#include <vector>

#include "tap/count/observation.h"

namespace fanout::gui {

/// The products, with Wireshark's names and in its order; but for netsh's old syntax, which has no
/// rule for an address alone.
size_t firewall_products();
QString firewall_product_name(size_t product);

/// Rules that deny these sources inbound packets, one a line, after a comment with what they are
/// for; of each address only one. A product that has no such rule for IPv6 gets a comment instead.
QString firewall_rules(size_t product, const std::vector<Address>& sources, const QString& file);

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_FIREWALL_H_

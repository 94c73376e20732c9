#include "tap/gui/firewall.h"

#include <QStringList>
#include <iterator>

namespace fanout::gui {
namespace {

// After Wireshark's ui/firewall_rules.c; %1 is the address. Where a product takes IPv6 addresses,
// it does so in its own words.
struct Product {
  const char* name;
  const char* hint;
  const char* comment;
  const char* ipv4;
  const char* ipv6;  // nullptr: none
};
constexpr Product kProducts[] = {
    {"Cisco IOS (standard)", "Change NUMBER to a valid ACL number.", "!",
     "access-list NUMBER deny host %1", nullptr},
    {"Cisco IOS (extended)", "Change NUMBER to a valid ACL number.", "!",
     "access-list NUMBER deny ip host %1 any", nullptr},
    {"IP Filter (ipfilter)", "Change le0 to a valid interface if needed.", "#",
     "block in on le0 from %1 to any", "block in on le0 from %1 to any"},
    {"IPFirewall (ipfw)", "", "#", "add deny ip from %1 to any in",
     "add deny ip6 from %1 to any in"},
    {"Netfilter (iptables)", "Change eth0 to a valid interface if needed.", "#",
     "iptables --append INPUT --in-interface eth0 --source %1/32 --jump DROP",
     "ip6tables --append INPUT --in-interface eth0 --source %1/128 --jump DROP"},
    {"Packet Filter (pf)", "$ext_if should be set to a valid interface.", "#",
     "block in quick on $ext_if from %1 to any", "block in quick on $ext_if from %1 to any"},
    {"Windows Firewall (netsh new syntax)", "", "#",
     "add rule name=\"Wireshark\" dir=in action=block remoteip=%1",
     "add rule name=\"Wireshark\" dir=in action=block remoteip=%1"},
};

}  // namespace

size_t firewall_products() { return std::size(kProducts); }

QString firewall_product_name(size_t product) { return kProducts[product].name; }

QString firewall_rules(size_t number, const std::vector<Address>& sources, const QString& file) {
  const Product& product = kProducts[number];
  QStringList lines;
  lines.append(QString("%1 %2 rules for %3. %4")
                   .arg(product.comment, product.name, file, product.hint)
                   .trimmed());
  for (const Address& source : sources) {
    const bool is_ipv6 = has_ipv6_addresses(source.network);
    const QString address = QString::fromStdString(to_string(source));
    const char* rule = is_ipv6 ? product.ipv6 : product.ipv4;
    const QString line =
        rule == nullptr
            ? QString("%1 %2: there is no rule of this kind for IPv6").arg(product.comment, address)
            : QString(rule).arg(address);
    // The same host may be a source by ARP and by IP.
    if (!lines.contains(line)) lines.append(line);
  }
  return lines.join('\n') + '\n';
}

}  // namespace fanout::gui

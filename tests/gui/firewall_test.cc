#include "tap/gui/firewall.h"

#include <gtest/gtest.h>

namespace fanout::gui {
namespace {

const Address kHost{Network::kIpv4, 0, 0x0a000001};
const Address kArpHost{Network::kArp, 0, 0x0a000001};
const Address kIpv6Host{Network::kIpv6, 0x2001'0db8'0000'0000, 1};

// The lines after the comment.
QString rules(size_t product, const std::vector<Address>& sources) {
  return firewall_rules(product, sources, "x.pcap").section('\n', 1);
}

TEST(FirewallTest, HasTheRulesOfWiresharksDialog) {
  const char* const kWanted[] = {
      "access-list NUMBER deny host 10.0.0.1\n",
      "access-list NUMBER deny ip host 10.0.0.1 any\n",
      "block in on le0 from 10.0.0.1 to any\n",
      "add deny ip from 10.0.0.1 to any in\n",
      "iptables --append INPUT --in-interface eth0 --source 10.0.0.1/32 --jump DROP\n",
      "block in quick on $ext_if from 10.0.0.1 to any\n",
      "add rule name=\"Wireshark\" dir=in action=block remoteip=10.0.0.1\n"};
  ASSERT_EQ(firewall_products(), std::size(kWanted));
  for (size_t i = 0; i < std::size(kWanted); ++i) {
    EXPECT_EQ(rules(i, {kHost}).toStdString(), kWanted[i]);
  }
}

TEST(FirewallTest, SaysWhatTheRulesAreForAndWhatToChange) {
  EXPECT_EQ(firewall_rules(4, {kHost}, "x.pcap").section('\n', 0, 0).toStdString(),
            "# Netfilter (iptables) rules for x.pcap. Change eth0 to a valid interface if needed.");
  EXPECT_TRUE(firewall_rules(0, {kHost}, "x.pcap").startsWith("! Cisco IOS (standard) rules"));
}

TEST(FirewallTest, HasOneRuleForAHostWhateverItWasSeenBy) {
  EXPECT_EQ(rules(3, {kHost, kArpHost}), "add deny ip from 10.0.0.1 to any in\n");
}

TEST(FirewallTest, HasRulesForIpv6WhereTheProductHas) {
  EXPECT_EQ(rules(4, {kIpv6Host}).toStdString(),
            "ip6tables --append INPUT --in-interface eth0 --source 2001:db8::1/128 --jump DROP\n");
  EXPECT_EQ(rules(0, {kIpv6Host}).toStdString(),
            "! 2001:db8::1: there is no rule of this kind for IPv6\n");
}

}  // namespace
}  // namespace fanout::gui

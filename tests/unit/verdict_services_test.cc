#include "judged.h"

namespace fanout {
namespace {

// Verdicts on few ports of a host, and on few services of many.

using ServicesVerdictTest = JudgedTraffic;

constexpr uint16_t kServices[] = {21, 22, 23, 25, 80, 110, 139, 443, 445, 3389};

TEST_F(ServicesVerdictTest, TenWellKnownServicesThatFailAreAPortScanAndNineAreNot) {
  for (const uint16_t port : kServices) {
    EXPECT_NE(verdict_of_or_none(a), "port-scan");
    traffic.syn(a, b, port);
    traffic.rst(b, a, port);
  }
  EXPECT_EQ(verdict_of(a), "port-scan");
  EXPECT_EQ(verdict_of(a, 20), "unclear") << "the user's own threshold";
}

TEST_F(ServicesVerdictTest, OpenPortsThatAreOnlyFoundOpenCountWithThem) {
  for (const uint16_t port : kServices) {
    traffic.syn(a, b, port);
    if (port == 80 || port == 443) {
      traffic.syn_ack(b, a, port);
      traffic.ack(a, b, port);
    } else {
      traffic.rst(b, a, port);
    }
  }
  EXPECT_EQ(verdict_of(a), "port-scan");
}

TEST_F(ServicesVerdictTest, ASourceThatUsesTheOpenPortsIsAClient) {
  for (const uint16_t port : kServices) {
    if (port == 80 || port == 443 || port == 22) {
      for (int turn = 0; turn < 5; ++turn) traffic.converse(a, b, port);
    } else {
      traffic.syn(a, b, port);
    }
  }
  EXPECT_EQ(verdict_of(a), "client");
}

TEST_F(ServicesVerdictTest, MailAutodiscoveryIsNone) {
  for (const uint16_t port : {143, 993, 110, 995, 25, 465, 587}) traffic.syn(a, b, port);
  EXPECT_EQ(verdict_of(a), "unclear");
}

TEST_F(ServicesVerdictTest, HighPortsNeedTheThreshold) {
  for (uint16_t port = 7000; port < 7012; ++port) traffic.syn(a, b, port);
  EXPECT_EQ(verdict_of(a), "unclear") << "port knocking, data connections";
}

TEST_F(ServicesVerdictTest, ServicesAskedForHoursApartAreNone) {
  traffic.step = 600 * kSecond;
  for (const uint16_t port : kServices) traffic.syn(a, b, port);
  EXPECT_EQ(verdict_of(a), "unclear");
}

TEST_F(ServicesVerdictTest, AllScannedHostsAreListed) {
  for (uint32_t host = 0; host < 3; ++host) {
    for (uint16_t port = 1; port <= 16 + host; ++port) traffic.syn(a, ipv4(100 + host), port);
  }
  traffic.syn(a, ipv4(200), 1);
  traffic.syn(a, ipv4(200), 2);
  const auto hosts = scanned_hosts(evidence_of(a), 15);
  ASSERT_EQ(hosts.size(), 3u);
  EXPECT_EQ(hosts[0].address, ipv4(102)) << "most first";
  EXPECT_EQ(hosts[0].failed, 18u);
  EXPECT_EQ(hosts[2].address, ipv4(100));
}

TEST_F(ServicesVerdictTest, AWormBesideAPeerToPeerClientScans) {
  for (uint16_t i = 0; i < 200; ++i) traffic.converse(a, ipv4(1000 + i), 10000 + i);
  for (uint16_t i = 0; i < 100; ++i) traffic.syn(a, ipv4(2000 + i), 20000 + i);
  EXPECT_EQ(verdict_of(a), "peer-to-peer");
  for (uint32_t i = 0; i < 54; ++i) traffic.syn(a, ipv4(0xac100001 + i * kFarApart), 23);
  EXPECT_EQ(verdict_of(a), "address-scan");
}

TEST_F(ServicesVerdictTest, AFewPeersOnOneWellKnownPortAreNone) {
  for (uint16_t i = 0; i < 2000; ++i) {
    i % 4 == 0 ? traffic.converse(a, ipv4(10000 + i), 10000 + i)
               : (void)traffic.syn(a, ipv4(10000 + i), 10000 + i);
  }
  for (uint32_t i = 0; i < 9; ++i) traffic.syn(a, ipv4(0xac100001 + i * kFarApart), 22);
  EXPECT_EQ(verdict_of(a), "peer-to-peer");
}

TEST_F(ServicesVerdictTest, AScannerDrawsFromFewServicesAndPeersHaveNewOnes) {
  const uint16_t few[] = {80, 88, 8080};
  for (uint16_t i = 0; i < 10; ++i) {
    traffic.syn(a, ipv4(100 + i), few[i % 3]);
    traffic.syn(b, ipv4(100 + i), i < 2 ? 6881 : 20000 + i);
  }
  EXPECT_EQ(verdict_of(a), "address-scan");
  EXPECT_EQ(verdict_of(b), "unclear");
}

}  // namespace
}  // namespace fanout

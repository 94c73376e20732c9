// Two steps of one campaign: a sweep of the link, then a scan of those that responded.
#include "tap/judge/steps.h"

#include <string>

#include <gtest/gtest.h>

#include "tap/report/report.h"
#include "traffic.h"

namespace fanout {
namespace {

constexpr uint32_t kScanner = 0x0a000001;
constexpr uint32_t kFirst = 0x0a000010;
constexpr uint32_t kSwept = 200;
constexpr uint32_t kUp = 10;  // one of so many responds

class Campaign : public ::testing::Test {
 protected:
  void sweep_link() {
    for (uint32_t i = 0; i < kSwept; ++i) {
      traffic.arp_request(kScanner, kFirst + i);
      if (i % kUp == 0) traffic.arp_reply(kFirst + i, kScanner);
    }
  }
  /// SYNs to 445/tcp of each `every`th address.
  void scan(uint32_t every, uint32_t scanner = kScanner) {
    for (uint32_t i = 0; i < kSwept; i += every) {
      traffic.syn(ipv4(scanner), ipv4(kFirst + i), 445);
    }
  }
  std::string reason_of(const Address& address) {
    const Report report =
        make_report(std::shared_ptr<const Engine>(&engine, [](const Engine*) {}), {}, {});
    for (const SourceRow& row : report.sources) {
      if (row.address == address) return row.reason;
    }
    return "";
  }
  bool says(const Address& address, const std::string& what) {
    return reason_of(address).find(what) != std::string::npos;
  }

  Engine engine{Engine::Options{}};
  Traffic traffic{engine};
};

TEST_F(Campaign, IsASweepAndThenAScanOfThoseThatResponded) {
  sweep_link();
  scan(kUp);
  EXPECT_TRUE(says(ipv4(kScanner),
                   "; after its ARP sweep of 10.0.0.0/24, to which 20 of its 20 targets had "
                   "responded"))
      << reason_of(ipv4(kScanner));
  EXPECT_TRUE(says(arp(kScanner), "; before its SYN scan of 20 of the 20 hosts that responded"))
      << reason_of(arp(kScanner));
}

TEST_F(Campaign, GoesOnWithAPortScanOfOneHost) {
  sweep_link();
  for (uint16_t port = 1; port <= 20; ++port) {
    traffic.syn(ipv4(kScanner), ipv4(kFirst + kUp), port);
  }
  EXPECT_TRUE(says(ipv4(kScanner), "to which 1 of its 1 target had responded"));
  EXPECT_TRUE(says(arp(kScanner), "before its SYN scan of 1 of the 20 hosts that responded"));
}

TEST_F(Campaign, IsNoneWhereTheScanCameFirst) {
  scan(kUp);
  sweep_link();
  EXPECT_FALSE(says(ipv4(kScanner), "after its"));
  EXPECT_FALSE(says(arp(kScanner), "before its"));
}

TEST_F(Campaign, IsNoneWhereOthersAreScanned) {
  sweep_link();
  scan(1);
  EXPECT_FALSE(says(ipv4(kScanner), "after its")) << reason_of(ipv4(kScanner));
}

TEST_F(Campaign, IsNoneOfAnotherHost) {
  sweep_link();
  scan(kUp, kScanner + 1);
  EXPECT_FALSE(says(ipv4(kScanner + 1), "after its"));
  EXPECT_FALSE(says(arp(kScanner), "before its"));
}

TEST_F(Campaign, IsNoneWhereTheLinkWasNotSwept) {
  for (uint32_t i = 0; i < kSwept; i += kUp) {
    traffic.arp_request(kScanner, kFirst + i);
    traffic.arp_reply(kFirst + i, kScanner);
  }
  scan(kUp);
  EXPECT_FALSE(says(ipv4(kScanner), "after its")) << "the requests of a system that connects";
}

}  // namespace
}  // namespace fanout

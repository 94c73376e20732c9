// The header reader against the reference, on sound and on damaged frames.
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "frames.h"
#include "reference_reader.h"

namespace fanout {
namespace {

struct Sample {
  Link link;
  Octets frame;
};

// IP packets of all kinds, with their EtherType.
std::vector<std::pair<uint16_t, Octets>> packets() {
  std::vector<std::pair<uint16_t, Octets>> result;
  const std::vector<std::pair<uint8_t, Octets>> payloads = {
      {6, tcp(40000, 443, 0x02)},
      {6, tcp(443, 40000, 0x12)},
      {6, tcp(40000, 443, 0x18, octets_of("GET / HTTP/1.1\r\n"))},
      {6, tcp(443, 40000, 0x14)},
      {17, udp(40000, 53, Octets(20))},
      {17, udp(53, 40000, {0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 0})},
      {17, udp(67, 68, Octets(44))},
      {17, udp(68, 67, Octets(44))},
      {17, udp(547, 546, Octets(44))},
      {17, udp(4789, 4789, Octets(60))},
      {1, icmp(8)},
      {1, icmp(3, ipv4_packet(17, udp(1, 2)))},
      {58, icmp(128)},
      {58, icmp(136, Octets(16))},
      {2, {0x16, 0, 0, 0, 0xe0, 0, 0, 1}},
      {4, ipv4_packet(17, udp(1, 2))},
      {41, ipv6_packet(17, udp(1, 2))},
      {47, Octets(12)},
      {59, {}},
  };
  for (const auto& [protocol, payload] : payloads) {
    result.emplace_back(0x0800, ipv4_packet(protocol, payload));
    result.emplace_back(0x0800, ipv4_packet(protocol, payload, {.fragment = 0x2000}));
    result.emplace_back(0x0800, ipv4_packet(protocol, payload, {.fragment = 0x00b9}));
    result.emplace_back(0x0800, ipv4_packet(protocol, payload, {.options = {148, 4, 0, 0}}));
    result.emplace_back(0x0800,
                        ipv4_packet(protocol, payload, {.options = {131, 7, 4, 9, 9, 9, 9, 0}}));
    result.emplace_back(0x86dd, ipv6_packet(protocol, payload));
    result.emplace_back(0x86dd,
                        ipv6_packet(0, options_header(protocol, {1, 4, 0, 0, 0, 0}, payload)));
    result.emplace_back(
        0x86dd,
        ipv6_packet(0, options_header(60, {5, 2, 0, 0, 0, 0},
                                      options_header(protocol, {1, 4, 0, 0, 0, 0}, payload))));
  }
  return result;
}

std::vector<Sample> samples() {
  std::vector<Sample> result;
  for (const auto& [type, packet] : packets()) {
    result.push_back({Link::kEthernet, ethernet(type, packet)});
    result.push_back({Link::kEthernet, ethernet(0x8100, vlan(type, packet))});
    result.push_back({Link::kEthernet, ethernet(0x88a8, vlan(0x8100, vlan(type, packet)))});
    result.push_back({Link::kLinuxCooked, linux_cooked(1, type, packet)});
    result.push_back({Link::kLinuxCooked2, linux_cooked2(772, type, packet)});
    result.push_back({Link::kRawIp, packet});
    const bool is_ipv4 = type == 0x0800;
    const auto family = static_cast<uint8_t>(is_ipv4 ? 2 : 30);
    result.push_back({Link::kBsdLoopback, loopback({family, 0, 0, 0}, packet)});
    result.push_back({Link::kBsdLoopback, loopback({0, 0, 0, family}, packet)});
    result.push_back({Link::kOpenBsdLoopback, loopback({0, 0, 0, family}, packet)});
  }
  for (const uint16_t operation : {1, 2, 3}) {
    for (const uint32_t sender : {0u, 0x0a000001u, 0x0a000002u}) {
      const Octets packet = arp_packet(operation, sender, 0x0a000002);
      result.push_back({Link::kEthernet, ethernet(0x0806, packet)});
      result.push_back({Link::kEthernet, ethernet(0x8100, vlan(0x0806, packet))});
      result.push_back({Link::kLinuxCooked, linux_cooked(1, 0x0806, packet)});
      result.push_back({Link::kLinuxCooked2, linux_cooked2(1, 0x0806, packet)});
    }
  }
  return result;
}

Carriers some_carriers() {
  Carriers carriers;
  carriers.udp[4789] = true;
  carriers.tcp[1080] = true;
  return carriers;
}

std::string described(const Sample& sample) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "link " + std::to_string(static_cast<int>(sample.link)) + ": ";
  for (const uint8_t byte : sample.frame) {
    text += kDigits[byte / 16];
    text += kDigits[byte % 16];
  }
  return text;
}

uint32_t length_of(const Sample& sample) { return static_cast<uint32_t>(sample.frame.size()); }

TEST(HeadersDifferential, SoundFramesAreReadAsByTheReference) {
  for (const bool with_carriers : {false, true}) {
    const Carriers carriers = with_carriers ? some_carriers() : Carriers{};
    for (const Sample& sample : samples()) {
      EXPECT_EQ(disagreement(sample.link, sample.frame, length_of(sample), carriers), "")
          << described(sample);
    }
  }
}

TEST(HeadersDifferential, FramesCutShortAreReadAsByTheReference) {
  for (const Sample& sample : samples()) {
    for (size_t size = 0; size < sample.frame.size(); ++size) {
      const Octets cut(sample.frame.begin(), sample.frame.begin() + static_cast<ptrdiff_t>(size));
      for (const size_t length : {size, size + 1, sample.frame.size()}) {
        ASSERT_EQ(disagreement(sample.link, cut, static_cast<uint32_t>(length), {}), "")
            << size << " of " << described(sample);
      }
    }
  }
}

TEST(HeadersDifferential, PaddedFramesAreReadAsByTheReference) {
  for (Sample sample : samples()) {
    sample.frame.resize(sample.frame.size() + 18);
    EXPECT_EQ(disagreement(sample.link, sample.frame, length_of(sample), {}), "")
        << described(sample);
  }
}

TEST(HeadersDifferential, FramesWithEachBitFlippedAreReadAsByTheReference) {
  const Carriers carriers = some_carriers();
  for (Sample sample : samples()) {
    for (size_t bit = 0; bit < 8 * sample.frame.size(); ++bit) {
      uint8_t& byte = sample.frame[bit / 8];
      byte = static_cast<uint8_t>(byte ^ 1 << bit % 8);
      ASSERT_EQ(disagreement(sample.link, sample.frame, length_of(sample), carriers), "")
          << "bit " << bit << " of " << described(sample);
      byte = static_cast<uint8_t>(byte ^ 1 << bit % 8);
    }
  }
}

TEST(HeadersDifferential, FramesDamagedAtRandomAreReadAsByTheReference) {
  const std::vector<Sample> sound = samples();
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    Sample sample = sound[random() % sound.size()];
    for (size_t damage = random() % 4; damage > 0; --damage) {
      const size_t at = random() % sample.frame.size();
      sample.frame[at] = static_cast<uint8_t>(random());
    }
    if (random() % 4 == 0) sample.frame.resize(random() % (sample.frame.size() + 20));
    const uint32_t length = length_of(sample) + (random() % 4 == 0 ? random() % 100 : 0);
    ASSERT_EQ(disagreement(sample.link, sample.frame, length, {}), "") << described(sample);
  }
}

TEST(HeadersDifferential, NoiseIsReadAsByTheReference) {
  std::mt19937 random(2);
  for (int i = 0; i < 100'000; ++i) {
    Sample sample{static_cast<Link>(random() % kLinks), Octets(random() % 80)};
    for (uint8_t& byte : sample.frame) {
      byte = static_cast<uint8_t>(random() % 4 == 0 ? 0 : random());
    }
    ASSERT_EQ(disagreement(sample.link, sample.frame, length_of(sample), {}), "")
        << described(sample);
  }
}

}  // namespace
}  // namespace fanout

#include "tests/fuzz/damage.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace fanout {
namespace {

constexpr size_t kLongest = 600;

using Octets = std::vector<uint8_t>;
using Random = std::mt19937;

size_t below(Random& random, size_t bound) { return bound == 0 ? 0 : random() % bound; }
uint8_t byte(Random& random) { return static_cast<uint8_t>(random()); }
Octets::iterator at(Octets& octets, size_t offset) {
  return octets.begin() + static_cast<ptrdiff_t>(offset);
}

// Where something that looks like an IPv4 header (or an IPv6 header) begins, or the frame's end.
size_t find_ip(const Octets& frame, Random& random) {
  std::vector<size_t> places;
  for (size_t i = 0; i + 20 <= frame.size() && places.size() < 8; ++i) {
    const bool is_ipv4 = frame[i] >= 0x45 && frame[i] <= 0x4f && frame[i + 2] < 8;
    const bool is_ipv6 = frame[i] == 0x60 && frame[i + 4] < 8;
    if (is_ipv4 || is_ipv6) places.push_back(i);
  }
  return places.empty() ? frame.size() : places[below(random, places.size())];
}

void flip_bit(Octets& frame, Random& random) {
  if (frame.empty()) return;
  uint8_t& chosen = frame[below(random, frame.size())];
  chosen = static_cast<uint8_t>(chosen ^ 1 << random() % 8);
}

// Values of bytes at which a header changes its meaning: lengths, versions, protocols, types.
void set_byte(Octets& frame, Random& random) {
  static constexpr uint8_t kValues[] = {
      0,  1,  2,  3,  4,   6,   7, 8, 17,  20,  41,  43,  44,  47,  50,  51,  58,  59,  60, 69,
      70, 79, 96, 97, 103, 115, 4, 8, 127, 128, 131, 132, 135, 136, 137, 139, 140, 148, 255};
  if (frame.empty()) return;
  frame[below(random, frame.size())] = kValues[below(random, std::size(kValues))];
}

void set_at_random(Octets& frame, Random& random) {
  if (!frame.empty()) frame[below(random, frame.size())] = byte(random);
}

// A number of 16 bits somewhat more or less: a length, an EtherType, a port.
void shift_number(Octets& frame, Random& random) {
  if (frame.size() < 2) return;
  const size_t where = below(random, frame.size() - 1);
  const auto number =
      static_cast<int>(big_endian(&frame[where], 2)) + static_cast<int>(below(random, 41)) - 20;
  frame[where] = static_cast<uint8_t>(number >> 8);
  frame[where + 1] = static_cast<uint8_t>(number);
}

// EtherTypes, also as PPP and LLC carry them, and ports that decide what is dissected.
void set_number(Octets& frame, Random& random) {
  static constexpr uint16_t kNumbers[] = {
      0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 0x9100, 0x8847, 0x8848, 0x8864, 0x8863,
      0x0021, 0x0057, 0xaaaa, 0x0606, 0x6558, 0x880b, 0x88e5, 0x22f3, 0x894f, 0x8035,
      0x0000, 0x0001, 0x05dc, 0x0600, 0x2000, 0x1fff, 0x4000, 53,     67,     68,
      123,    443,    546,    547,    1701,   1812,   2152,   3544,   4500,   4739,
      4789,   5353,   6081,   6343,   8472,   9996,   1080,   7236,   80,     34980};
  if (frame.size() < 2) return;
  const size_t where = below(random, frame.size() - 1);
  const uint16_t number = kNumbers[below(random, std::size(kNumbers))];
  frame[where] = static_cast<uint8_t>(number >> 8);
  frame[where + 1] = static_cast<uint8_t>(number);
}

void insert_bytes(Octets& frame, Random& random) {
  Octets more(1 + below(random, 12));
  for (uint8_t& octet : more) octet = random() % 2 == 0 ? 0 : byte(random);
  frame.insert(at(frame, below(random, frame.size() + 1)), more.begin(), more.end());
}

void remove_bytes(Octets& frame, Random& random) {
  if (frame.empty()) return;
  const size_t where = below(random, frame.size());
  const size_t count = std::min(frame.size() - where, 1 + below(random, 12));
  frame.erase(at(frame, where), at(frame, where + count));
}

// The beginning of one frame and the end of another, where both may begin a packet.
void splice(Octets& frame, const Octets& other, Random& random) {
  const size_t end = random() % 2 == 0 ? find_ip(frame, random) : below(random, frame.size() + 1);
  const size_t from = random() % 2 == 0 ? find_ip(other, random) : below(random, other.size() + 1);
  frame.resize(end);
  frame.insert(frame.end(), other.begin() + static_cast<ptrdiff_t>(from), other.end());
}

// Options in an IPv4 header, of sound and unsound kinds and lengths, or an extension header before
// what an IPv6 header carries.
void extend_header(Octets& frame, Random& random) {
  static constexpr uint8_t kOptions[] = {0,   1,   7,   11,  12,  68,  82,
                                         130, 131, 133, 134, 136, 137, 148};
  static constexpr uint8_t kHeaders[] = {0, 43, 44, 51, 60, 135, 139, 140};
  const size_t where = find_ip(frame, random);
  if (where + 20 > frame.size()) return;
  const size_t words = 1 + below(random, 4);
  if (frame[where] >> 4 == 4) {
    Octets options(4 * words);
    for (uint8_t& octet : options) octet = static_cast<uint8_t>(below(random, 12));
    options[0] = kOptions[below(random, std::size(kOptions))];
    const size_t header = (frame[where] & 15) + words;
    frame[where] = static_cast<uint8_t>(0x40 | std::min<size_t>(header, 15));
    frame[where + 3] = static_cast<uint8_t>(frame[where + 3] + 4 * words);
    frame.insert(at(frame, where + 20), options.begin(), options.end());
  } else if (where + 40 <= frame.size()) {
    Octets extension(8 * words);
    for (uint8_t& octet : extension) octet = static_cast<uint8_t>(below(random, 8));
    extension[0] = frame[where + 6];
    extension[1] = static_cast<uint8_t>(words - 1);
    frame[where + 6] = kHeaders[below(random, std::size(kHeaders))];
    frame[where + 5] = static_cast<uint8_t>(frame[where + 5] + 8 * words);
    frame.insert(at(frame, where + 40), extension.begin(), extension.end());
  }
}

void make_fragment(Octets& frame, Random& random) {
  const size_t where = find_ip(frame, random);
  if (where + 20 > frame.size() || frame[where] >> 4 != 4) return;
  static constexpr uint16_t kFields[] = {0x2000, 0x0001, 0x2001, 0x4000, 0x1fff, 0x8000, 0x00b9};
  const uint16_t field = kFields[below(random, std::size(kFields))];
  frame[where + 6] = static_cast<uint8_t>(field >> 8);
  frame[where + 7] = static_cast<uint8_t>(field);
}

// What stands between an Ethernet header and its EtherType.
void add_tag(Octets& frame, Random& random) {
  static const Octets kTags[] = {{0x81, 0x00, 0x00, 0x2a},
                                 {0x88, 0xa8, 0x00, 0x2a},
                                 {0x91, 0x00, 0x00, 0x2a},
                                 {0x88, 0x64, 0x11, 0x00, 0x00, 0x01, 0x00, 0x40, 0x00, 0x21},
                                 {0x88, 0x47, 0x00, 0x01, 0x01, 0x40},
                                 {0x00, 0x40, 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00}};
  constexpr size_t kAtType = 12;
  if (frame.size() < kAtType) return;
  const Octets& tag = kTags[below(random, std::size(kTags))];
  frame.insert(at(frame, kAtType), tag.begin(), tag.end());
}

// Writes `number` into the source address of the outermost IP header, wherever the frame has it, so
// that no two frames belong to one conversation.
void give_own_source(Frame& frame, uint32_t number) {
  Observation header;
  read_frame(frame.link, frame.captured, frame.length, Carriers(), header);
  const std::array<uint8_t, 16> source = header.source.bytes();
  const size_t size = has_ipv6_addresses(header.source.network) ? 16 : 4;
  if (header.source == Address()) return;
  auto place = frame.captured.begin();
  while ((place = std::search(place, frame.captured.end(), source.begin(),
                              source.begin() + static_cast<ptrdiff_t>(size))) !=
         frame.captured.end()) {
    place += static_cast<ptrdiff_t>(size);
    for (int i = 1; i <= 3; ++i) place[-i] = static_cast<uint8_t>(number >> 8 * (i - 1));
  }
}

}  // namespace

std::vector<std::vector<Frame>> read_seeds(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path());
  }
  // The order of a folder differs between machines, and a seed of random numbers must not.
  std::sort(paths.begin(), paths.end());
  std::vector<std::vector<Frame>> result(kLinks);
  for (const std::string& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.size() < 2 || static_cast<size_t>(text[0]) >= kLinks) {
      throw std::runtime_error(path + " is not a seed of tests/fuzz/corpus.py");
    }
    Frame frame{static_cast<Link>(text[0]), Octets(text.begin() + 2, text.end()), 0};
    frame.length = static_cast<uint32_t>(frame.captured.size() + static_cast<uint8_t>(text[1]));
    result[static_cast<size_t>(text[0])].push_back(std::move(frame));
  }
  for (const std::vector<Frame>& frames : result) {
    if (frames.empty()) throw std::runtime_error(folder + " has no seeds of some link type");
  }
  return result;
}

Frame damaged(const std::vector<Frame>& seeds, uint32_t number, Random& random) {
  using Damage = void (*)(Octets&, Random&);
  static constexpr Damage kDamages[] = {flip_bit,     set_byte,      set_at_random,
                                        shift_number, set_number,    insert_bytes,
                                        remove_bytes, extend_header, make_fragment};
  Frame frame = seeds[below(random, seeds.size())];
  give_own_source(frame, number);
  Octets& octets = frame.captured;
  const size_t missing = frame.length - octets.size();
  for (size_t count = below(random, 6); count > 0; --count) {
    const size_t kind = below(random, std::size(kDamages) + 2);
    if (kind < std::size(kDamages)) {
      kDamages[kind](octets, random);
    } else if (kind == std::size(kDamages)) {
      splice(octets, seeds[below(random, seeds.size())].captured, random);
    } else if (frame.link == Link::kEthernet) {
      add_tag(octets, random);
    }
  }
  if (octets.size() > kLongest) octets.resize(kLongest);
  frame.length = static_cast<uint32_t>(octets.size() + missing);
  if (random() % 4 == 0) octets.resize(below(random, octets.size() + 1));
  if (random() % 8 == 0) frame.length = static_cast<uint32_t>(octets.size() + below(random, 64));
  return frame;
}

}  // namespace fanout

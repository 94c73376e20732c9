#include "tests/fuzz/both_paths.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

#include <epan/dissectors/packet-ip.h>
#include <unistd.h>
#include <wsutil/privileges.h>

#include "tap/count/tunnels.h"
#include "tap/program/capture_file.h"
#include "tap/program/dissector.h"
#include "tests/unit/observation_text.h"

extern "C" fanout::Dissector* fanout_dissector();

namespace fanout {
namespace {

using Conversations = std::vector<std::pair<Address, Address>>;

Conversations g_tapped;

Address address_of(const address& address) {
  const auto* bytes = static_cast<const uint8_t*>(address.data);
  return address.type == AT_IPv6 ? Address::ipv6(bytes) : Address::ipv4(bytes);
}

// As the conversation tables do: epan/dissectors/packet-ip.c and packet-ipv6.c.
template <typename Header>
tap_packet_status on_conversation(void*, packet_info*, epan_dissect_t*, const void* data,
                                  tap_flags_t) {
  const auto* header = static_cast<const Header*>(data);
  if constexpr (requires { header->ip_src; }) {
    g_tapped.emplace_back(address_of(header->ip_src), address_of(header->ip_dst));
  } else {
    g_tapped.emplace_back(address_of(header->ip6_src), address_of(header->ip6_dst));
  }
  return TAP_PACKET_DONT_REDRAW;
}

void listen(const char* tap, tap_packet_cb packet) {
  GString* why = register_tap_listener(tap, &g_tapped, nullptr, TL_REQUIRES_NOTHING, nullptr,
                                       packet, nullptr, nullptr);
  if (why != nullptr) throw std::runtime_error(why->str);
}

void put32(std::string& text, uint32_t number) {
  text.append(reinterpret_cast<const char*>(&number), sizeof number);
}

// https://www.tcpdump.org/linktypes.html
uint32_t link_number(Link link) {
  switch (link) {
    case Link::kEthernet:
      return 1;
    case Link::kLinuxCooked:
      return 113;
    case Link::kLinuxCooked2:
      return 276;
    case Link::kRawIp:
      return 101;
    case Link::kBsdLoopback:
      return 0;
    case Link::kOpenBsdLoopback:
      return 108;
  }
  return 0;
}

// A capture in a file that is there only for as long as this is.
class PassingCapture {
 public:
  explicit PassingCapture(std::span<const Frame> frames) {
    std::string name = std::filesystem::temp_directory_path() / "against_wireshark.XXXXXX";
    const int file = mkstemp(name.data());
    if (file < 0) throw std::runtime_error("cannot create " + name);
    close(file);
    path_ = name;
    write_capture(path_, frames);
  }
  ~PassingCapture() { std::remove(path_.c_str()); }
  PassingCapture(const PassingCapture&) = delete;
  PassingCapture& operator=(const PassingCapture&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Ends what was begun of the dissection of a capture.
struct EndOfCapture {
  void operator()(Dissector* dissector) const { dissector->end(); }
};

// Whether a header has options, or headers after it, in which dissection can end before the tap.
bool has_options(const Frame& frame, const Observation& observation) {
  static constexpr uint8_t kExtensions[] = {0, 43, 44, 51, 60, 135, 139, 140};
  const bool is_ipv6 = observation.source.network == Network::kIpv6;
  const std::array<uint8_t, 16> source = observation.source.bytes();
  const ptrdiff_t at_source = is_ipv6 ? 8 : 12;
  const ptrdiff_t size = is_ipv6 ? 16 : 4;
  for (auto at = frame.captured.begin();; ++at) {
    at = std::search(at, frame.captured.end(), source.begin(), source.begin() + size);
    if (at == frame.captured.end()) return false;
    if (at - frame.captured.begin() < at_source) continue;
    const uint8_t* header = &*at - at_source;
    if (is_ipv6 ? std::ranges::find(kExtensions, header[6]) != std::end(kExtensions)
                : header[0] >> 4 == 4 && (header[0] & 15) > 5) {
      return true;
    }
  }
}

std::string described(const std::vector<Observation>& observations) {
  std::string text;
  for (const Observation& observation : observations) text += "  " + text_of(observation) + "\n";
  return text.empty() ? "  nothing\n" : text;
}

std::string described(const Conversations& conversations) {
  std::string text;
  for (const auto& [source, destination] : conversations) {
    text += "  " + to_string(source) + " > " + to_string(destination) + "\n";
  }
  return text.empty() ? "  nothing\n" : text;
}

std::vector<Observation> read_headers(CaptureFile& file, FrameReader& reader, bool* suffice) {
  std::vector<Observation> result;
  Link link{};
  *suffice = false;
  if (!file.link(&link)) return result;
  HeaderObservations observed;
  observed.header.frame = file.number();
  observed.header.bytes = file.length();
  observed.header.time = file.time();
  const Reading reading = reader.read(link, file.bytes(), file.length(), observed);
  *suffice = reading == Reading::kObservation || reading == Reading::kNothing;
  if (reading != Reading::kObservation) return result;
  observed.for_each([&](const Observation& one) { result.push_back(one); });
  return result;
}

}  // namespace

void start_wireshark(const char* program) {
  start_log("against_wireshark",
            [](const char* format, va_list values) { std::vfprintf(stderr, format, values); });
  init_process_policies();
  g_free(start_configuration(program));
  wtap_init(false);
  std::string error;
  if (!fanout_dissector()->start({}, &error)) throw std::runtime_error(error);
  if (!fanout_dissector()->headers_may_do()) {
    throw std::runtime_error("with the settings of this home, headers never suffice");
  }
  listen("ip", on_conversation<ws_ip4>);
  listen("ipv6", on_conversation<ws_ip6>);
}

void write_capture(const std::string& path, std::span<const Frame> frames) {
  std::string text;
  for (const uint32_t number : {0xa1b2c3d4u, 0x00040002u, 0u, 0u, 262144u}) put32(text, number);
  put32(text, frames.empty() ? 1 : link_number(frames[0].link));
  uint32_t time = 0;
  for (const Frame& frame : frames) {
    put32(text, 1'700'000'000 + time / 1000);
    put32(text, time % 1000 * 1000);
    put32(text, static_cast<uint32_t>(frame.captured.size()));
    put32(text, frame.length);
    text.append(frame.captured.begin(), frame.captured.end());
    ++time;
  }
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

std::vector<BothPaths> read_on_both_paths(std::span<const Frame> frames) {
  const PassingCapture capture(frames);
  std::string error;
  const std::unique_ptr<CaptureFile> file = CaptureFile::open(capture.path(), &error);
  if (!file) throw std::runtime_error(error);
  fanout_dissector()->begin(file->handle());
  const std::unique_ptr<Dissector, EndOfCapture> dissector(fanout_dissector());
  FrameReader reader(dissector->carriers());
  std::vector<BothPaths> result;
  result.reserve(frames.size());
  while (file->read()) {
    BothPaths& paths = result.emplace_back();
    paths.headers = read_headers(*file, reader, &paths.by_headers);
    g_tapped.clear();
    paths.dissected = dissector->dissect(file->record(), file->number()).observations;
    paths.tapped = g_tapped;
  }
  if (result.size() != frames.size())
    throw std::runtime_error("frames are missing: " + file->error());
  return result;
}

std::string disagreement(const Frame& frame, const BothPaths& paths) {
  if (paths.by_headers && paths.headers != paths.dissected) {
    return "headers:\n" + described(paths.headers) + "full dissection:\n" +
           described(paths.dissected);
  }
  Conversations tapped = paths.tapped;
  for (const Observation& observation : paths.dissected) {
    if (resolves_addresses(observation.source.network)) continue;
    const auto found = std::find(tapped.begin(), tapped.end(),
                                 std::pair(observation.source, observation.destination));
    if (found != tapped.end()) {
      tapped.erase(found);
    } else if (!has_options(frame, observation)) {
      tapped = {std::pair(observation.source, observation.destination)};
      return "not in -z conv:\n" + described(tapped);
    }
  }
  if (tapped.empty()) return {};
  return "only in -z conv:\n" + described(tapped) + "full dissection:\n" +
         described(paths.dissected);
}

}  // namespace fanout

// Reads hostile frames and compares the results with the reference reader. In the first byte of an
// input, the lower half selects the link type, the upper half the carriers; the second byte is how
// many bytes of the frame, which is the rest, were not captured.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/unit/reference_reader.h"

namespace {

fanout::Carriers carriers_of(uint8_t choice) {
  fanout::Carriers carriers;
  carriers.dns_anywhere = (choice & 1) != 0;
  if ((choice & 2) != 0) {
    for (const int port : {2152, 4789, 6081}) carriers.udp[static_cast<size_t>(port)] = true;
    carriers.tcp[1080] = true;
  }
  return carriers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto link = static_cast<fanout::Link>((data[0] & 15) % fanout::kLinks);
  const std::vector<uint8_t> frame(data + 2, data + size);
  const auto length = static_cast<uint32_t>(frame.size() + data[1]);
  const std::string wrong =
      fanout::disagreement(link, frame, length, carriers_of(static_cast<uint8_t>(data[0] >> 4)));
  if (!wrong.empty()) {
    std::fprintf(stderr, "%s\n", wrong.c_str());
    std::abort();
  }
  return 0;
}

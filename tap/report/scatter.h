// In: the pairs of one source or of several. Out: the dots of a chart that has a dot for each
// contact, by its time and its destination or port. Paints nothing.
#ifndef FANOUT_TAP_REPORT_SCATTER_H_
#define FANOUT_TAP_REPORT_SCATTER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tap/count/engine.h"
#include "tap/report/axes.h"

namespace fanout {

/// What came back from a contact. Where dots coincide, the greater one is shown.
enum class Response : uint8_t { kSilent, kRefused, kAnswered };
inline constexpr int kResponses = 3;

/// The name of a response in legends and tooltips.
const char* response_name(Response response);

/// What the rows of the vertical axis are.
enum class Rows : uint8_t { kDestinations, kServices };

/// A service that a source requested of a destination: Request, as far as it is drawn.
struct Contact {
  int64_t time = 0;  ///< nanoseconds since 1970, never kNoTime
  uint32_t pair = 0;
  uint32_t frame = 0;
  uint32_t row = 0;
  Service service;
  Response response = Response::kSilent;
  uint8_t source = 0;  ///< which of those given
};

/// Whether the source of a pair initiated contact by it.
inline bool is_initiated(const Pair& pair) {
  return pair.has(Pair::kContacted) || pair.has(Pair::kPorts);
}

/// Calls visit(pair number, Request) for each contact that the source of these pairs initiated.
template <typename Visit>
void for_each_contact(const Engine& engine, std::span<const uint32_t> pairs, Visit visit) {
  for (const uint32_t number : pairs) {
    if (!is_initiated(engine.pair(number))) continue;
    engine.for_each_request(number, [&](const Request& request) { visit(number, request); });
  }
}

/// All that a chart shows. Owns what it holds: the engine may count on.
struct Scatter {
  std::vector<Contact> contacts;  ///< by time, then frame
  Rows rows = Rows::kDestinations;
  std::vector<Address> addresses;  ///< of the rows, sorted, or
  std::vector<Service> services;   ///< likewise, by port, then transport
  uint64_t total = 0;              ///< contacts with a time, of which `contacts` may be a sample
  uint64_t untimed = 0;            ///< contacts that cannot be drawn
  std::array<uint64_t, kResponses> responses{};  ///< of those drawn
  int64_t first_time = 0;
  int64_t last_time = 0;

  uint32_t row_count() const {
    return static_cast<uint32_t>(rows == Rows::kServices ? services.size() : addresses.size());
  }
  bool is_sample() const { return contacts.size() < total; }
};

/// More contacts than these are drawn as an even sample.
inline constexpr size_t kMostContacts = 1'000'000;

/// The contacts that these sources initiated, each given by its pairs. Without `rows`, those of
/// which there are more. O(contacts log contacts).
Scatter make_scatter(const Engine& engine, std::span<const std::span<const uint32_t>> sources,
                     std::optional<Rows> rows = {}, size_t most = kMostContacts);

/// What is written at the vertical axis, with room for so many texts. O(rows).
std::vector<AxisBlock> row_blocks(const Scatter& scatter, size_t most);

/// Contacts that fall on the same cell of a grid.
struct Dot {
  uint32_t x = 0;        ///< from the left
  uint32_t y = 0;        ///< from below
  uint32_t contact = 0;  ///< the first of the greatest response
  uint32_t count = 0;    ///< contacts
};

/// The contacts thinned to at most one dot for each cell, those of the greatest response last.
/// O(contacts + cells).
std::vector<Dot> thinned(const Scatter& scatter, uint32_t columns, uint32_t rows);

/// A part of the chart, as shares of its width and of its height from below.
struct Part {
  double left = 0;
  double right = 1;
  double bottom = 0;
  double top = 1;
};

/// The contacts in a part, by their indices. O(contacts).
std::vector<uint32_t> contacts_in(const Scatter& scatter, const Part& part);

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_SCATTER_H_

#include "tap/report/scatter.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace fanout {
namespace {

Response response_of(const Request& request) {
  if (request.answered) return Response::kAnswered;
  return request.refused ? Response::kRefused : Response::kSilent;
}

// Every `step`th contact with a time, of all of which `scatter.total` is the number.
void collect(const Engine& engine, std::span<const std::span<const uint32_t>> sources,
             uint64_t step, Scatter& scatter) {
  scatter.contacts.reserve(scatter.total / step + 1);
  uint64_t number = 0;
  for (size_t source = 0; source < sources.size(); ++source) {
    for_each_contact(engine, sources[source], [&](uint32_t pair, const Request& request) {
      if (request.first_time == kNoTime || number++ % step != 0) return;
      const Response response = response_of(request);
      scatter.contacts.push_back({request.first_time, pair, request.first_frame, 0, request.service,
                                  response, static_cast<uint8_t>(source)});
      ++scatter.responses[static_cast<size_t>(response)];
    });
  }
}

bool is_lower(const Service& one, const Service& other) {
  return std::tuple(one.port, one.transport) < std::tuple(other.port, other.transport);
}

// The distinct values of `value_of` over the contacts, sorted by `less`; and of each contact, the
// place of its value among them.
template <typename Value, typename ValueOf, typename Less>
std::vector<Value> rank(std::vector<Contact>& contacts, ValueOf value_of, Less less) {
  std::vector<std::pair<Value, uint32_t>> values;
  values.reserve(contacts.size());
  for (uint32_t i = 0; i < contacts.size(); ++i) values.emplace_back(value_of(contacts[i]), i);
  std::sort(values.begin(), values.end(),
            [&](const auto& a, const auto& b) { return less(a.first, b.first); });
  std::vector<Value> distinct;
  for (const auto& [value, contact] : values) {
    if (distinct.empty() || less(distinct.back(), value)) distinct.push_back(value);
    contacts[contact].row = static_cast<uint32_t>(distinct.size() - 1);
  }
  return distinct;
}

double share_of_time(const Scatter& scatter, const Contact& contact) {
  const double all = seconds_between(scatter.first_time, scatter.last_time);
  return all == 0 ? 0.5 : seconds_between(scatter.first_time, contact.time) / all;
}

double share_of_rows(const Scatter& scatter, const Contact& contact) {
  return (contact.row + 0.5) / scatter.row_count();
}

uint32_t cell_of(double share, uint32_t cells) {
  return std::min(cells - 1, static_cast<uint32_t>(share * cells));
}

}  // namespace

const char* response_name(Response response) {
  switch (response) {
    case Response::kSilent:
      return "silent";
    case Response::kRefused:
      return "refused";
    case Response::kAnswered:
      return "answered";
  }
  return "";
}

Scatter make_scatter(const Engine& engine, std::span<const std::span<const uint32_t>> sources,
                     std::optional<Rows> rows, size_t most) {
  Scatter scatter;
  for (const std::span<const uint32_t>& pairs : sources) {
    for (const uint32_t number : pairs) {
      const Pair& pair = engine.pair(number);
      if (!is_initiated(pair)) continue;
      // A request has a time where its pair has one.
      const uint32_t requests = engine.services(number).tried;
      (pair.first_time == kNoTime ? scatter.untimed : scatter.total) += requests;
    }
  }
  if (scatter.total == 0) return scatter;
  collect(engine, sources, (scatter.total + most - 1) / most, scatter);
  std::vector<Contact>& contacts = scatter.contacts;
  std::sort(contacts.begin(), contacts.end(), [](const Contact& a, const Contact& b) {
    return std::tuple(a.time, a.frame) < std::tuple(b.time, b.frame);
  });
  scatter.first_time = contacts.front().time;
  scatter.last_time = contacts.back().time;
  if (rows != Rows::kDestinations) {
    scatter.services = rank<Service>(
        contacts, [](const Contact& contact) { return contact.service; }, is_lower);
  }
  const size_t services = scatter.services.size();
  if (rows != Rows::kServices) {
    scatter.addresses = rank<Address>(
        contacts,
        [&](const Contact& contact) { return engine.destination(engine.pair(contact.pair)); },
        std::less<>());
  }
  scatter.rows =
      rows.value_or(services > scatter.addresses.size() ? Rows::kServices : Rows::kDestinations);
  if (!rows && scatter.rows == Rows::kServices) {
    rank<Service>(
        contacts, [](const Contact& contact) { return contact.service; }, is_lower);
  }
  return scatter;
}

std::vector<AxisBlock> row_blocks(const Scatter& scatter, size_t most) {
  return scatter.rows == Rows::kServices ? service_blocks(scatter.services, most)
                                         : address_blocks(scatter.addresses, most);
}

std::vector<Dot> thinned(const Scatter& scatter, uint32_t columns, uint32_t rows) {
  std::vector<Dot> dots;
  if (columns == 0 || rows == 0) return dots;
  std::vector<uint32_t> dot_of(size_t{columns} * rows, kNone);
  for (uint32_t i = 0; i < scatter.contacts.size(); ++i) {
    const Contact& contact = scatter.contacts[i];
    const uint32_t x = cell_of(share_of_time(scatter, contact), columns);
    const uint32_t y = cell_of(share_of_rows(scatter, contact), rows);
    uint32_t& number = dot_of[size_t{y} * columns + x];
    if (number == kNone) {
      number = static_cast<uint32_t>(dots.size());
      dots.push_back({x, y, i, 0});
    }
    Dot& dot = dots[number];
    ++dot.count;
    if (contact.response > scatter.contacts[dot.contact].response) dot.contact = i;
  }
  std::stable_sort(dots.begin(), dots.end(), [&](const Dot& a, const Dot& b) {
    return scatter.contacts[a.contact].response < scatter.contacts[b.contact].response;
  });
  return dots;
}

std::vector<uint32_t> contacts_in(const Scatter& scatter, const Part& part) {
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < scatter.contacts.size(); ++i) {
    const double x = share_of_time(scatter, scatter.contacts[i]);
    const double y = share_of_rows(scatter, scatter.contacts[i]);
    if (x >= part.left && x <= part.right && y >= part.bottom && y <= part.top) found.push_back(i);
  }
  return found;
}

}  // namespace fanout

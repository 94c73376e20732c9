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

// The services that occur, in the order of port and transport, and their places in it.
class ServiceRanks {
 public:
  ServiceRanks() : places_(kKeys, kNone) {}

  void add(const Service& service) { places_[key_of(service)] = 0; }
  /// Ends what add() began. O(all possible services).
  std::vector<Service> rank() {
    std::vector<Service> services;
    for (uint32_t key = 0; key < kKeys; ++key) {
      if (places_[key] == kNone) continue;
      places_[key] = static_cast<uint32_t>(services.size());
      services.push_back(
          {static_cast<Transport>(key % kTransports), static_cast<uint16_t>(key / kTransports)});
    }
    return services;
  }
  uint32_t place_of(const Service& service) const { return places_[key_of(service)]; }

 private:
  static constexpr uint32_t kTransports = 8;
  static constexpr uint32_t kKeys = kTransports << 16;
  static uint32_t key_of(const Service& service) {
    return service.port * kTransports + static_cast<uint32_t>(service.transport);
  }
  std::vector<uint32_t> places_;
};

// Notes of each contact the place of its address among the distinct ones, which it returns sorted.
// Items are an address and the index of a contact.
template <typename Item, typename AddressOf, typename IndexOf>
std::vector<Address> rank(std::vector<Item> items, std::vector<Contact>& contacts,
                          AddressOf address_of, IndexOf index_of) {
  std::sort(items.begin(), items.end());
  std::vector<Address> distinct;
  for (const Item& item : items) {
    const Address address = address_of(item);
    if (distinct.empty() || distinct.back() != address) distinct.push_back(address);
    contacts[index_of(item)].row = static_cast<uint32_t>(distinct.size() - 1);
  }
  return distinct;
}

std::vector<Address> rank_addresses(const Engine& engine, std::vector<Contact>& contacts) {
  const auto destination_of = [&](const Contact& contact) {
    return engine.destination(engine.pair(contact.pair));
  };
  const Network network = destination_of(contacts[0]).network;
  const bool are_ipv4 = std::all_of(contacts.begin(), contacts.end(), [&](const Contact& contact) {
    const Network own = engine.source(engine.pair(contact.pair).source).address.network;
    return own == network && !has_ipv6_addresses(own);
  });
  if (!are_ipv4) {
    std::vector<std::pair<Address, uint32_t>> items;
    items.reserve(contacts.size());
    for (uint32_t i = 0; i < contacts.size(); ++i) {
      items.emplace_back(destination_of(contacts[i]), i);
    }
    return rank(
        std::move(items), contacts, [](const auto& item) { return item.first; },
        [](const auto& item) { return item.second; });
  }
  // As one number each, which is quicker to sort.
  std::vector<uint64_t> items;
  items.reserve(contacts.size());
  for (uint32_t i = 0; i < contacts.size(); ++i) {
    items.push_back(destination_of(contacts[i]).low << 32 | i);
  }
  return rank(
      std::move(items), contacts,
      [network](uint64_t item) {
        return Address{network, 0, item >> 32};
      },
      [](uint64_t item) { return static_cast<uint32_t>(item); });
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
  // As they come, those of one source mostly are in this order.
  const auto is_earlier = [](const Contact& a, const Contact& b) {
    return std::tuple(a.time, a.frame) < std::tuple(b.time, b.frame);
  };
  if (!std::is_sorted(contacts.begin(), contacts.end(), is_earlier)) {
    std::sort(contacts.begin(), contacts.end(), is_earlier);
  }
  scatter.first_time = contacts.front().time;
  scatter.last_time = contacts.back().time;
  ServiceRanks ranks;
  if (rows != Rows::kDestinations) {
    for (const Contact& contact : contacts) ranks.add(contact.service);
    scatter.services = ranks.rank();
  }
  if (rows != Rows::kServices) scatter.addresses = rank_addresses(engine, contacts);
  const bool has_more_services = scatter.services.size() > scatter.addresses.size();
  scatter.rows = rows.value_or(has_more_services ? Rows::kServices : Rows::kDestinations);
  if (scatter.rows == Rows::kServices) {
    for (Contact& contact : contacts) contact.row = ranks.place_of(contact.service);
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

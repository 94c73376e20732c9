#include "tap/gui/filters.h"

#include <QStringList>

namespace fanout::gui {
namespace {

// The fields that hold the addresses of a network, and what else its packets have.
struct Fields {
  const char* source;
  const char* destination;
  const char* packets;
};

Fields fields_of(Network network) {
  switch (network) {
    case Network::kIpv6:
      return {"ipv6.src", "ipv6.dst", "ipv6"};
    case Network::kArp:
      return {"arp.src.proto_ipv4", "arp.dst.proto_ipv4", "arp.opcode == 1"};
    case Network::kNdp:
      return {"ipv6.src", "icmpv6.nd.ns.target_address", "icmpv6.type == 135"};
    default:
      return {"ip.src", "ip.dst", "ip"};
  }
}

QString quoted(const QString& text) { return '"' + text + '"'; }

// "field == a", or "field in {a, b}".
QString one_of(const char* field, const QStringList& values) {
  if (values.size() == 1) return QString("%1 == %2").arg(field, values[0]);
  return QString("%1 in {%2}").arg(field, values.join(", "));
}

// "part", or "(part) || (part)".
QString any_of(const QStringList& parts) {
  return parts.size() < 2 ? parts.join("") : '(' + parts.join(") || (") + ')';
}

// Of address resolution's packets, only requests count.
QString with_network(Network network, const QString& filter) {
  return resolves_addresses(network) ? QString("%1 && %2").arg(fields_of(network).packets, filter)
                                     : filter;
}

bool has_filter(const std::vector<Address>& addresses) {
  return !addresses.empty() && addresses.size() <= kMostAddresses;
}

QStringList texts(const std::vector<Address>& addresses, Network network) {
  QStringList result;
  for (const Address& address : addresses) {
    if (address.network == network) result.append(QString::fromStdString(to_string(address)));
  }
  return result;
}

// A part for each network that the addresses are in.
template <typename MakePart>
QString by_network(const std::vector<Address>& addresses, MakePart make_part) {
  QStringList parts;
  if (!has_filter(addresses)) return {};
  for (int i = 0; i < kNetworks; ++i) {
    const auto network = static_cast<Network>(i);
    const QStringList values = texts(addresses, network);
    if (!values.isEmpty()) parts.append(make_part(network, values));
  }
  return any_of(parts);
}

// "field in {a .. b}" where there are too many for a list.
QString one_of_or_between(const QString& field, const QStringList& sorted) {
  if (static_cast<size_t>(sorted.size()) <= kMostAddresses) {
    return one_of(field.toUtf8().constData(), sorted);
  }
  return QString("%1 in {%2 .. %3}").arg(field, sorted.first(), sorted.last());
}

QString services_filter(Network network, const std::vector<Service>& services) {
  constexpr Transport kTransports[] = {Transport::kTcp, Transport::kUdp, Transport::kSctp,
                                       Transport::kIcmp, Transport::kOther};
  const bool is_ipv6 = has_ipv6_addresses(network);
  QStringList parts;
  for (const Transport transport : kTransports) {
    QStringList numbers;
    for (const Service& service : services) {
      if (service.transport == transport) numbers.append(QString::number(service.port));
    }
    if (numbers.isEmpty()) continue;
    QString field = QString("%1.dstport").arg(transport_name(transport));
    if (transport == Transport::kIcmp) field = is_ipv6 ? "icmpv6.type" : "icmp.type";
    if (transport == Transport::kOther) field = is_ipv6 ? "ipv6.nxt" : "ip.proto";
    parts.append(one_of_or_between(field, numbers));
  }
  return parts.size() < 2 ? parts.join("") : '(' + parts.join(" || ") + ')';
}

}  // namespace

QString source_filter(const std::vector<Address>& sources) {
  return by_network(sources, [](Network network, const QStringList& addresses) {
    return with_network(network, one_of(fields_of(network).source, addresses));
  });
}

QString new_destination_filter(const std::vector<Address>& sources) {
  return by_network(sources, [](Network network, QStringList addresses) {
    for (QString& address : addresses) address = quoted(address);
    return QString("fanout.new_destination && %1 && %2")
        .arg(one_of("fanout.source", addresses), fields_of(network).packets);
  });
}

QString pair_filter(const Address& source, const std::vector<Address>& destinations) {
  if (!has_filter(destinations)) return {};
  const Network network = source.network;
  const Fields fields = fields_of(network);
  return with_network(network, one_of(fields.source, {QString::fromStdString(to_string(source))}) +
                                   " && " +
                                   one_of(fields.destination, texts(destinations, network)));
}

QString everything_filter(const std::vector<Address>& addresses) {
  return by_network(addresses, [](Network network, const QStringList& texts) {
    if (network != Network::kArp) {
      return one_of(has_ipv6_addresses(network) ? "ipv6.addr" : "ip.addr", texts);
    }
    return one_of("arp.src.proto_ipv4", texts) + " || " + one_of("arp.dst.proto_ipv4", texts);
  });
}

QString exchange_filter(const Address& source, const std::vector<Address>& destinations) {
  if (!has_filter(destinations)) return {};
  const Network network = source.network;
  if (resolves_addresses(network)) return pair_filter(source, destinations);
  const char* field = has_ipv6_addresses(network) ? "ipv6.addr" : "ip.addr";
  return one_of(field, {QString::fromStdString(to_string(source))}) + " && " +
         one_of(field, texts(destinations, network));
}

QString contacts_filter(const std::vector<ContactsOf>& contacts) {
  QStringList parts;
  for (const ContactsOf& of : contacts) {
    const Network network = of.source.network;
    const Fields fields = fields_of(network);
    QString part = one_of(fields.source, {QString::fromStdString(to_string(of.source))});
    if (!of.destinations.empty()) {
      part += " && " + one_of_or_between(fields.destination, texts(of.destinations, network));
    }
    if (!of.services.empty() && !resolves_addresses(network)) {
      part += " && " + services_filter(network, of.services);
    }
    parts.append(with_network(network, part));
  }
  return any_of(parts);
}

QString joined_filter(const QString& current, const QString& filter, Join join) {
  const bool is_negated = join == Join::kNot || join == Join::kAndNot || join == Join::kOrNot;
  QString text = is_negated ? "!(" + filter + ')' : filter;
  const bool joins = join != Join::kReplace && join != Join::kNot && !current.isEmpty();
  if (!joins) return text;
  const bool is_and = join == Join::kAnd || join == Join::kAndNot;
  const QString right = is_negated ? text : '(' + text + ')';
  return '(' + current + (is_and ? ") && " : ") || ") + right;
}

}  // namespace fanout::gui

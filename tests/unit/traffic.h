// Builds observations for tests: who sends what to whom.
#ifndef FANOUT_TESTS_UNIT_TRAFFIC_H_
#define FANOUT_TESTS_UNIT_TRAFFIC_H_

#include <cstdint>

#include "tap/count/engine.h"
#include "tap/count/observation.h"

namespace fanout {

inline constexpr int64_t kSecond = 1'000'000'000;

inline Address ipv4(uint32_t number) { return {Network::kIpv4, 0, number}; }
inline Address arp(uint32_t number) { return {Network::kArp, 0, number}; }
inline Address ndp(uint64_t low) { return {Network::kNdp, 0x20010db800000000, low}; }
inline Address ipv6(uint64_t low, uint64_t high = 0x20010db800000000) {
  return {Network::kIpv6, high, low};
}

/// Sends packets to an engine, each a frame later than the one before and, unless told otherwise,
/// a millisecond.
class Traffic {
 public:
  explicit Traffic(Engine& engine) : engine_(engine) {}

  uint32_t frame = 0;
  int64_t time = 1'700'000'000 * kSecond;
  int64_t step = kSecond / 1000;
  Tool tool = Tool::kNone;  ///< that the packets look like

  Engine::Seen send(const Address& source, const Address& destination, Role role,
                    Transport transport = Transport::kOther, uint16_t source_port = 0,
                    uint16_t destination_port = 0, Probe probe = Probe::kNone) {
    time += step;
    last = {source,      destination,      role,    transport, probe, tool,
            source_port, destination_port, ++frame, 60,        time};
    return engine_.observe(last);
  }

  Engine::Seen syn(const Address& from, const Address& to, uint16_t port, uint16_t own = 40000) {
    return send(from, to, Role::kAsk, Transport::kTcp, own, port, Probe::kSyn);
  }
  /// `from`, the server, accepts a SYN to its port.
  Engine::Seen syn_ack(const Address& from, const Address& to, uint16_t port,
                       uint16_t other = 40000) {
    return send(from, to, Role::kAnswer, Transport::kTcp, port, other);
  }
  Engine::Seen rst(const Address& from, const Address& to, uint16_t port, uint16_t other = 40000) {
    return send(from, to, Role::kRefusal, Transport::kTcp, port, other);
  }
  Engine::Seen tcp_data(const Address& from, const Address& to, uint16_t from_port,
                        uint16_t to_port) {
    return send(from, to, Role::kData, Transport::kTcp, from_port, to_port);
  }
  /// A segment that carries so many bytes.
  Engine::Seen tcp_bytes(const Address& from, const Address& to, uint16_t from_port,
                         uint16_t to_port, uint32_t bytes) {
    return carry(from, to, Role::kData, Transport::kTcp, from_port, to_port, bytes);
  }
  Engine::Seen udp_bytes(const Address& from, const Address& to, uint16_t from_port,
                         uint16_t to_port, uint32_t bytes) {
    return carry(from, to, Role::kDatagram, Transport::kUdp, from_port, to_port, bytes);
  }
  Engine::Seen udp(const Address& from, const Address& to, uint16_t from_port, uint16_t to_port) {
    return send(from, to, Role::kDatagram, Transport::kUdp, from_port, to_port, Probe::kUdp);
  }
  Engine::Seen echo(const Address& from, const Address& to) {
    return send(from, to, Role::kAsk, Transport::kIcmp, 8, 8, Probe::kIcmp);
  }
  Engine::Seen echo_reply(const Address& from, const Address& to) {
    return send(from, to, Role::kAnswer, Transport::kIcmp, 8, 8);
  }
  Engine::Seen icmp_error(const Address& from, const Address& to) {
    return send(from, to, Role::kError, Transport::kIcmp, 3, 3, Probe::kError);
  }
  /// Port or protocol unreachable, of the destination itself.
  Engine::Seen icmp_refusal(const Address& from, const Address& to) {
    return send(from, to, Role::kError, Transport::kIcmp, 3, 3);
  }
  /// A bare ACK, FIN+ACK or RST out of nowhere.
  Engine::Seen ack(const Address& from, const Address& to, uint16_t port, uint16_t own = 40000) {
    return send(from, to, Role::kData, Transport::kTcp, own, port, Probe::kAck);
  }
  Engine::Seen fin_ack(const Address& from, const Address& to, uint16_t port,
                       uint16_t own = 40000) {
    return send(from, to, Role::kData, Transport::kTcp, own, port, Probe::kMaimon);
  }
  Engine::Seen bare_rst(const Address& from, const Address& to, uint16_t port,
                        uint16_t own = 40000) {
    return send(from, to, Role::kRefusal, Transport::kTcp, own, port, Probe::kRst);
  }
  Engine::Seen sctp_init(const Address& from, const Address& to, uint16_t port,
                         uint16_t own = 40000) {
    return send(from, to, Role::kAsk, Transport::kSctp, own, port, Probe::kSctpInit);
  }
  Engine::Seen solicit(uint64_t from, uint64_t to) { return send(ndp(from), ndp(to), Role::kAsk); }
  Engine::Seen advertise(uint64_t from, uint64_t to) {
    return send(ndp(from), ndp(to), Role::kAnswer);
  }
  Engine::Seen arp_request(uint32_t from, uint32_t to) {
    return send(arp(from), arp(to), Role::kAsk);
  }
  Engine::Seen arp_reply(uint32_t from, uint32_t to) {
    return send(arp(from), arp(to), Role::kAnswer);
  }
  /// A TCP conversation that the client opens: handshake, a request, an answer.
  void converse(const Address& client, const Address& server, uint16_t port, uint16_t own = 40000) {
    syn(client, server, port, own);
    syn_ack(server, client, port, own);
    tcp_data(client, server, own, port);
    tcp_data(client, server, own, port);
    tcp_data(server, client, port, own);
    tcp_data(client, server, own, port);
  }

  Observation last;  ///< what was sent last

 private:
  Engine::Seen carry(const Address& from, const Address& to, Role role, Transport transport,
                     uint16_t from_port, uint16_t to_port, uint32_t bytes) {
    time += step;
    const Probe probe = transport == Transport::kUdp ? Probe::kUdp : Probe::kNone;
    last = {from, to, role, transport, probe, tool, from_port, to_port, ++frame, 60, time, bytes};
    return engine_.observe(last);
  }

  Engine& engine_;
};

}  // namespace fanout

#endif  // FANOUT_TESTS_UNIT_TRAFFIC_H_

#include "tap/program/dissector.h"

#include <optional>

#include <epan/epan.h>
#include <epan/frame_data.h>
#include <epan/secrets.h>

#include "tap/capture/carriers.h"
#include "tap/capture/locations.h"
#include "tap/capture/names.h"
#include "tap/capture/observe.h"
#include "tap/system/system.h"

// What libwireshark calls back with.
struct packet_provider_data {
  wtap* file = nullptr;
  const frame_data* reference = nullptr;
  const frame_data* previous = nullptr;
};

namespace fanout {
namespace {

// The names that an interface of a capture goes by, the first that is there.
const char* interface_name(wtap* file, unsigned number) {
  constexpr unsigned kOptions[] = {OPT_IDB_NAME, OPT_IDB_DESCRIPTION, OPT_IDB_HARDWARE};
  wtapng_iface_descriptions_t* interfaces = wtap_file_get_idb_info(file);
  const GArray* descriptions = interfaces->interface_data;
  wtap_block_t interface =
      number < descriptions->len ? g_array_index(descriptions, wtap_block_t, number) : nullptr;
  g_free(interfaces);
  if (interface == nullptr) return nullptr;
  for (const unsigned option : kOptions) {
    char* name = nullptr;
    if (wtap_block_get_string_option_value(interface, option, &name) == WTAP_OPTTYPE_SUCCESS) {
      return name;
    }
  }
  return "unknown";
}

// From 4.4 on, interfaces are numbered in each section of a file.
template <typename File, typename... Section>
unsigned interface_number(File* file, uint32_t interface, Section... section) {
  if constexpr (requires { wtap_file_get_shb_global_interface_id(file, section..., interface); }) {
    return wtap_file_get_shb_global_interface_id(file, section..., interface);
  } else {
    return interface;
  }
}

template <typename... Section>
const char* provide_interface_name(packet_provider_data* provider, uint32_t interface,
                                   Section... section) {
  return interface_name(provider->file, interface_number(provider->file, interface, section...));
}

const nstime_t* provide_frame_time(packet_provider_data* provider, uint32_t number) {
  for (const frame_data* frame : {provider->reference, provider->previous}) {
    if (frame != nullptr && frame->num == number) return &frame->abs_ts;
  }
  return nullptr;
}

// The -N of tshark, where the type of its flags differs.
std::string set_resolving(const std::string& letters) {
  if (letters.empty()) {
    disable_name_resolution();
    return {};
  }
  const char unknown = string_to_name_resolve(letters.c_str(), &gbl_resolv_flags);
  if (unknown == '\0') return {};
  return std::string("-N: unknown kind of names '") + unknown +
         "'; d: from captured DNS packets, m: MAC addresses, n: network addresses, N: by external "
         "resolvers, t: ports, v: VLANs";
}

std::string set_preference(std::string preference) {
  char* detail = nullptr;
  const prefs_set_pref_e result = prefs_set_pref(preference.data(), &detail);
  std::string why = detail == nullptr ? std::string() : std::string(": ") + detail;
  g_free(detail);
  switch (result) {
    case PREFS_SET_OK:
      return {};
    case PREFS_SET_SYNTAX_ERR:
      return "-o \"" + preference + "\" is not NAME:VALUE" + why;
    case PREFS_SET_NO_SUCH_PREF:
      return "-o \"" + preference + "\": there is no such preference" + why;
    case PREFS_SET_OBSOLETE:
      return "-o \"" + preference + "\": that preference is obsolete" + why;
  }
  return "-o \"" + preference + "\"" + why;
}

void register_own_preferences() {
  // An installed plugin has come first: plugins that register later are called earlier.
  if (proto_get_id_by_filter_name("fanout") != -1) return;
  register_preferences(proto_register_protocol("Source Fan-out", "Fan-out", "fanout"));
}

class Library : public Dissector {
 public:
  bool start(const DissectorSettings& settings, std::string* error) override {
    static proto_plugin protocol{};
    protocol.register_protoinfo = register_own_preferences;
    protocol.register_handoff = [] {};
    proto_register_plugin(&protocol);
    if (!epan_init(nullptr, nullptr, true)) {
      *error = "libwireshark cannot be started";
      return false;
    }
    epan_load_settings();
    for (const std::string& preference : settings.preferences) {
      *error = set_preference(preference);
      if (!error->empty()) return false;
    }
    for (const std::string& letters : settings.resolving) {
      *error = set_resolving(letters);
      if (!error->empty()) return false;
    }
    prefs_apply_all();
    adopt_preferences();
    set_resolution_synchrony(true);
    return listen(settings, error);
  }

  bool headers_may_do() override {
    if (!headers_may_do_) headers_may_do_ = dissection_is_the_usual();
    return *headers_may_do_;
  }

  const Carriers& carriers() override {
    if (!carriers_) carriers_ = current_carriers(names_come_from_packets());
    return *carriers_;
  }

  Preferences preferences() override { return fanout::preferences(); }
  bool is_never_flagged(const Address& source) override { return fanout::is_never_flagged(source); }

  void prepare() override {
    static const packet_provider_funcs functions = [] {
      packet_provider_funcs result{};
      result.get_frame_ts = provide_frame_time;
      result.get_interface_name = provide_interface_name;
      return result;
    }();
    session_ = epan_new(&provider_, &functions);
    if (headers_may_do()) carriers();
  }

  void begin(wtap* file) override {
    if (session_ == nullptr) prepare();
    provider_ = {file, nullptr, nullptr};
    elapsed_ = {};
    bytes_before_ = 0;
    wtap_set_cb_new_ipv4(file, add_ipv4_name);
    wtap_set_cb_new_ipv6(file, reinterpret_cast<wtap_new_ipv6_callback_t>(add_ipv6_name));
    wtap_set_cb_new_secrets(file, secrets_wtap_callback);
    const bool wants_tree = have_filtering_tap_listeners() || postdissectors_want_hfids();
    dissection_ = epan_dissect_new(session_, wants_tree, false);
    file_type_ = wtap_file_type_subtype(file);
  }

  Dissected& dissect(Record& record, uint32_t number) override {
    dissected_.passed = false;
    dissected_.observations.clear();
    frame_data frame;
    frame_data_init(&frame, number, &record.header(), record.offset(), bytes_before_);
    frame_data_set_before_dissect(&frame, &elapsed_, &provider_.reference, provider_.previous);
    if (provider_.reference == &frame) {
      reference_ = frame;
      provider_.reference = &reference_;
    }
    record.dissect(dissection_, file_type_, &frame);
    frame_data_set_after_dissect(&frame, &bytes_before_);
    previous_ = frame;
    provider_.previous = &previous_;
    epan_dissect_reset(dissection_);
    frame_data_destroy(&frame);
    return dissected_;
  }

  void end() override {
    if (session_ == nullptr) return;
    epan_dissect_free(dissection_);
    epan_free(session_);
    dissection_ = nullptr;
    session_ = nullptr;
  }

  std::string host_name(const Address& address) override { return fanout::host_name(address); }
  std::string service_name(const Service& service) override {
    return fanout::service_name(service);
  }
  std::vector<std::string> location_folders() override { return fanout::location_folders(); }

 private:
  bool listen(const DissectorSettings& settings, std::string* error) {
    struct Tap {
      const char* name;
      tap_packet_cb packet;
      unsigned flags;
    };
    const Tap taps[] = {{"frame", on_frame, kFrameTapFlags},
                        {"ip", on_ip, TL_REQUIRES_NOTHING},
                        {"ipv6", on_ipv6, TL_REQUIRES_NOTHING}};
    const char* filter = settings.filter.empty() ? nullptr : settings.filter.c_str();
    for (const Tap& tap : taps) {
      GString* why = register_tap_listener(tap.name, this, filter, tap.flags, nullptr, tap.packet,
                                           nullptr, nullptr);
      if (why == nullptr) continue;
      *error = settings.filter_option + ": \"" + settings.filter +
               "\" is not a display filter: " + why->str;
      g_string_free(why, TRUE);
      return false;
    }
    return true;
  }

  static Dissected& dissected(void* data) { return static_cast<Library*>(data)->dissected_; }

  static void add(const HeaderObservations& observed, void* data) {
    observed.for_each(
        [data](const Observation& one) { dissected(data).observations.push_back(one); });
  }

  static tap_packet_status on_ip(void* data, packet_info* packet, epan_dissect_t*,
                                 const void* header, tap_flags_t) {
    IpObserver& ip = static_cast<Library*>(data)->ip_;
    dissected(data).observations.push_back(ip.observe_ipv4(packet, header));
    return TAP_PACKET_DONT_REDRAW;
  }

  static tap_packet_status on_ipv6(void* data, packet_info* packet, epan_dissect_t*,
                                   const void* header, tap_flags_t) {
    add(static_cast<Library*>(data)->ip_.observe_ipv6(packet, header), data);
    return TAP_PACKET_DONT_REDRAW;
  }

  // Comes last in each frame.
  static tap_packet_status on_frame(void* data, packet_info* packet, epan_dissect_t* dissection,
                                    const void*, tap_flags_t) {
    dissected(data).passed = true;
    HeaderObservations untapped;
    if (static_cast<Library*>(data)->ip_.observe_untapped(packet, &untapped)) add(untapped, data);
    Observation arp;
    if (observe_arp(packet, dissection->tvb, &arp)) dissected(data).observations.push_back(arp);
    return TAP_PACKET_DONT_REDRAW;
  }

  std::optional<bool> headers_may_do_;
  std::unique_ptr<const Carriers> carriers_;
  packet_provider_data provider_;
  epan_t* session_ = nullptr;
  epan_dissect_t* dissection_ = nullptr;
  int file_type_ = 0;
  nstime_t elapsed_{};
  uint32_t bytes_before_ = 0;
  frame_data reference_{};
  frame_data previous_{};
  Dissected dissected_;
  IpObserver ip_;
};

}  // namespace
}  // namespace fanout

extern "C" FANOUT_EXPORT fanout::Dissector* fanout_dissector() {
  static fanout::Library library;
  return &library;
}

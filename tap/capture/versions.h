// All that differs between the Wireshark versions this builds against: 4.0, 4.2, 4.4 and 4.6.
#ifndef FANOUT_TAP_CAPTURE_VERSIONS_H_
#define FANOUT_TAP_CAPTURE_VERSIONS_H_

#if __has_include(<config.h>)
#include <config.h>
#endif

// Windows' headers and GLib's want these before Wireshark's.
#include <epan/addr_resolv.h>
#include <epan/epan_dissect.h>
#include <epan/expert.h>
#include <epan/funnel.h>
#include <epan/packet.h>
#include <epan/prefs-int.h>
#include <epan/prefs.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <epan/uat-int.h>
#include <epan/uat.h>
#include <sys/types.h>
#include <wiretap/wtap.h>
#include <ws_version.h>
#include <wsutil/buffer.h>
#include <wsutil/filesystem.h>
#include <wsutil/wslog.h>

#if __has_include(<wsutil/plugins.h>)
#include <wsutil/plugins.h>
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace fanout {

namespace internal {
template <typename Variable>
Variable variable_of(void (*)(module_t*, const char*, const char*, const char*, Variable*));
}  // namespace internal

// Wireshark went from gboolean to bool in steps: each part of its interface says which it has.

/// A preference that is true or false.
using PreferenceBoolean = decltype(internal::variable_of(prefs_register_bool_preference));

/// What a check of a table's field returns.
using FieldCheckResult = std::invoke_result_t<uat_fld_chk_cb_t, void*, const char*, unsigned,
                                              const void*, const void*, char**>;

/// What a -z callback returns: nothing up to 4.4, whether it could start later.
using StatInitResult = std::invoke_result_t<stat_tap_init_cb, const char*, void*>;

/// Returns `ok` from a -z callback.
template <typename Result = StatInitResult>
Result stat_init_result([[maybe_unused]] bool ok) {
  if constexpr (!std::is_void_v<Result>) return ok;
}

/// Whether this is Wireshark with its window, not tshark, whose text-only functions have no id.
inline bool in_window() {
  const funnel_ops_t* ops = funnel_get_funnel_ops();
  return ops != nullptr && ops->ops_id != nullptr;
}

namespace internal {
template <typename Flags>
bool names_from_handshakes(const Flags& flags) {
  if constexpr (requires { flags.handshake_sni_addr_resolution; }) {
    return flags.handshake_sni_addr_resolution;
  } else {
    return false;
  }
}
}  // namespace internal

namespace internal {
template <typename Flags>
bool looks_up_locations(const Flags& flags, bool otherwise) {
  if constexpr (requires { flags.maxmind_geoip; }) {
    return flags.maxmind_geoip;
  } else {
    return otherwise;
  }
}
}  // namespace internal

/// Whether addresses are looked up in GeoIP databases: a setting in 4.4 and later (-n, -N g),
/// `otherwise` in 4.0.
inline bool looks_up_locations(bool otherwise) {
  return internal::looks_up_locations(gbl_resolv_flags, otherwise);
}

/// Whether names of servers are taken from the TLS handshakes of the capture (4.2 and later).
inline bool names_from_handshakes() { return internal::names_from_handshakes(gbl_resolv_flags); }

namespace internal {
template <typename Text>
char* start_configuration(Text program) {
  if constexpr (requires { configuration_init(program, nullptr); }) {
    return configuration_init(program, nullptr);
  } else {
    return configuration_init(program);
  }
}

template <typename Report>
void start_log(const char* program, Report report) {
  if constexpr (requires { ws_log_init(program, report); }) {
    ws_log_init(program, report);
  } else {
    ws_log_init(report);
  }
}

// From 4.6 on, a record holds its bytes.
template <typename Rec>
concept HoldsBytes = requires(Rec record) {
  record.data;
};

template <HoldsBytes Rec>
void start_record(Rec* record, ::Buffer*, size_t size) {
  wtap_rec_init(record, size);
}
template <typename Rec>
void start_record(Rec* record, ::Buffer* bytes, size_t size) {
  wtap_rec_init(record);
  ws_buffer_init(bytes, size);
}

template <HoldsBytes Rec>
void end_record(Rec* record, ::Buffer*) {
  wtap_rec_cleanup(record);
}
template <typename Rec>
void end_record(Rec* record, ::Buffer* bytes) {
  wtap_rec_cleanup(record);
  ws_buffer_free(bytes);
}

template <HoldsBytes Rec>
bool read_record(wtap* file, Rec* record, ::Buffer*, int* error, char** info, int64_t* offset) {
  return wtap_read(file, record, error, info, offset);
}
template <typename Rec>
bool read_record(wtap* file, Rec* record, ::Buffer* bytes, int* error, char** info,
                 int64_t* offset) {
  return wtap_read(file, record, bytes, error, info, offset);
}

template <HoldsBytes Rec>
const uint8_t* bytes_of(Rec* record, ::Buffer*) {
  return ws_buffer_start_ptr(&record->data);
}
template <typename Rec>
const uint8_t* bytes_of(Rec*, ::Buffer* bytes) {
  return ws_buffer_start_ptr(bytes);
}

template <HoldsBytes Rec>
void dissect_record(epan_dissect_t* dissection, int file_type, Rec* record, const uint8_t*,
                    frame_data* frame) {
  epan_dissect_run_with_taps(dissection, file_type, record, frame, nullptr);
}
template <typename Rec>
void dissect_record(epan_dissect_t* dissection, int file_type, Rec* record, const uint8_t* bytes,
                    frame_data* frame) {
  const auto length = static_cast<int>(std::min<uint32_t>(frame->pkt_len, G_MAXINT));
  epan_dissect_run_with_taps(dissection, file_type, record,
                             tvb_new_real_data(bytes, frame->cap_len, length), frame, nullptr);
}
}  // namespace internal

/// Finds Wireshark's folders for a program by its first argument; nullptr, or what is wrong, to be
/// freed with g_free().
inline char* start_configuration(const char* program) {
  return internal::start_configuration(program);
}

/// Starts Wireshark's log; `report` is told what is wrong with the options of the log.
inline void start_log(const char* program, void report(const char*, va_list)) {
  internal::start_log(program, report);
}

/// A record of a capture file, and what it was read into.
class Record {
 public:
  Record() { internal::start_record(&record_, &bytes_, 1514); }
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;
  ~Record() { internal::end_record(&record_, &bytes_); }

  /// Reads the next one; as wtap_read().
  bool read(wtap* file, int* error, char** info) {
    wtap_rec_reset(&record_);
    return internal::read_record(file, &record_, &bytes_, error, info, &offset_);
  }

  const wtap_rec& header() const { return record_; }
  const uint8_t* bytes() { return internal::bytes_of(&record_, &bytes_); }
  int64_t offset() const { return offset_; }

  /// Dissects it, and calls the tap listeners.
  void dissect(epan_dissect_t* dissection, int file_type, frame_data* frame) {
    internal::dissect_record(dissection, file_type, &record_, bytes(), frame);
  }

 private:
  wtap_rec record_{};
  ::Buffer bytes_{};
  int64_t offset_ = 0;
};

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_VERSIONS_H_

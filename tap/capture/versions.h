// All that differs between the Wireshark versions this builds against: 4.0, 4.2, 4.4 and 4.6.
#ifndef FANOUT_TAP_CAPTURE_VERSIONS_H_
#define FANOUT_TAP_CAPTURE_VERSIONS_H_

#if __has_include(<config.h>)
#include <config.h>
#endif

// Windows' headers and GLib's want these before Wireshark's.
#include <epan/addr_resolv.h>
#include <epan/expert.h>
#include <epan/funnel.h>
#include <epan/packet.h>
#include <epan/prefs-int.h>
#include <epan/prefs.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <epan/uat.h>
#include <sys/types.h>
#include <ws_version.h>

#if __has_include(<wsutil/plugins.h>)
#include <wsutil/plugins.h>
#endif

#include <type_traits>

namespace fanout {

/// The boolean of Wireshark's interface: gboolean up to 4.0, bool later.
using wbool = decltype(have_tap_listener(0));

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

/// Whether names of servers are taken from the TLS handshakes of the capture (4.2 and later).
inline bool names_from_handshakes() { return internal::names_from_handshakes(gbl_resolv_flags); }

}  // namespace fanout

#endif  // FANOUT_TAP_CAPTURE_VERSIONS_H_

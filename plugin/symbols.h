// The symbols by which Wireshark identifies a plugin and the version that it is built for.
#ifndef FANOUT_PLUGIN_SYMBOLS_H_
#define FANOUT_PLUGIN_SYMBOLS_H_

#include "tap/capture/versions.h"

/// For one source file of each plugin, which then defines plugin_register() and plugin_describe().
#define FANOUT_PLUGIN(version)                           \
  extern "C" {                                           \
  WS_DLL_PUBLIC_DEF extern const char plugin_version[];  \
  WS_DLL_PUBLIC_DEF extern const int plugin_want_major;  \
  WS_DLL_PUBLIC_DEF extern const int plugin_want_minor;  \
  const char plugin_version[] = version;                 \
  const int plugin_want_major = WIRESHARK_VERSION_MAJOR; \
  const int plugin_want_minor = WIRESHARK_VERSION_MINOR; \
  WS_DLL_PUBLIC void plugin_register();                  \
  WS_DLL_PUBLIC uint32_t plugin_describe();              \
  }

#endif  // FANOUT_PLUGIN_SYMBOLS_H_

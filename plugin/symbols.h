// The symbols by which Wireshark identifies a plugin and the version that it is built for.
#ifndef FANOUT_PLUGIN_SYMBOLS_H_
#define FANOUT_PLUGIN_SYMBOLS_H_

#include "tap/capture/versions.h"
#include "tap/system/system.h"

/// For one source file of each plugin, which then defines plugin_register() and plugin_describe().
#define FANOUT_PLUGIN(version)                           \
  extern "C" {                                           \
  FANOUT_EXPORT extern const char plugin_version[];      \
  FANOUT_EXPORT extern const int plugin_want_major;      \
  FANOUT_EXPORT extern const int plugin_want_minor;      \
  const char plugin_version[] = version;                 \
  const int plugin_want_major = WIRESHARK_VERSION_MAJOR; \
  const int plugin_want_minor = WIRESHARK_VERSION_MINOR; \
  FANOUT_EXPORT void plugin_register();                  \
  FANOUT_EXPORT uint32_t plugin_describe();              \
  }

#endif  // FANOUT_PLUGIN_SYMBOLS_H_

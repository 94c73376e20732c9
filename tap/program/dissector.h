// In: records of a capture. Out: what Wireshark's full dissection observes in them. The library
// that does so takes a fifth of a second and 70 MB only to be loaded, so it is a module of its own,
// and loaded when the first frame needs it.
#ifndef FANOUT_TAP_PROGRAM_DISSECTOR_H_
#define FANOUT_TAP_PROGRAM_DISSECTOR_H_

#include <memory>
#include <string>
#include <vector>

#include "tap/capture/preferences.h"
#include "tap/capture/versions.h"
#include "tap/count/engine.h"
#include "tap/count/headers.h"

namespace fanout {

/// What the command line says about dissecting.
struct DissectorSettings {
  std::vector<std::string> preferences;  ///< -o
  std::vector<std::string> resolving;    ///< -n (empty) and -N, in their order
  std::string filter;                    ///< a display filter; empty: none
  std::string filter_option;             ///< how the filter was given, for messages
};

/// What the dissection of a frame found.
struct Dissected {
  bool passed = false;  ///< the filter, if there is one
  std::vector<Observation> observations;
};

/// Wireshark's dissection in this process. There is one: libwireshark's state is global.
class Dissector {
 public:
  virtual ~Dissector() = default;

  /// Starts libwireshark and reads the profile's settings. False with a message for the user where
  /// they, or the settings, are refused.
  virtual bool start(const DissectorSettings& settings, std::string* error) = 0;

  /// Whether headers may stand for the dissection with the profile's settings.
  virtual bool headers_may_do() = 0;
  /// The ports whose payloads only the full dissection can know, with the profile's settings.
  virtual const Carriers& carriers() = 0;
  virtual Preferences preferences() = 0;
  virtual bool is_never_flagged(const Address& source) = 0;

  /// Does what beginning a capture takes, but for the capture: that is most of it. begin() does so
  /// itself where this was not called before.
  virtual void prepare() = 0;
  /// Begins a capture; what was learnt of the one before is forgotten.
  virtual void begin(wtap* file) = 0;
  /// Dissects the record that was read last, which is the capture's frame `number`. The result is
  /// valid until the next call.
  virtual Dissected& dissect(Record& record, uint32_t number) = 0;
  /// Ends the capture. The file must still be open.
  virtual void end() = 0;

  virtual std::string host_name(const Address& address) = 0;
  virtual std::string service_name(const Service& service) = 0;
  /// As fanout::location_folders().
  virtual std::vector<std::string> location_folders() = 0;
};

/// The module's entry, a function of this type.
using DissectorEntry = Dissector*();
inline constexpr const char* kDissectorEntry = "fanout_dissector";
inline constexpr const char* kDissectorModule = "fanout-dissector";

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_DISSECTOR_H_

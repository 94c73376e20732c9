// What the window asks of the plugin that opened it. The window knows Qt and no Wireshark, the
// plugin Wireshark and no Qt; both are built from one tree by one compiler, so C++ objects may
// pass.
#ifndef FANOUT_TAP_GUI_HOST_H_
#define FANOUT_TAP_GUI_HOST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tap/report/options.h"
#include "tap/report/render.h"
#include "tap/report/report.h"

namespace fanout::gui {

/// Incremented with every change of this header, or of an object that is passed through it.
inline constexpr int kAbi = 6;

/// The capture file, as Wireshark has it now.
struct FileState {
  bool open = false;
  bool busy = false;           ///< being read: not to be read again now
  std::string name;            ///< its name without the folders
  std::string display_filter;  ///< the one that is applied
};

/// The result of reading the packets again.
enum class Retap : uint8_t {
  kDone,
  kBusy,     ///< not now: try again later
  kStopped,  ///< the user stopped it: only a part was counted
  kRefused,  ///< the filter is invalid
};

/// The plugin, seen from the window. All calls are made on the thread of the window.
class Host {
 public:
  virtual ~Host() = default;

  virtual FileState file() = 0;
  /// The counts: shared, and updated between two calls. With Engine::Options::history.
  /// nullptr if there is nothing.
  virtual std::shared_ptr<const Engine> engine() = 0;
  /// The time of the file's first frame, whatever filter limits what is counted; or kNoTime.
  virtual int64_t start_time() = 0;
  /// The settings by the options, and by the preferences for what they leave open.
  virtual ReportSettings settings(const Options& options) = 0;
  /// A report of what engine() counted.
  virtual Report report(const ReportSettings& settings) = 0;
  virtual void render(Format format, const Report& report, const Sink& sink) = 0;

  /// Reads the packets again and counts only those that match a display filter. Handles events
  /// meanwhile. `error` is the reason why a filter was refused.
  virtual Retap limit(const std::string& filter, std::string* error) = 0;
  /// Goes back to what was counted while the file was loaded.
  virtual void unlimit() = 0;
  /// Whether limit() is under way.
  virtual bool is_retapping() const = 0;
  /// How much of limit() is done, from 0 to 1.
  virtual double progress() = 0;
  /// Ends limit() at the next packet.
  virtual void stop() = 0;

  /// Resolved names, empty if there are none.
  virtual std::string host_name(const Address& address) = 0;
  virtual std::string service_name(const Service& service) = 0;
  /// Whether there are databases of locations, and Wireshark asks them.
  virtual bool has_locations() = 0;
  /// Where an address is, as far as that is known by now.
  virtual Location location(const Address& address) = 0;
  /// Whether Wireshark resolves network names.
  virtual bool resolves_names() = 0;

  /// The text in the display filter's line.
  virtual std::string filter_text() = 0;
  virtual void apply_filter(const std::string& filter) = 0;
  virtual void prepare_filter(const std::string& filter) = 0;
  /// Makes `filter` one of the temporary coloring rules, 1 to 10.
  virtual void colourise(int slot, const std::string& filter) = 0;
  virtual void go_to_frame(uint32_t frame) = 0;

  /// Puts these sources on the list of those never to flag, or takes them from it, and saves it.
  /// What kept it from that, in which case nothing is changed; or nothing.
  virtual std::string set_never_flagged(const std::vector<Address>& sources, bool is_never) = 0;

  /// The file with the layout of the window.
  virtual std::string settings_file() = 0;
};

/// What the library with the window exports under the name kEntryName.
struct Entry {
  int abi;
  /// Opens the window, or brings it to the front; `options` may be nullptr.
  void (*open)(Host* host, const Options* options);
  /// Destroys the window, if there is one.
  void (*close)();
};
inline constexpr char kEntryName[] = "fanout_gui_entry";

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_HOST_H_

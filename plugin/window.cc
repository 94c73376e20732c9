#include "plugin/window.h"

#include <algorithm>
#include <string>
#include <vector>

#include <epan/epan_dissect.h>
#include <epan/plugin_if.h>
#include <glib.h>
#include <wsutil/filesystem.h>

#include "plugin/plain_table.h"
#include "plugin/postdissector.h"
#include "tap/capture/databases.h"
#include "tap/capture/locations.h"
#include "tap/capture/names.h"
#include "tap/capture/observe.h"
#include "tap/capture/preferences.h"
#include "tap/capture/resolver.h"
#include "tap/capture/versions.h"
#include "tap/gui/host.h"
#include "tap/system/system.h"
#include "tap/terminal/settings.h"

namespace fanout {
namespace {

// Counts what passes a display filter. Lives while its listeners are registered.
class Limited {
 public:
  Limited() { reset(); }
  ~Limited() {
    // Each call takes one away.
    for (; listeners_ > 0; --listeners_) remove_tap_listener(this);
    if (is_counting_) remove_tap_listener(&frames_read_);
  }
  Limited(const Limited&) = delete;
  Limited& operator=(const Limited&) = delete;

  // Registers the listeners; why the filter was refused, or nothing.
  std::string listen(const std::string& filter) {
    struct Tap {
      const char* name;
      tap_packet_cb packet;
    };
    const Tap taps[] = {{"ip", on_ip}, {"ipv6", on_ipv6}};
    std::string why = take(register_tap_listener("frame", this, filter.c_str(), kFrameTapFlags,
                                                 on_reset, on_frame, nullptr, nullptr));
    if (why.empty()) ++listeners_;
    for (const Tap& tap : taps) {
      if (!why.empty()) break;
      why = take(register_tap_listener(tap.name, this, filter.c_str(), TL_REQUIRES_NOTHING, nullptr,
                                       tap.packet, nullptr, nullptr));
      if (why.empty()) ++listeners_;
    }
    // Without a filter: only this counts all frames that were read.
    if (why.empty()) {
      why = take(register_tap_listener("frame", &frames_read_, nullptr, kFrameTapFlags,
                                       on_reset_read, on_read, nullptr, nullptr));
      is_counting_ = why.empty();
    }
    return why;
  }

  const std::shared_ptr<Engine>& engine() {
    engine_->flush();
    return engine_;
  }
  uint32_t frames_read() const { return frames_read_; }

 private:
  static Limited* self(void* data) { return static_cast<Limited*>(data); }

  static std::string take(GString* error) {
    if (error == nullptr) return {};
    const std::string text = error->str;
    g_string_free(error, TRUE);
    return text.empty() ? "not a display filter" : text;
  }

  void reset() {
    Engine::Options options = engine_options(Options());
    options.history = true;
    engine_ = std::make_shared<Engine>(options);
  }

  static void on_reset(void* data) { self(data)->reset(); }
  static void on_reset_read(void* frames) { *static_cast<uint32_t*>(frames) = 0; }

  static tap_packet_status on_read(void* frames, packet_info*, epan_dissect_t*, const void*,
                                   tap_flags_t) {
    ++*static_cast<uint32_t*>(frames);
    return TAP_PACKET_DONT_REDRAW;
  }

  static tap_packet_status on_ip(void* data, packet_info* pinfo, epan_dissect_t*,
                                 const void* header, tap_flags_t) {
    self(data)->engine_->post(self(data)->ip_.observe_ipv4(pinfo, header));
    return TAP_PACKET_DONT_REDRAW;
  }

  static tap_packet_status on_ipv6(void* data, packet_info* pinfo, epan_dissect_t*,
                                   const void* header, tap_flags_t) {
    self(data)->post(self(data)->ip_.observe_ipv6(pinfo, header));
    return TAP_PACKET_DONT_REDRAW;
  }

  static tap_packet_status on_frame(void* data, packet_info* pinfo, epan_dissect_t* edt,
                                    const void*, tap_flags_t) {
    self(data)->engine_->count_frame(frame_time(pinfo));
    HeaderObservations untapped;
    if (self(data)->ip_.observe_untapped(pinfo, &untapped)) self(data)->post(untapped);
    Observation arp;
    if (preferences().count_arp && observe_arp(pinfo, edt->tvb, &arp)) {
      self(data)->engine_->post(arp);
    }
    return TAP_PACKET_DONT_REDRAW;
  }

  void post(const HeaderObservations& observed) {
    observed.for_each([this](const Observation& one) {
      if (!resolves_addresses(one.source.network) || preferences().count_arp) engine_->post(one);
    });
  }

  std::shared_ptr<Engine> engine_;
  IpObserver ip_;
  uint32_t frames_read_ = 0;
  int listeners_ = 0;
  bool is_counting_ = false;
};

// What the callback of plugin_if_get_capture_file() fills in.
struct CaptureFile {
  gui::FileState state;
  uint32_t frames = 0;
};

void* read_capture_file(capture_file* file, void* data) {
  auto* result = static_cast<CaptureFile*>(data);
  if (file == nullptr || file->state == FILE_CLOSED) return nullptr;
  result->state.open = true;
  result->state.busy = file->read_lock || file->redissecting;
  result->frames = file->count;
  if (file->filename != nullptr) {
    char* name = g_path_get_basename(file->filename);
    result->state.name = name;
    g_free(name);
  }
  if (file->dfilter != nullptr) result->state.display_filter = file->dfilter;
  return result;
}

// What the button in Wireshark's status bar does.
void* stop_reading(capture_file* file, void*) {
  if (file != nullptr) file->stop_flag = true;
  return nullptr;
}

// Wireshark leaves its functions without an object while it quits.
const funnel_ops_t* window_functions() { return in_window() ? funnel_get_funnel_ops() : nullptr; }

CaptureFile capture_file_now() {
  CaptureFile result;
  if (window_functions() != nullptr) plugin_if_get_capture_file(read_capture_file, &result);
  return result;
}

class WindowHost : public gui::Host {
 public:
  gui::FileState file() override {
    gui::FileState state = capture_file_now().state;
    state.busy = state.busy || retapping_;
    return state;
  }

  std::shared_ptr<const Engine> engine() override {
    if (limited_) return limited_->engine();
    if (!capture_file_now().state.open) return nullptr;
    return file_engine();
  }

  int64_t start_time() override {
    return capture_file_now().state.open ? file_engine()->first_time() : kNoTime;
  }

  ReportSettings settings(const Options& options) override {
    ReportSettings settings = report_settings(options);
    settings.capture = file().name;
    settings.filter = filter_;
    return settings;
  }

  Report report(const ReportSettings& settings) override {
    std::shared_ptr<const Engine> counted = engine();
    if (!counted) counted = std::make_shared<Engine>(engine_options(Options()));
    Dissection dissection;
    dissection.full_frames = counted->frames();
    return make_report(std::move(counted), settings, dissection);
  }

  void render(Format format, const Report& report, const Sink& sink) override {
    Presentation presentation;
    presentation.name = fanout::host_name;
    presentation.service_name = fanout::service_name;
    // Of all sources, and at once; what is shown may still be on its way.
    Resolver resolver;
    if (shows_locations(format) && resolver.start(find_databases(location_folders()))) {
      presentation.location = [&](const Address& host) { return resolver.find(host); };
    }
    presentation.unicode = true;
    fanout::render(format, report, presentation, sink);
  }

  gui::Retap limit(const std::string& filter, std::string* error) override {
    const funnel_ops_t* functions = window_functions();
    if (retapping_ || functions == nullptr || functions->retap_packets == nullptr || file().busy) {
      return gui::Retap::kBusy;
    }
    auto limited = std::make_unique<Limited>();
    *error = limited->listen(filter);
    if (!error->empty()) return gui::Retap::kRefused;
    limited_ = std::move(limited);
    filter_ = filter;
    if (!file().open) return gui::Retap::kDone;
    retapping_ = true;
    functions->retap_packets(functions->ops_id);
    retapping_ = false;
    const bool is_complete = limited_->frames_read() >= capture_file_now().frames;
    return is_complete ? gui::Retap::kDone : gui::Retap::kStopped;
  }

  // A listener must outlive the reading that calls it.
  void unlimit() override {
    if (retapping_) return;
    limited_.reset();
    filter_.clear();
  }

  bool is_retapping() const override { return retapping_; }

  double progress() override {
    const uint32_t frames = capture_file_now().frames;
    if (!retapping_ || frames == 0) return 0;
    return std::min(1.0, static_cast<double>(limited_->frames_read()) / frames);
  }

  void stop() override {
    if (retapping_) plugin_if_get_capture_file(stop_reading, nullptr);
  }

  std::string host_name(const Address& address) override {
    // The window has a tick of its own.
    auto& resolves = gbl_resolv_flags.network_name;
    const auto before = resolves;
    resolves = true;
    std::string name = fanout::host_name(address);
    resolves = before;
    return name;
  }

  std::string service_name(const Service& service) override {
    return fanout::service_name(service);
  }

  bool has_locations() override { return fanout::has_locations(); }
  Location location(const Address& address) override { return fanout::location(address); }

  bool resolves_names() override { return gbl_resolv_flags.network_name; }

  std::string filter_text() override {
    const funnel_ops_t* functions = window_functions();
    if (functions == nullptr || functions->get_filter == nullptr) return {};
    const char* text = functions->get_filter(functions->ops_id);
    return text == nullptr ? std::string() : text;
  }

  void apply_filter(const std::string& filter) override {
    if (window_functions() != nullptr) plugin_if_apply_filter(filter.c_str(), true);
  }

  void prepare_filter(const std::string& filter) override {
    const funnel_ops_t* functions = window_functions();
    if (functions == nullptr || functions->set_filter == nullptr) return;
    functions->set_filter(functions->ops_id, filter.c_str());
  }

  void colourise(int slot, const std::string& filter) override {
    const funnel_ops_t* functions = window_functions();
    if (functions == nullptr || functions->set_color_filter_slot == nullptr) return;
    functions->set_color_filter_slot(static_cast<uint8_t>(slot), filter.c_str());
  }

  void go_to_frame(uint32_t frame) override {
    if (window_functions() != nullptr && file().open) plugin_if_goto_frame(frame);
  }

  std::string set_never_flagged(const std::vector<Address>& sources, bool is_never) override {
    return fanout::set_never_flagged(sources, is_never);
  }

  std::string settings_file() override {
    char* path = get_persconffile_path("fanout-window.ini", false);
    std::string result = path;
    g_free(path);
    return result;
  }

 private:
  std::unique_ptr<Limited> limited_;
  std::string filter_;
  bool retapping_ = false;
};

const gui::Entry* g_entry = nullptr;

// Never destroyed: Wireshark unloads plugins after its windows, and this may not depend on that.
gui::Host& host() {
  static auto* host = new WindowHost();
  return *host;
}

// 5 or 6 if this process has a living Qt application, else 0. tshark has none, and must load none.
int living_qt() {
  // QCoreApplication::self, as GCC and Clang name it, and as MSVC does.
  const void* self = find_symbol(nullptr, "_ZN16QCoreApplication4selfE");
  if (self == nullptr) self = find_symbol(nullptr, "?self@QCoreApplication@@0PEAV1@EA");
  const auto* application = static_cast<void* const*>(self);
  if (application == nullptr || *application == nullptr) return 0;
  const auto version = reinterpret_cast<const char* (*)()>(find_symbol(nullptr, "qVersion"));
  return version == nullptr ? 0 : version()[0] - '0';
}

// The library's entry, or nullptr where it is missing or of another version.
const gui::Entry* load_window(int qt) {
  const std::string folder = folder_of_code(reinterpret_cast<void*>(&load_window));
  if (folder.empty()) return nullptr;
  void* library =
      load_library(folder + "fanout/" + library_file("fanout-gui-qt" + std::to_string(qt)));
  if (library == nullptr) return nullptr;
  const auto* entry = static_cast<const gui::Entry*>(find_symbol(library, gui::kEntryName));
  return entry != nullptr && entry->abi == gui::kAbi ? entry : nullptr;
}

void on_menu(void*) {
  if (g_entry != nullptr) g_entry->open(&host(), nullptr);
}

void on_shutdown() {
  if (g_entry != nullptr) g_entry->close();
}

}  // namespace

void register_window() {
  const int qt = living_qt();
  if (qt == 0) return;
  g_entry = load_window(qt);
  if (g_entry == nullptr) {
    register_plain_table();
    return;
  }
  funnel_register_menu("Scan Suspects", REGISTER_PACKET_STAT_GROUP_UNSORTED, on_menu, nullptr,
                       nullptr, false);
  register_shutdown_routine(on_shutdown);
}

bool open_window(const Options& options) {
  if (g_entry == nullptr) return false;
  g_entry->open(&host(), &options);
  return true;
}

}  // namespace fanout

#include "tap/terminal/statistic.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <epan/epan_dissect.h>
#include <wsutil/report_message.h>

#include "tap/capture/databases.h"
#include "tap/capture/header_path.h"
#include "tap/capture/locations.h"
#include "tap/capture/names.h"
#include "tap/capture/observe.h"
#include "tap/capture/preferences.h"
#include "tap/capture/resolver.h"
#include "tap/capture/versions.h"
#include "tap/report/output.h"
#include "tap/system/output.h"
#include "tap/terminal/memory.h"
#include "tap/terminal/progress.h"
#include "tap/terminal/settings.h"

namespace fanout {
namespace {

class Statistic;

OpenWindow* g_open_window = nullptr;

// The statistic that shows the progress of the run: the first one, none in Wireshark's window.
Statistic* g_progress_owner = nullptr;

void complain(const std::string& message) {
  report_failure("%s", printable_message(message).c_str());
}

// One -z fanout. Several in a run are independent.
class Statistic {
 public:
  explicit Statistic(const Options& options) : options_(options) { reset(); }

  // Registers the tap listeners; nullptr, or why the filter was refused (to be freed).
  GString* listen() {
    struct Tap {
      const char* name;
      tap_reset_cb reset;
      tap_packet_cb packet;
      tap_draw_cb draw;
      unsigned flags;
    };
    // The frame's listener resets and draws for all, and comes last in each frame.
    const Tap taps[] = {{"frame", on_reset, on_frame, on_draw, kFrameTapFlags},
                        {"ip", nullptr, on_ip, nullptr, TL_REQUIRES_NOTHING},
                        {"ipv6", nullptr, on_ipv6, nullptr, TL_REQUIRES_NOTHING},
                        {kHeaderTap, nullptr, on_header, nullptr, TL_REQUIRES_NOTHING}};
    const char* filter = options_.filter.empty() ? nullptr : options_.filter.c_str();
    for (const Tap& tap : taps) {
      GString* error = register_tap_listener(tap.name, this, filter, tap.flags, tap.reset,
                                             tap.packet, tap.draw, nullptr);
      if (error != nullptr) {
        stop_listening();
        return error;
      }
      ++listeners_;
    }
    return nullptr;
  }

  // Wireshark removes one listener at a time, and warns if there is none.
  void stop_listening() {
    for (; listeners_ > 0; --listeners_) remove_tap_listener(this);
  }

 private:
  static Statistic* self(void* data) { return static_cast<Statistic*>(data); }

  void reset() {
    engine_ = std::make_shared<Engine>(engine_options(options_));
    dissection_ = {};
    count_arp_ = preferences().count_arp;
  }

  static void on_reset(void* data) { self(data)->reset(); }

  static tap_packet_status on_ip(void* data, packet_info* pinfo, epan_dissect_t*,
                                 const void* header, tap_flags_t) {
    Statistic* statistic = self(data);
    if (statistic->short_frame_ == pinfo->num) return TAP_PACKET_DONT_REDRAW;
    statistic->engine_->post(statistic->ip_.observe_ipv4(pinfo, header));
    return TAP_PACKET_REDRAW;
  }

  static tap_packet_status on_ipv6(void* data, packet_info* pinfo, epan_dissect_t*,
                                   const void* header, tap_flags_t) {
    Statistic* statistic = self(data);
    if (statistic->short_frame_ == pinfo->num) return TAP_PACKET_DONT_REDRAW;
    statistic->post(statistic->ip_.observe_ipv6(pinfo, header));
    return TAP_PACKET_REDRAW;
  }

  static tap_packet_status on_header(void* data, packet_info* pinfo, epan_dissect_t*,
                                     const void* observed, tap_flags_t) {
    Statistic* statistic = self(data);
    statistic->short_frame_ = pinfo->num;
    ++statistic->dissection_.header_frames;
    const auto* observations = static_cast<const HeaderObservations*>(observed);
    if (observations == nullptr) return TAP_PACKET_DONT_REDRAW;
    statistic->post(*observations);
    return TAP_PACKET_REDRAW;
  }

  static tap_packet_status on_frame(void* data, packet_info* pinfo, epan_dissect_t* edt,
                                    const void*, tap_flags_t) {
    Statistic* statistic = self(data);
    statistic->engine_->count_frame(frame_time(pinfo));
    note_tapped(pinfo->num);
    statistic->show_progress(pinfo, edt);
    if (statistic->short_frame_ == pinfo->num) return TAP_PACKET_DONT_REDRAW;
    ++statistic->dissection_.full_frames;
    HeaderObservations untapped;
    if (statistic->ip_.observe_untapped(pinfo, &untapped)) statistic->post(untapped);
    Observation arp;
    if (statistic->count_arp_ && observe_arp(pinfo, edt->tvb, &arp)) statistic->engine_->post(arp);
    return TAP_PACKET_REDRAW;
  }

  void post(const HeaderObservations& observed) {
    observed.for_each([this](const Observation& one) {
      if (count_arp_ || !resolves_addresses(one.source.network)) engine_->post(one);
    });
  }

  // Not between packets that are being printed.
  void show_progress(const packet_info* pinfo, const epan_dissect_t* edt) {
    if (pinfo->cinfo != nullptr || edt->tree != nullptr) return;
    if (g_progress_owner != this || !progress_.is_due(engine_->frames())) return;
    progress_.show(engine_->frames(), engine_->source_count(), engine_->pair_count());
  }

  // Ends tshark where a report cannot be written, as tshark itself does. In Wireshark's window,
  // where it is written again and again, one message must do.
  static void on_draw(void* data) {
    Statistic* statistic = self(data);
    if (statistic->has_failed_ || statistic->draw()) return;
    if (!in_window()) std::exit(2);
    statistic->has_failed_ = true;
  }

  bool draw() {
    if (g_progress_owner != nullptr) g_progress_owner->progress_.clear();
    engine_->flush();
    dissection_.headers = dissection_.header_frames > 0;
    const Report report = make_report(engine_, report_settings(options_), dissection_);
    Presentation presentation;
    presentation.name = host_name;
    presentation.service_name = service_name;
    Resolver resolver;
    if (shows_locations(options_.format) && resolver.start(find_databases(location_folders()))) {
      presentation.location = [&](const Address& host) { return resolver.find(host); };
    }
    const std::string why = write_report(options_, report, std::move(presentation));
    if (!why.empty()) complain("fanout: " + why);
    return why.empty();
  }

  Options options_;
  std::shared_ptr<Engine> engine_;
  Dissection dissection_;
  IpObserver ip_;
  int listeners_ = 0;
  uint32_t short_frame_ = 0;  // the last frame that was counted by its headers
  bool count_arp_ = true;
  bool has_failed_ = false;
  Progress progress_;
};

// All of this process, in the order they were asked for. They live to its end, as their tap
// listeners do.
std::vector<Statistic*> g_statistics;

void stop_listening() {
  for (Statistic* statistic : g_statistics) statistic->stop_listening();
}

void start_listening() {
  for (Statistic* statistic : g_statistics) {
    if (GString* error = statistic->listen()) {
      complain(std::string("fanout: ") + error->str);
      std::exit(1);
    }
  }
}

// Ends tshark with one line; in Wireshark's window a message must do.
StatInitResult refuse(const std::string& message) {
  complain(message);
  if (!in_window()) std::exit(1);
  return stat_init_result(false);
}

// The table of options on standard output, which ends tshark as its own helps do.
StatInitResult print_help() {
  std::string window;
  for (const OptionRow& row : option_rows()) {
    if (!(row.fronts & kWindow)) continue;
    if (!window.empty()) window += ", ";
    window += row.word;
  }
  flush_others();
  std::printf(
      "Usage: tshark -q -z fanout[,threshold][,option]...[,filter] -r FILE\n"
      "Options come in any order, each at most once:\n\n"
      "%s\nwireshark -z fanout opens the window, which takes\n%s.\n",
      options_help(kStatistic).c_str(), window.c_str());
  if (in_window()) return stat_init_result(true);
  std::exit(std::fflush(stdout) == 0 ? 0 : 2);
}

StatInitResult start(const char* argument, void*) {
  const auto parsed = parse_options(argument);
  if (const auto* error = std::get_if<OptionError>(&parsed)) {
    return refuse("-z fanout: " + error->message);
  }
  const auto& options = std::get<Options>(parsed);
  if (options.help) return print_help();
  // In Wireshark the report is shown; it is written where a file is given, as in tshark.
  if (options.file.empty() && g_open_window(options)) return stat_init_result(true);
  if (!options.file.empty()) {
    const std::string why = why_not_writable(options.file);
    if (!why.empty()) return refuse("-z fanout: file=: " + why);
  }
  if (!in_window()) {
    end_when_out_of_memory(
        "tshark: fanout: there is no memory left; -o fanout.limit:N stores no more than N pairs\n");
  }
  auto* statistic = new Statistic(options);
  if (g_progress_owner == nullptr && !in_window()) g_progress_owner = statistic;
  if (GString* error = statistic->listen()) {
    const std::string why = error->str;
    g_string_free(error, TRUE);
    delete statistic;
    return refuse("-z fanout: \"" + options.filter +
                  "\" is neither an option nor a display filter (" + why +
                  "). Allowed: " + options_usage());
  }
  g_statistics.push_back(statistic);
  if (options.full) {
    forbid_header_path();
  } else if (options.filter.empty()) {
    offer_header_path(stop_listening, start_listening);
  }
  return stat_init_result(true);
}

}  // namespace

void register_statistic(OpenWindow* open_window) {
  g_open_window = open_window;
  static stat_tap_ui ui = {
      REGISTER_PACKET_STAT_GROUP_UNSORTED, nullptr, "fanout", start, 0, nullptr};
  register_stat_tap_ui(&ui, nullptr);
}

}  // namespace fanout

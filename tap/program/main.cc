// The program `fanout`: the report on captures, counted as they are read.
#include <atomic>
#include <clocale>
#include <csignal>
#include <cstdio>

#include <glib.h>
#include <wsutil/filesystem.h>
#include <wsutil/privileges.h>
#include <wsutil/report_message.h>

#include "tap/program/arguments.h"
#include "tap/program/profile.h"
#include "tap/program/reader.h"
#include "tap/report/output.h"
#include "tap/report/render.h"
#include "tap/terminal/settings.h"

namespace fanout {
namespace {

std::atomic<bool> g_stop = false;

void complain(const std::string& message) { std::fprintf(stderr, "fanout: %s\n", message.c_str()); }

// What libwireshark and wsutil report through.
void report(const char* format, va_list values) {
  char* text = g_strdup_vprintf(format, values);
  complain(text);
  g_free(text);
}

void start_wireshark(const char* program, const Arguments& arguments) {
  static report_message_routines routines{};
  routines.vreport_failure = report;
  routines.vreport_warning = report;
  routines.report_open_failure = [](const char* path, int error, wbool for_writing) {
    char* message = g_strdup_printf(file_open_error_message(error, for_writing), path);
    complain(message);
    g_free(message);
  };
  routines.report_read_failure = [](const char* path, int error) {
    complain("cannot read \"" + std::string(path) + "\": " + g_strerror(error));
  };
  routines.report_write_failure = [](const char* path, int error) {
    complain("cannot write \"" + std::string(path) + "\": " + g_strerror(error));
  };
  start_log("fanout", report);
  init_process_policies();
  relinquish_special_privs_perm();
  char* error = start_configuration(program);
  if (error != nullptr) {
    complain("cannot find Wireshark's folders: " + std::string(error));
    g_free(error);
  }
  init_report_message("fanout", &routines);
  if (!arguments.profile.empty()) {
    const char* profile = arguments.profile.c_str();
    if (!profile_exists(profile, false)) {
      throw Failure(1, "-C: there is no profile \"" + arguments.profile + "\"");
    }
    set_profile_name(profile);
  }
  wtap_init(true);
}

// One capture, from reading to the report.
class Counting {
 public:
  explicit Counting(const Arguments& arguments)
      : arguments_(arguments), library_(arguments.dissector) {
    const DissectorSettings& settings = arguments.dissector;
    const bool wants_names = !settings.resolving.empty() && !settings.resolving.back().empty();
    if (arguments.options.full || !settings.filter.empty() || !settings.preferences.empty() ||
        wants_names || profile_has_settings()) {
      preferences_ = library_.get().preferences();
    }
    engine_ = std::make_shared<Engine>(engine_options(arguments.options, preferences_));
  }

  // Counts a capture. Throws Failure if it is none.
  void count(const std::string& path) {
    std::string error;
    const std::unique_ptr<CaptureFile> file = CaptureFile::open(path, &error);
    if (!file) throw Failure(2, error);
    ReadSettings settings;
    settings.full = arguments_.options.full || !arguments_.options.filter.empty();
    settings.count_arp = preferences_.count_arp;
    settings.library = &library_;
    settings.stop = &g_stop;
    CaptureReader reader(*file, settings);
    while (reader.next()) {
      if (!reader.passed()) continue;
      engine_->count_frame(file->time());
      ++(reader.by_headers() ? dissection_.header_frames : dissection_.full_frames);
      for (const Observation& observation : reader.observations()) engine_->post(observation);
    }
    engine_->flush();
    if (file->error().empty() || g_stop) return;
    complain(file->error());
    status_ = 2;
  }

  int report() {
    dissection_.headers = dissection_.header_frames > 0;
    const Options& options = arguments_.options;
    const auto is_allowed = [this](const Address& source) {
      return library_.is_loaded() && library_.get().is_never_flagged(source);
    };
    const Report report =
        make_report(engine_, report_settings(options, preferences_, is_allowed), dissection_);
    Presentation presentation;
    // Hosts have names only where the settings say so, and then the library is loaded.
    if (library_.is_loaded()) {
      presentation.name = [this](const Address& host) { return library_.get().host_name(host); };
    }
    if (arguments_.names) {
      presentation.service_name = [this](const Service& service) {
        return library_.get().service_name(service);
      };
    }
    presentation.unicode =
        options.format != Format::kText || !options.file.empty() || g_get_charset(nullptr) != 0;
    Output output = options.file.empty() ? Output() : Output(options.file);
    if (!output.open()) throw Failure(2, output.error());
    render(options.format, report, presentation,
           [&](std::string_view text) { output.write(text); });
    if (!output.commit()) throw Failure(2, output.error());
    if (status_ == 0 && arguments_.exit_code && report.suspects_total > 0) status_ = 1;
    return status_;
  }

 private:
  const Arguments& arguments_;
  Library library_;
  Preferences preferences_;
  std::shared_ptr<Engine> engine_;
  fanout::Dissection dissection_;
  int status_ = 0;
};

int run(int count, char** words) {
  auto parsed = parse_arguments(count, words);
  if (const auto* error = std::get_if<OptionError>(&parsed)) throw Failure(1, error->message);
  const auto& arguments = std::get<Arguments>(parsed);
  if (arguments.wish == Arguments::Wish::kHelp) {
    std::fputs(help().c_str(), stdout);
    return 0;
  }
  if (arguments.wish == Arguments::Wish::kVersion) {
    std::printf("fanout %s, with Wireshark %d.%d\n", FANOUT_VERSION, WIRESHARK_VERSION_MAJOR,
                WIRESHARK_VERSION_MINOR);
    return 0;
  }
  if (!arguments.options.file.empty()) {
    const std::string why = why_not_writable(arguments.options.file);
    if (!why.empty()) throw Failure(1, "--file: " + why);
  }
  start_wireshark(words[0], arguments);
  Counting counting(arguments);
  for (const std::string& input : arguments.inputs) counting.count(input);
  return counting.report();
}

}  // namespace
}  // namespace fanout

int main(int count, char** words) {
  std::setlocale(LC_ALL, "");
  try {
    return fanout::run(count, words);
  } catch (const fanout::Failure& failure) {
    fanout::complain(failure.what());
    return failure.status();
  }
}

// The program `fanout`: the report on captures, counted as they are read.
#include <atomic>
#include <clocale>
#include <cstdio>

#include <glib.h>
#include <wsutil/privileges.h>
#include <wsutil/report_message.h>

#include "tap/program/arguments.h"
#include "tap/program/count.h"
#include "tap/report/output.h"
#include "tap/system/process.h"
#include "tap/terminal/memory.h"

namespace fanout {
namespace {

std::atomic<bool> g_stop = false;

void complain(const std::string& message) {
  std::fprintf(stderr, "fanout: %s\n", printable_message(message).c_str());
}

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
  routines.report_open_failure = [](const char* path, int error, auto for_writing) {
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

int run(int count, char** words) {
  // Before GLib has anything to say: without a console on Windows, it would end the process.
  start_log("fanout", report);
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
  const std::pair<const char*, const std::string&> outputs[] = {{"--file", arguments.options.file},
                                                                {"--runs", arguments.runs}};
  for (const auto& [option, path] : outputs) {
    const std::string why = path.empty() || path == "-" ? std::string() : why_not_writable(path);
    if (!why.empty()) throw Failure(1, std::string(option) + ": " + why);
  }
  start_wireshark(words[0], arguments);
  // What was read is reported.
  call_when_stopped([] { g_stop = true; });
  return Count(arguments, g_stop, complain).run();
}

}  // namespace
}  // namespace fanout

int main(int count, char** words) {
  fanout::end_when_out_of_memory(
      "fanout: there is no memory left; -o fanout.limit:N stores no more than N pairs\n");
  std::setlocale(LC_ALL, "");
  try {
    return fanout::run(count, words);
  } catch (const fanout::Failure& failure) {
    fanout::complain(failure.what());
    return failure.status();
  } catch (const std::exception& error) {
    // What the system refuses, such as a thread.
    fanout::complain(error.what());
    return 2;
  }
}

// In: what the command line asks for. Out: the report, runs, or lines, written.
#ifndef FANOUT_TAP_PROGRAM_COUNT_H_
#define FANOUT_TAP_PROGRAM_COUNT_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "tap/count/engine.h"
#include "tap/program/arguments.h"
#include "tap/program/many.h"
#include "tap/program/speed.h"
#include "tap/report/report.h"
#include "tap/runs/frames.h"

namespace fanout {

/// One run of the program.
class Count {
 public:
  using Complain = std::function<void(const std::string&)>;

  /// `arguments` must outlive this; reading ends once `stop` is true. libwiretap is started, and
  /// the profile is set. Throws Failure.
  Count(const Arguments& arguments, const std::atomic<bool>& stop, Complain complain);

  /// Reads and writes what the command line says, and returns the status to end with. Throws
  /// Failure.
  int run();

 private:
  ReadSettings read_settings();
  bool is_never_flagged(const Address& source);
  void count_one(const std::string& path);
  void count_many();
  void list_captures() const;
  void write_runs();
  void write_runs_file(RunsWriter& writer, const RunsHeader& header) const;
  void follow(const std::string& path);
  void note_end(const CaptureFile& file);
  void add_frames(const FileFacts& facts);
  ManySettings many_settings();
  void show_progress(ManySettings& settings, Speed& speed, const Inputs& inputs) const;
  void merge(Many& many, const Many::Sink& sink, const std::function<void()>& again);
  void list_files(ReportSettings& settings) const;
  std::vector<std::string> location_folders();
  void write_report();

  const Arguments& arguments_;
  const std::atomic<bool>& stop_;
  Complain complain_;
  Library library_;
  bool names_come_first_ = false;  // hosts are named after what captures say
  Preferences preferences_;
  std::shared_ptr<Engine> engine_;
  FrameNumbers numbers_;
  std::vector<FileFacts> files_;
  fanout::Dissection dissection_;
  int status_ = 0;
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_COUNT_H_

#include "tap/program/count.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "tap/capture/databases.h"
#include "tap/capture/resolver.h"
#include "tap/program/counting_thread.h"
#include "tap/program/follow.h"
#include "tap/program/list.h"
#include "tap/program/profile.h"
#include "tap/program/speed.h"
#include "tap/report/output.h"
#include "tap/runs/collector.h"
#include "tap/system/files.h"
#include "tap/system/output.h"
#include "tap/terminal/settings.h"

namespace fanout {
namespace {

// The status where shards of captures that overlap were merged, and who sent first may be wrong.
constexpr int kShardsOverlap = 3;

}  // namespace

Count::Count(const Arguments& arguments, const std::atomic<bool>& stop, Complain complain)
    : arguments_(arguments),
      stop_(stop),
      complain_(std::move(complain)),
      library_(arguments.dissector) {
  const DissectorSettings& settings = arguments.dissector;
  names_come_first_ = !settings.resolving.empty() && !settings.resolving.back().empty();
  const bool is_needed = arguments.options.full || !settings.filter.empty() ||
                         !settings.preferences.empty() || names_come_first_ ||
                         profile_has_settings();
  if (is_needed) preferences_ = library_.get().preferences();
  engine_ = std::make_shared<Engine>(engine_options(arguments.options, preferences_));
}

int Count::run() {
  const std::string& first = arguments_.inputs[0];
  if (arguments_.follow) {
    follow(first);
    return status_;
  }
  if (arguments_.list) {
    list_captures();
    return status_;
  }
  if (!arguments_.runs.empty()) {
    write_runs();
    return status_;
  }
  if (are_many(arguments_.inputs)) {
    count_many();
  } else {
    count_one(first);
  }
  write_report();
  return status_;
}

ReadSettings Count::read_settings() {
  ReadSettings settings;
  settings.full = arguments_.options.full || !arguments_.options.filter.empty();
  settings.count_arp = preferences_.count_arp;
  settings.library = &library_;
  settings.stop = &stop_;
  return settings;
}

bool Count::is_never_flagged(const Address& source) {
  return library_.is_loaded() && library_.get().is_never_flagged(source);
}

void Count::count_one(const std::string& path) {
  std::string error;
  const std::unique_ptr<CaptureFile> file = CaptureFile::open(path, &error);
  if (!file) throw Failure(2, error);
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path_of(path), unknown);
  Speed speed;
  speed.start(1, unknown ? 0 : size);
  CaptureReader reader(*file, read_settings());
  CountingThread counting(*engine_);
  FileFacts facts;
  while (reader.next()) {
    constexpr uint32_t kFramesBetween = 1 << 12;
    if (file->number() % kFramesBetween == 0) {
      speed.show(0, file->number(), static_cast<uint64_t>(file->bytes_read()));
    }
    if (!reader.passed()) continue;
    count_frame(facts, file->time(), reader.by_headers());
    for (const Observation& observation : reader.observations()) counting.count(observation);
  }
  counting.finish();
  speed.clear();
  add_frames(facts);
  note_end(*file);
}

void Count::add_frames(const FileFacts& facts) {
  engine_->count_frames(facts.frames, facts.first_time, facts.last_time);
  dissection_.header_frames += facts.frames - facts.dissected;
  dissection_.full_frames += facts.dissected;
}

// Where it is not the end of the file. A pipe has no other end than this.
void Count::note_end(const CaptureFile& file) {
  if (stop_) {
    if (file.path() != "-") status_ = 2;
  } else if (!file.error().empty()) {
    complain_(file.error());
    status_ = 2;
  }
}

ManySettings Count::many_settings() {
  ManySettings settings;
  settings.read = read_settings();
  settings.wanted.arp = preferences_.count_arp;
  settings.wanted.multicast = !engine_->options().unicast;
  settings.wanted.filter = arguments_.options.filter;
  settings.complain = complain_;
  // Names that a process learns from captures are lost with it.
  settings.jobs = names_come_first_     ? 0
                  : arguments_.jobs > 0 ? arguments_.jobs
                                        : std::max(1u, std::thread::hardware_concurrency());
  return settings;
}

void Count::merge(Many& many, const Many::Sink& sink, const std::function<void()>& again) {
  many.merge(sink, again);
  if (many.has_problems()) status_ = 2;
  files_ = many.files();
}

// On a terminal; a complaint removes the line before.
void Count::show_progress(ManySettings& settings, Speed& speed, const Inputs& inputs) const {
  uint64_t bytes = 0;
  for (const Input& input : inputs.files) bytes += input.bytes;
  speed.start(inputs.files.size(), bytes);
  settings.progress = [&speed](const Progressed& progress) {
    speed.show(progress.files, progress.frames, progress.bytes);
  };
  settings.complain = [this, &speed](const std::string& message) {
    speed.clear();
    complain_(message);
  };
}

void Count::count_many() {
  Inputs inputs = find_inputs(arguments_.inputs);
  ManySettings settings = many_settings();
  Speed speed;
  show_progress(settings, speed, inputs);
  Many many(std::move(inputs), std::move(settings));
  if (many.is_empty()) throw Failure(2, "there is no capture to read");
  const auto replay = [this](const Run& run) {
    // Runs files may hold what is not to be counted.
    if (resolves_addresses(run.first.source.network) && !preferences_.count_arp) return;
    engine_->replay(run, numbers_.number(run.begin.file, run.begin.frame),
                    numbers_.number(run.end.file, run.end.frame));
  };
  const auto again = [this] {
    engine_ = std::make_shared<Engine>(engine_->options());
    numbers_ = FrameNumbers();
  };
  merge(many, replay, again);
  speed.clear();
  for (const FileFacts& file : files_) add_frames(file);
}

void Count::list_captures() const {
  const Inputs inputs = find_inputs(arguments_.inputs);
  Output output;
  output.write(list(inputs));
  if (!output.commit()) throw Failure(2, output.error());
}

void Count::write_runs() {
  std::vector<std::unique_ptr<RunsWriter>> writers;
  std::unique_ptr<Collector> collector;
  const uint32_t shards = std::max(arguments_.shards, 1u);
  const auto write = [&](std::span<const Run> runs) {
    for (const Run& run : runs) writers[shard_of(run.first, shards)]->add(run);
  };
  const auto begin = [&] {
    writers.clear();
    for (uint32_t i = 0; i < shards; ++i) writers.push_back(std::make_unique<RunsWriter>());
    collector = std::make_unique<Collector>(write);
  };
  begin();
  Inputs inputs = find_inputs(arguments_.inputs);
  ManySettings settings = many_settings();
  settings.apart = arguments_.apart;
  settings.shard_alone = arguments_.shards == 0;
  RunsHeader header = settings.wanted;
  Speed speed;
  show_progress(settings, speed, inputs);
  Many many(std::move(inputs), std::move(settings));
  // Of a shard's, the count is to know what could not be read.
  const bool is_part = arguments_.shards > 0 || many.shards() > 1;
  if (many.is_empty() && !is_part) throw Failure(2, "there is no capture to read");
  merge(
      many,
      [&](const Run& run) {
        if (arguments_.apart) {
          write({&run, 1});
        } else {
          collector->add(run);
        }
      },
      begin);
  speed.clear();
  collector->flush();
  header.files = files_;
  header.shard = many.shard();
  header.shards = arguments_.shards > 0 ? arguments_.shards : many.shards();
  for (const auto& writer : writers) {
    write_runs_file(*writer, header);
    ++header.shard;
  }
  if (many.shards() > 1 && many.overlaps() > 0) status_ = kShardsOverlap;
}

// With --shards, one of the files.
void Count::write_runs_file(RunsWriter& writer, const RunsHeader& header) const {
  std::string path = arguments_.runs;
  if (arguments_.shards > 0) {
    path += '.' + std::to_string(header.shard) + "-of-" + std::to_string(header.shards);
  }
  Output output = path == "-" ? Output() : Output(path);
  if (!output.open()) throw Failure(2, output.error());
  if (path == "-") translate_ends_of_lines(stdout, false);
  if (!writer.finish(header, [&](std::string_view text) { output.write(text); })) {
    throw Failure(2, writer.error());
  }
  if (!output.commit()) throw Failure(2, output.error());
}

void Count::follow(const std::string& path) {
  std::string error;
  const std::unique_ptr<CaptureFile> file = CaptureFile::open(path, &error);
  if (!file) throw Failure(2, error);
  const ReportSettings settings = report_settings(arguments_.options, preferences_, {});
  Follow follow(
      {settings.threshold, settings.ports, settings.window}, engine_->options(),
      [this](const Address& source) { return is_never_flagged(source); },
      [](const std::string& line) {
        if (std::fputs(line.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
          throw Failure(2, std::string("cannot write: ") + std::strerror(errno));
        }
      });
  CaptureReader reader(*file, read_settings());
  while (reader.next()) {
    if (reader.passed()) follow.count(file->number(), file->time(), reader.observations());
  }
  if (arguments_.exit_code && follow.has_suspects()) status_ = 1;
  note_end(*file);
}

void Count::list_files(ReportSettings& settings) const {
  auto files = std::make_shared<std::vector<ReportFile>>();
  for (const FileFacts& file : files_) {
    files->push_back(
        {file.path, file.frames, file.first_time, file.last_time, file.format, file.problem});
  }
  settings.files = std::move(files);
  settings.frame_of = [this](uint32_t number) -> FrameOf {
    const FramePlace place = numbers_.place(number);
    return place.frame == 0 ? FrameOf() : FrameOf{place.file + 1, place.frame};
  };
}

// Libwireshark is not loaded to know.
std::vector<std::string> Count::location_folders() {
  const auto& resolving = arguments_.dissector.resolving;
  const bool is_resolution_off = !resolving.empty() && resolving.back().empty();
  if (!shows_locations(arguments_.options.format) || is_resolution_off) return {};
  return library_.is_loaded() ? library_.get().location_folders() : database_folders();
}

void Count::write_report() {
  dissection_.headers = dissection_.header_frames > 0;
  const Options& options = arguments_.options;
  const auto is_allowed = [this](const Address& source) { return is_never_flagged(source); };
  ReportSettings settings = report_settings(options, preferences_, is_allowed);
  if (!files_.empty()) list_files(settings);
  const Report report = make_report(engine_, settings, dissection_);
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
  Resolver resolver;
  if (resolver.start(find_databases(location_folders()))) {
    presentation.location = [&](const Address& host) { return resolver.find(host); };
  }
  const std::string why = fanout::write_report(options, report, std::move(presentation));
  if (!why.empty()) throw Failure(2, why);
  if (status_ == 0 && arguments_.exit_code && report.suspects_total > 0) status_ = 1;
}

}  // namespace fanout

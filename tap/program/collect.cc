#include "tap/program/collect.h"

#include <cerrno>
#include <cstring>
#include <type_traits>

#include "tap/runs/collector.h"

namespace fanout {
namespace {

static_assert(std::is_trivially_copyable_v<Run>);

// Progress is shown twice a second; not after each frame.
constexpr uint32_t kFramesBetween = 4096;

[[noreturn]] void fail_to_write() {
  const std::string why = std::strerror(errno);
  throw Failure(2, "cannot write a temporary file in \"" + temporary_folder() +
                       "\", which TMPDIR can change: " + why);
}

}  // namespace

Collected collect(const std::string& path, uint32_t number, const ReadSettings& settings, bool join,
                  Progressed& progress) {
  Collected result;
  const std::unique_ptr<CaptureFile> file = CaptureFile::open(path, &result.facts.problem);
  if (!file) return result;
  result.facts.format = file->format();
  result.runs = temporary_file();
  if (!result.runs) fail_to_write();
  const auto write = [&](std::span<const Run> runs) {
    if (std::fwrite(runs.data(), sizeof(Run), runs.size(), result.runs.get()) != runs.size()) {
      fail_to_write();
    }
  };
  // Half a megabyte, which stays in the cache: a third less CPU time than with 2^17, and of
  // ordinary traffic no more runs, once they are joined again for a file.
  constexpr size_t kMost = size_t{1} << 12;
  Collector collector(write, join ? kMost : 1);
  FileClock clock;
  CaptureReader reader(*file, settings);
  int64_t bytes = 0;
  uint32_t told = 0;
  const auto report = [&] {
    progress.frames += file->number() - told;
    progress.bytes += static_cast<uint64_t>(file->bytes_read() - bytes);
    told = file->number();
    bytes = file->bytes_read();
  };
  while (reader.next()) {
    const int64_t order = clock.advance(file->time());
    if (file->number() == 1) result.facts.begin = file->time();
    if (file->number() % kFramesBetween == 0) report();
    if (!reader.passed()) continue;
    count_frame(result.facts, file->time(), reader.by_headers());
    uint32_t place = 0;
    for (const Observation& observation : reader.observations()) {
      collector.add(observation, {order, number, observation.frame}, place++);
    }
  }
  collector.flush();
  report();
  ++progress.files;
  result.facts.problem = settings.stop->load() ? "reading it was interrupted" : file->error();
  if (std::fflush(result.runs.get()) != 0) fail_to_write();
  std::rewind(result.runs.get());
  return result;
}

CollectedRuns::CollectedRuns(TemporaryFile file, std::string path)
    : file_(std::move(file)), path_(std::move(path)) {}

bool CollectedRuns::next(Run& run) {
  if (at_ == buffer_.size()) {
    buffer_.resize(kBuffered);
    buffer_.resize(std::fread(buffer_.data(), sizeof(Run), buffer_.size(), file_.get()));
    at_ = 0;
    if (buffer_.empty()) {
      if (std::ferror(file_.get()) != 0) error_ = path_ + ": cannot read its temporary file";
      return false;
    }
  }
  run = buffer_[at_++];
  return true;
}

}  // namespace fanout

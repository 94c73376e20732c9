#include "tap/program/many.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/mman.h>

#include "tap/program/workers.h"

namespace fanout {

Many::Many(Inputs inputs, ManySettings settings) : settings_(std::move(settings)) {
  void* memory =
      mmap(nullptr, sizeof(Progressed), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw Failure(2, "cannot share memory");
  progress_ = new (memory) Progressed;
  for (Unreadable& unreadable : inputs.unreadable) leave_out(std::move(unreadable));
  for (Input& input : inputs.files) add(std::move(input));
  for (Unreadable& unreadable : unreadable_) {
    FileFacts& facts = files_.emplace_back();
    facts.path = std::move(unreadable.path);
    facts.problem = std::move(unreadable.problem);
  }
  std::stable_sort(sources_.begin(), sources_.end(),
                   [](const Source& a, const Source& b) { return a.input.begin < b.input.begin; });
}

Many::~Many() { munmap(progress_, sizeof(Progressed)); }

void Many::note_problem(const std::string& problem) {
  has_problems_ = true;
  if (!is_second_time_) settings_.complain(problem);
}

void Many::leave_out(Unreadable unreadable) {
  note_problem(unreadable.problem);
  unreadable_.push_back(std::move(unreadable));
}

void Many::add(Input input) {
  Source source;
  source.input = std::move(input);
  if (source.input.is_runs) {
    std::string problem;
    if (!add_runs(source, &problem)) {
      leave_out({source.input.path, std::move(problem)});
      return;
    }
  } else {
    source.numbers = {static_cast<uint32_t>(files_.size())};
    files_.emplace_back().path = source.input.path;
  }
  bytes_ += source.input.bytes;
  sources_.push_back(std::move(source));
}

bool Many::add_runs(Source& source, std::string* problem) {
  const std::string& path = source.input.path;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    *problem = "The file \"" + path + "\" cannot be read: " + std::strerror(errno) + ".";
    return false;
  }
  RunsReader reader(file, path);
  if (!reader.read_header()) {
    *problem = reader.error();
    return false;
  }
  const std::string why = why_not_mergeable(reader.header(), settings_.wanted);
  if (!why.empty()) {
    *problem = "The file \"" + path + "\" is left out: " + why + ".";
    return false;
  }
  int64_t begin = std::numeric_limits<int64_t>::max();
  for (const FileFacts& facts : reader.header().files) {
    begin = std::min(begin, facts.first_time);
    source.numbers.push_back(static_cast<uint32_t>(files_.size()));
    files_.push_back(facts);
  }
  source.input.begin = source.numbers.empty() ? kNoTime : begin;
  return true;
}

void Many::merge(const Sink& sink, const std::function<void()>& again) {
  uint64_t overlaps = merge_once(sink);
  is_second_time_ = true;
  if (overlaps > 0 && separate_overlapping()) {
    again();
    progress_->frames = progress_->bytes = 0;
    progress_->files = 0;
    overlaps = merge_once(sink);
  }
  if (overlaps == 0) return;
  settings_.complain("Runs of the same two hosts overlap in time in " + std::to_string(overlaps) +
                     " cases: who of the two sent first may be wrong in these. Count the captures "
                     "together instead of their runs.");
}

// Whether there are captures whose packets can be merged one by one, which overlap in time.
bool Many::separate_overlapping() {
  struct Span {
    int64_t first;
    int64_t last;
    Source* source;
  };
  std::vector<Span> spans;
  for (Source& source : sources_) {
    Span span{std::numeric_limits<int64_t>::max(), kNoTime, &source};
    for (const uint32_t number : source.numbers) {
      span.first = std::min(span.first, files_[number].first_time);
      span.last = std::max(span.last, files_[number].last_time);
    }
    spans.push_back(span);
  }
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.first < b.first; });
  bool found = false;
  const auto separate = [&](Source& source) {
    if (source.input.is_runs) return;
    source.join = false;
    found = true;
  };
  for (size_t latest = 0, i = 1; i < spans.size(); ++i) {
    if (spans[i].first <= spans[latest].last) {
      separate(*spans[latest].source);
      separate(*spans[i].source);
    }
    if (spans[i].last > spans[latest].last) latest = i;
  }
  return found;
}

uint64_t Many::merge_once(const Sink& sink) {
  std::vector<uint32_t> captures;
  for (uint32_t i = 0; i < sources_.size(); ++i) {
    if (!sources_[i].input.is_runs) captures.push_back(i);
  }
  std::unique_ptr<Workers> workers;
  if (settings_.jobs > 1 && captures.size() > 1) {
    const auto work = [this](uint32_t number) {
      const Source& source = sources_[number];
      return collect(source.input.path, source.numbers[0], settings_.read, source.join, *progress_);
    };
    workers = std::make_unique<Workers>(settings_.jobs, std::move(captures), work);
  }
  Merge merge;
  for (const Source& source : sources_) {
    merge.add(source.input.begin, [this, &source, &workers] {
      return source.input.is_runs ? open_runs(source) : open_capture(source, workers.get());
    });
  }
  constexpr uint32_t kRunsBetween = 1 << 14;
  Run run;
  for (uint32_t i = 1; merge.next(run); ++i) {
    sink(run);
    if (i % kRunsBetween == 0) settings_.progress(*progress_);
  }
  for (const std::string& error : merge.errors()) note_problem(error);
  if (settings_.read.stop->load()) settings_.complain("Interrupted: not all was read.");
  return merge.overlaps();
}

std::unique_ptr<RunStream> Many::open_capture(const Source& source, Workers* workers) {
  const std::string& path = source.input.path;
  const auto wait = [this] { settings_.progress(*progress_); };
  Collected collected;
  if (workers != nullptr) {
    collected = workers->take(static_cast<uint32_t>(&source - sources_.data()), wait);
  } else if (!settings_.read.stop->load()) {
    wait();
    collected = collect(path, source.numbers[0], settings_.read, source.join, *progress_);
  } else {
    collected.facts.problem = "It was not read: the reading was interrupted before.";
  }
  FileFacts& facts = files_[source.numbers[0]];
  facts = std::move(collected.facts);
  facts.path = path;
  if (!facts.problem.empty()) {
    // What the user stopped needs no message for each file.
    if (settings_.read.stop->load())
      has_problems_ = true;
    else
      note_problem(facts.problem);
  }
  if (!collected.runs) return nullptr;
  return std::make_unique<CollectedRuns>(std::move(collected.runs), path);
}

std::unique_ptr<RunStream> Many::open_runs(const Source& source) {
  std::FILE* file = std::fopen(source.input.path.c_str(), "rb");
  if (file == nullptr) return nullptr;
  auto reader = std::make_unique<RunsReader>(file, source.input.path);
  if (!reader->read_header() || reader->header().files.size() != source.numbers.size()) {
    note_problem("The file \"" + source.input.path + "\" has changed while it was read.");
    return nullptr;
  }
  reader->set_file_numbers(source.numbers);
  progress_->files += 1;
  progress_->bytes += source.input.bytes;
  return reader;
}

}  // namespace fanout

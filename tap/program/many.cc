#include "tap/program/many.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tap/program/workers.h"
#include "tap/system/process.h"

namespace fanout {
namespace {

// Not for a capture that could not even be opened when its runs were to be written.
bool was_opened(const FileFacts& facts) { return !facts.format.empty() || facts.problem.empty(); }

}  // namespace

Many::Many(Inputs inputs, ManySettings settings) : settings_(std::move(settings)) {
  void* memory = share_memory(sizeof(Progressed));
  if (memory == nullptr) throw Failure(2, "cannot share memory");
  progress_ = new (memory) Progressed;
  for (Unreadable& unreadable : inputs.unreadable) leave_out(std::move(unreadable));
  std::vector<RunsFile> runs;
  for (Input& input : inputs.files) {
    bytes_ += input.bytes;
    if (!input.is_runs) {
      add_capture(std::move(input));
      continue;
    }
    std::string problem;
    RunsFile file = read_header(input, &problem);
    if (problem.empty()) {
      runs.push_back(std::move(file));
    } else {
      leave_out({input.path, std::move(problem)});
    }
  }
  add_runs(runs);
  std::stable_sort(sources_.begin(), sources_.end(), [](const Source& a, const Source& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.name < b.name;
  });
  number_files();
}

Many::~Many() { release_memory(progress_, sizeof(Progressed)); }

void Many::note_problem(const std::string& problem) {
  has_problems_ = true;
  if (!is_second_time_) settings_.complain(problem);
}

void Many::leave_out(Unreadable unreadable) {
  note_problem(unreadable.problem);
  unreadable_.push_back(std::move(unreadable));
}

void Many::add_capture(Input input) {
  Source source;
  source.begin = input.begin;
  source.name = input.path;
  source.bytes = input.bytes;
  source.files.emplace_back().path = input.path;
  source.join = !settings_.apart;
  source.paths.push_back(std::move(input.path));
  sources_.push_back(std::move(source));
}

// What stands before the runs, unless there is a problem.
RunsFile Many::read_header(const Input& input, std::string* problem) const {
  std::optional<RunsHeader> header = read_runs_header(input.path, problem);
  if (!header) return {};
  const std::string why = why_not_mergeable(*header, settings_.wanted);
  if (!why.empty()) *problem = "The file \"" + input.path + "\" is left out: " + why + ".";
  return {input.path, input.bytes, std::move(*header)};
}

void Many::add_runs(const std::vector<RunsFile>& files) {
  const bool is_shard = settings_.shard_alone && sources_.empty() && are_one_shard(files);
  if (is_shard) {
    shard_ = files[0].header.shard;
    shards_ = files[0].header.shards;
  }
  std::vector<Unreadable> left_out;
  for (RunsSet& set : join_shards(files, is_shard, left_out)) {
    Source source;
    source.is_runs = true;
    source.paths = std::move(set.paths);
    source.bytes = set.bytes;
    source.files = std::move(set.header.files);
    const FileFacts* first = nullptr;
    for (const FileFacts& facts : source.files) {
      if (was_opened(facts) && (first == nullptr || facts.begin < first->begin)) first = &facts;
    }
    if (first != nullptr) {
      source.begin = first->begin;
      source.name = first->path;
    }
    sources_.push_back(std::move(source));
  }
  for (Unreadable& file : left_out) leave_out(std::move(file));
}

// In the order of the sources, so that of two runs from the same time the one that is merged first
// has the lower number. Last comes what could not be opened, when runs were written or now.
void Many::number_files() {
  for (Source& source : sources_) source.numbers.resize(source.files.size());
  for (const bool opened : {true, false}) {
    for (Source& source : sources_) {
      for (size_t i = 0; i < source.files.size(); ++i) {
        if (was_opened(source.files[i]) != opened) continue;
        source.numbers[i] = static_cast<uint32_t>(files_.size());
        files_.push_back(std::move(source.files[i]));
      }
    }
  }
  for (Source& source : sources_) source.files.clear();
  for (Unreadable& unreadable : unreadable_) {
    FileFacts& facts = files_.emplace_back();
    facts.path = std::move(unreadable.path);
    facts.problem = std::move(unreadable.problem);
  }
}

bool Many::is_empty() const { return std::none_of(files_.begin(), files_.end(), was_opened); }

void Many::merge(const Sink& sink, const std::function<void()>& again) {
  overlaps_ = merge_once(sink);
  is_second_time_ = true;
  if (overlaps_ > 0 && separate_overlapping()) {
    again();
    progress_->frames = progress_->bytes = 0;
    progress_->files = 0;
    overlaps_ = merge_once(sink);
  }
  if (overlaps_ == 0) return;
  settings_.complain("Runs of the same two hosts overlap in time in " + std::to_string(overlaps_) +
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
    if (source.is_runs) return;
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
    if (!sources_[i].is_runs) captures.push_back(i);
  }
  std::unique_ptr<Workers> workers;
  if (settings_.jobs > 0 && captures.size() > 1) {
    Workers::Work work;
    work.path = [this](uint32_t number) { return sources_[number].name; };
    work.collect = [this](uint32_t number) {
      const Source& source = sources_[number];
      ReadSettings settings = settings_.read;
      settings.is_last = true;
      return collect(source.name, source.numbers[0], settings, source.join, *progress_);
    };
    workers = start_workers(settings_.jobs, std::move(captures), *settings_.read.library, work);
  }
  Merge merge;
  for (const Source& source : sources_) {
    merge.add(source.begin, [this, &source, &workers] {
      return source.is_runs ? open_runs(source) : open_capture(source, workers.get());
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
  const std::string& path = source.name;
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
  progress_->files += 1;
  progress_->bytes += source.bytes;
  if (source.paths.size() == 1) return open_shard(source, source.paths[0]);
  std::vector<std::unique_ptr<RunStream>> shards;
  for (const std::string& path : source.paths) {
    shards.push_back(open_shard(source, path));
    if (!shards.back()) return nullptr;
  }
  return std::make_unique<ShardStream>(std::move(shards));
}

std::unique_ptr<RunStream> Many::open_shard(const Source& source, const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  auto reader = file == nullptr ? nullptr : std::make_unique<RunsReader>(file, path);
  if (!reader || !reader->read_header() || reader->header().files.size() != source.numbers.size()) {
    note_problem("The file \"" + path + "\" has changed while it was read.");
    return nullptr;
  }
  reader->set_file_numbers(source.numbers);
  return reader;
}

}  // namespace fanout

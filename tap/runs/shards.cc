#include "tap/runs/shards.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "tap/runs/fields.h"

namespace fanout {
namespace {

// The same for all shards of the same captures, and very likely for nothing else.
std::string captures_of(const RunsHeader& header) {
  std::string text = std::to_string(header.shards);
  for (const FileFacts& file : header.files) {
    text += '\n';
    append_text(text, file.path);
    text += '\t' + std::to_string(file.frames);
    for (const int64_t time : {file.begin, file.first_time, file.last_time}) {
      text += '\t';
      append_time(text, time);
    }
  }
  return text;
}

std::string shard_name(const RunsHeader& header) {
  return "shard " + std::to_string(header.shard) + " of " + std::to_string(header.shards);
}

Unreadable without(const RunsFile& file, const std::string& why) {
  return {file.path, "The file \"" + file.path + "\" is left out: " + why + "."};
}

// The shards of the same captures, by number: without one that is there twice, and none if one of
// them lacks, unless `one_suffices`.
std::vector<const RunsFile*> chosen(std::vector<const RunsFile*> files, bool one_suffices,
                                    std::vector<Unreadable>& left_out) {
  std::stable_sort(files.begin(), files.end(), [](const RunsFile* a, const RunsFile* b) {
    return a->header.shard < b->header.shard;
  });
  std::vector<const RunsFile*> distinct;
  for (const RunsFile* file : files) {
    const bool is_new = distinct.empty() || distinct.back()->header.shard != file->header.shard;
    if (is_new) {
      distinct.push_back(file);
    } else {
      left_out.push_back(without(
          *file, "it is " + shard_name(file->header) + " as \"" + distinct.back()->path + "\" is"));
    }
  }
  if (one_suffices || distinct.size() == files[0]->header.shards) return distinct;
  const std::string there =
      std::to_string(distinct.size()) + (distinct.size() == 1 ? " is" : " are");
  for (const RunsFile* file : distinct) {
    left_out.push_back(without(
        *file, "it is " + shard_name(file->header) + ", of which only " + there + " there"));
  }
  return {};
}

}  // namespace

bool are_one_shard(const std::vector<RunsFile>& files) {
  return !files.empty() && files[0].header.shards > 1 &&
         std::all_of(files.begin(), files.end(), [&](const RunsFile& file) {
           return file.header.shards == files[0].header.shards &&
                  file.header.shard == files[0].header.shard;
         });
}

std::vector<RunsSet> join_shards(const std::vector<RunsFile>& files, bool one_suffices,
                                 std::vector<Unreadable>& left_out) {
  std::map<std::string, size_t> places;
  std::vector<std::vector<const RunsFile*>> alike;
  for (const RunsFile& file : files) {
    const auto [found, is_new] = places.emplace(captures_of(file.header), alike.size());
    // Runs that are whole may be of captures that only look the same.
    if (is_new || file.header.shards == 1) {
      alike.push_back({&file});
    } else {
      alike[found->second].push_back(&file);
    }
  }
  std::vector<RunsSet> result;
  for (const auto& set : alike) {
    RunsSet joined;
    for (const RunsFile* file : chosen(set, one_suffices, left_out)) {
      joined.paths.push_back(file->path);
      joined.bytes += file->bytes;
    }
    if (joined.paths.empty()) continue;
    joined.header = set[0]->header;
    result.push_back(std::move(joined));
  }
  return result;
}

ShardStream::ShardStream(std::vector<std::unique_ptr<RunStream>> shards) {
  for (auto& runs : shards) {
    Shard shard{std::move(runs), {}};
    if (advance(shard)) shards_.push_back(std::move(shard));
  }
  std::make_heap(shards_.begin(), shards_.end(), comes_later);
}

// Whether it comes after the other; so the earliest is on top of the heap.
bool ShardStream::comes_later(const Shard& shard, const Shard& other) {
  return std::tie(shard.next.begin, shard.next.place) >
         std::tie(other.next.begin, other.next.place);
}

// Reads a shard's next run; false at its end.
bool ShardStream::advance(Shard& shard) {
  if (shard.runs->next(shard.next)) return true;
  if (error_.empty()) error_ = shard.runs->error();
  return false;
}

bool ShardStream::next(Run& run) {
  if (shards_.empty() || !error_.empty()) return false;
  std::pop_heap(shards_.begin(), shards_.end(), comes_later);
  run = shards_.back().next;
  if (advance(shards_.back())) {
    std::push_heap(shards_.begin(), shards_.end(), comes_later);
  } else {
    shards_.pop_back();
  }
  return true;
}

}  // namespace fanout

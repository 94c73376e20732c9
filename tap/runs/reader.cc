#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <zstd.h>

#include "tap/runs/columns.h"
#include "tap/runs/fields.h"
#include "tap/runs/file.h"

namespace fanout {
namespace {

constexpr std::string_view kCompressed = "\x28\xb5\x2f\xfd";  // a frame of zstd's (RFC 8878)
constexpr size_t kLongestLine = size_t{1} << 16;
constexpr size_t kMostFiles = 1'000'000;
// zstd's levels up to 19 look back 8 MiB at most; a file may ask for no more memory.
constexpr int kWindowLog = 23;
// More packets or bytes than this are no count; their sums cannot overflow.
constexpr uint64_t kMost = uint64_t{1} << 62;

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
using Context = std::unique_ptr<ZSTD_DCtx, FreeContext>;

Context new_context() {
  Context context(ZSTD_createDCtx());
  if (context) ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLog);
  return context;
}

}  // namespace

bool are_runs(std::string_view beginning) {
  const std::string magic = std::string(kRunsMagic) + '\t';
  if (!beginning.starts_with(kCompressed)) return beginning.starts_with(magic);
  const Context context = new_context();
  std::string text(magic.size(), '\0');
  ZSTD_inBuffer in{beginning.data(), beginning.size(), 0};
  ZSTD_outBuffer out{text.data(), text.size(), 0};
  if (!context) return false;
  while (out.pos < out.size) {
    const size_t in_before = in.pos;
    const size_t out_before = out.pos;
    if (ZSTD_isError(ZSTD_decompressStream(context.get(), &out, &in)) != 0) return false;
    if (in.pos == in_before && out.pos == out_before) return false;
  }
  return text == magic;
}

std::string why_not_mergeable(const RunsHeader& header, const RunsHeader& wanted) {
  if (wanted.arp && !header.arp) return "its runs were written without ARP";
  if (wanted.multicast && !header.multicast) return "its runs were written with unicast";
  if (wanted.filter != header.filter) {
    return "its runs were written with " +
           (header.filter.empty() ? "no filter" : "the filter " + quoted(header.filter));
  }
  return {};
}

struct RunsReader::State {
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::unique_ptr<std::FILE, CloseFile> file;
  std::string name;
  std::string error;
  RunsHeader header;
  std::vector<uint32_t> number_of;

  Context context;  // empty: not compressed
  bool begun = false;
  bool at_end = false;    // of the file
  size_t unfinished = 0;  // what zstd still expects of its frame
  std::string raw = std::string(size_t{1} << 16, '\0');
  size_t raw_from = 0;
  size_t raw_to = 0;
  std::string text = std::string(size_t{1} << 17, '\0');
  size_t text_from = 0;
  size_t text_to = 0;

  uint64_t line_number = 0;
  bool ended = false;
  uint64_t runs = 0;
  uint64_t packets = 0;
  uint64_t bytes = 0;
  uint64_t payload = 0;
  int64_t order = kNoTime;  // of the run before

  bool fail(const std::string& what) {
    if (error.empty()) error = name + ": line " + std::to_string(line_number) + ": " + what;
    return false;
  }

  bool fill_raw();
  bool fill_text();
  bool decompress();
  bool copy();
  bool next_line(std::string_view& line);
  bool header_line(std::string_view key, std::string_view& value);
  bool read_version();
  bool read_file(std::string_view value);
  bool read_shard(std::string_view value);
  bool read_header();
  bool read_end(std::string_view line);
  bool check(const Run& run);
  bool next(Run& run);
};

// More of the file; false at its end.
bool RunsReader::State::fill_raw() {
  if (at_end) return false;
  raw_from = 0;
  raw_to = std::fread(raw.data(), 1, raw.size(), file.get());
  if (raw_to == 0) at_end = true;
  if (std::ferror(file.get()) != 0) fail("cannot be read");
  return raw_to > 0;
}

// More text behind what was not read yet; false at the end, or if it cannot be decompressed.
bool RunsReader::State::fill_text() {
  std::copy(text.begin() + static_cast<ptrdiff_t>(text_from),
            text.begin() + static_cast<ptrdiff_t>(text_to), text.begin());
  text_to -= text_from;
  text_from = 0;
  if (!begun) {
    begun = true;
    if (!fill_raw()) return false;
    if (std::string_view(raw).substr(0, raw_to).starts_with(kCompressed)) context = new_context();
  }
  const size_t before = text_to;
  while (text_to == before) {
    // At the end, zstd may still hold text back.
    if (raw_from == raw_to && !fill_raw() && unfinished == 0) return false;
    if (!(context ? decompress() : copy())) return false;
  }
  return true;
}

// Moves on in `raw` and in `text`; false if it cannot.
bool RunsReader::State::decompress() {
  ZSTD_inBuffer in{raw.data(), raw_to, raw_from};
  ZSTD_outBuffer out{text.data(), text.size(), text_to};
  unfinished = ZSTD_decompressStream(context.get(), &out, &in);
  if (ZSTD_isError(unfinished) != 0) {
    return fail(std::string("cannot be decompressed: ") + ZSTD_getErrorName(unfinished));
  }
  const bool moved = raw_from != in.pos || text_to != out.pos;
  raw_from = in.pos;
  text_to = out.pos;
  return moved;
}

bool RunsReader::State::copy() {
  const size_t size = std::min(raw_to - raw_from, text.size() - text_to);
  std::copy_n(raw.data() + raw_from, size, text.data() + text_to);
  raw_from += size;
  text_to += size;
  return size > 0;
}

bool RunsReader::State::next_line(std::string_view& line) {
  ++line_number;
  size_t searched = 0;
  while (true) {
    const std::string_view rest(text.data() + text_from, text_to - text_from);
    const size_t end = rest.find('\n', searched);
    if (std::min(end, rest.size()) > kLongestLine) {
      return fail("the line is longer than 65536 bytes");
    }
    if (end != std::string_view::npos) {
      line = rest.substr(0, end);
      text_from += end + 1;
      return true;
    }
    searched = rest.size();
    if (!fill_text()) return fail("the file ends before its end: it was cut off");
  }
}

// Reads a line of the header that begins with this word.
bool RunsReader::State::header_line(std::string_view key, std::string_view& value) {
  std::string_view line;
  if (!next_line(line)) return false;
  if (!line.starts_with(key) || line.size() == key.size() || line[key.size()] != '\t') {
    return fail("begins with " + quoted(line) + " instead of " + quoted(key));
  }
  value = line.substr(key.size() + 1);
  return true;
}

bool RunsReader::State::read_version() {
  std::string_view value;
  if (!header_line(kRunsMagic, value)) return false;
  if (value != std::to_string(kRunsFormat)) {
    return fail("is of format version " + quoted(value) + "; this fanout reads version " +
                std::to_string(kRunsFormat) + ": write it again from the captures");
  }
  if (!header_line("#rules", value)) return false;
  if (value != std::to_string(kRunsRules)) {
    return fail("was written under the rules of version " + quoted(value) +
                "; this fanout has version " + std::to_string(kRunsRules) +
                ": write it again from the captures");
  }
  return true;
}

bool RunsReader::State::read_file(std::string_view value) {
  Fields fields(value);
  const std::optional<uint64_t> number = number_in<uint64_t>(fields.next());
  if (number != header.files.size()) return fail("the numbers of the files do not count up");
  if (header.files.size() >= kMostFiles) return fail("there are more than 1000000 files");
  const auto path = text_in(fields.next());
  const auto frames = number_in<uint64_t>(fields.next());
  const auto dissected = number_in<uint64_t>(fields.next());
  const auto first = time_in(fields.next());
  const auto last = time_in(fields.next());
  const auto format = text_in(fields.next());
  const auto problem = text_in(fields.next());
  const auto begin = time_in(fields.next());
  const bool is_valid = fields.complete() && path && frames && dissected && first && last &&
                        format && problem && begin && *frames <= UINT32_MAX &&
                        *dissected <= *frames && *first <= *last &&
                        (*first == kNoTime) == (*last == kNoTime);
  if (!is_valid) return fail("does not describe a file");
  header.files.push_back({*path, *frames, *dissected, *first, *last, *format, *problem, *begin});
  return true;
}

bool RunsReader::State::read_shard(std::string_view value) {
  Fields fields(value);
  const auto shard = number_in<uint32_t>(fields.next());
  const auto shards = number_in<uint32_t>(fields.next());
  const bool is_valid = fields.complete() && shard && shards && *shard >= 1 && *shard <= *shards &&
                        *shards <= kMostShards;
  if (!is_valid) return fail(quoted(value) + " is no shard of some");
  header.shard = *shard;
  header.shards = *shards;
  return true;
}

bool RunsReader::State::read_header() {
  std::string_view value;
  if (!read_version() || !header_line("#arp", value)) return false;
  const std::optional<bool> arp = yes_or_no(value);
  if (!arp) return fail(quoted(value) + " is neither yes nor no");
  if (!header_line("#multicast", value)) return false;
  const std::optional<bool> multicast = yes_or_no(value);
  if (!multicast) return fail(quoted(value) + " is neither yes nor no");
  if (!header_line("#filter", value)) return false;
  std::optional<std::string> filter = text_in(value);
  if (!filter) return fail("the filter holds what must be written as \\x and two digits");
  if (!header_line("#shard", value) || !read_shard(value)) return false;
  header.arp = *arp;
  header.multicast = *multicast;
  header.filter = std::move(*filter);

  std::string columns = "#columns";
  for (const std::string_view column : kRunsColumns) (columns += '\t') += column;
  std::string_view line;
  while (next_line(line) && line.starts_with("#file\t")) {
    if (!read_file(line.substr(6))) return false;
  }
  if (error.empty() && line != columns) fail("does not name the columns of this version");
  return error.empty();
}

bool RunsReader::State::read_end(std::string_view line) {
  Fields fields(line);
  if (fields.next() != "#end" || number_in<uint64_t>(fields.next()) != runs || !fields.complete()) {
    return fail(quoted(line) + " instead of #end and the number of runs, " + std::to_string(runs));
  }
  ended = true;
  if (text_from != text_to || fill_text()) {
    ++line_number;
    fail("something follows the end");
  } else if (unfinished != 0) {
    fail("cannot be decompressed: it was cut off");
  }
  return false;
}

// What must hold of a run by itself, and after the one before.
bool RunsReader::State::check(const Run& run) {
  if (run.count == 0) return fail("a run has at least one packet");
  if (run.count > kMost - packets || run.bytes > kMost - bytes || run.payload > kMost - payload) {
    return fail("so many packets or bytes cannot be counted");
  }
  // Of a filter's, only the frames that passed are counted.
  const auto is_frame = [this](const Moment& moment) {
    return moment.file < header.files.size() && moment.frame >= 1 &&
           (!header.filter.empty() || moment.frame <= header.files[moment.file].frames);
  };
  if (!is_frame(run.begin) || !is_frame(run.end)) return fail("there is no such frame");
  const bool has_time = run.least_time != kNoTime;
  const int64_t time = run.first.time;
  const bool times_agree =
      has_time == (run.greatest_time != kNoTime) && run.least_time <= run.greatest_time &&
      (time == kNoTime || (has_time && run.least_time <= time && time <= run.greatest_time)) &&
      run.begin.order >= header.files[run.begin.file].begin && run.begin.order >= time &&
      run.end >= run.begin && run.end.order >= run.greatest_time &&
      (run.count > 1 || (run.end == run.begin && run.least_time == time));
  if (!times_agree) return fail("its times or its frames contradict each other");
  if (run.begin.order < order) return fail("comes before the run in front of it");
  if (header.shards > 1 && shard_of(run.first, header.shards) != header.shard - 1) {
    return fail("belongs to another shard");
  }
  return true;
}

bool RunsReader::State::next(Run& run) {
  std::string_view line;
  if (ended || !error.empty() || !next_line(line)) return false;
  if (line.starts_with('#')) return read_end(line);
  Fields fields(line);
  const size_t column = read_columns(fields, run);
  if (column < kRunsColumns.size()) {
    return fail("the column " + std::string(kRunsColumns[column]) + " is missing or wrong");
  }
  if (!fields.complete()) return fail("there are not as many columns as there should be");
  if (!check(run)) return false;
  order = run.begin.order;
  packets += run.count;
  bytes += run.bytes;
  payload += run.payload;
  ++runs;
  if (!number_of.empty()) {
    run.begin.file = number_of[run.begin.file];
    run.end.file = number_of[run.end.file];
  }
  return true;
}

RunsReader::RunsReader(std::FILE* file, std::string name) : state_(std::make_unique<State>()) {
  state_->file.reset(file);
  state_->name = std::move(name);
}

RunsReader::~RunsReader() = default;

bool RunsReader::read_header() { return state_->read_header(); }

const RunsHeader& RunsReader::header() const { return state_->header; }

void RunsReader::set_file_numbers(std::vector<uint32_t> number_of) {
  state_->number_of = std::move(number_of);
}

bool RunsReader::next(Run& run) { return state_->next(run); }

std::string RunsReader::error() const { return state_->error; }

std::optional<RunsHeader> read_runs_header(const std::string& path, std::string* problem) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    *problem = "The file \"" + path + "\" cannot be read: " + std::strerror(errno) + ".";
    return std::nullopt;
  }
  RunsReader reader(file, path);
  if (reader.read_header()) return reader.header();
  *problem = reader.error();
  return std::nullopt;
}

}  // namespace fanout

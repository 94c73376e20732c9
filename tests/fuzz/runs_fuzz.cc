// Reads hostile files of runs. What is accepted must replay, and come out of a file that is written
// of it as it went in.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tap/count/engine.h"
#include "tap/runs/collector.h"
#include "tap/runs/file.h"
#include "tap/runs/frames.h"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s does not hold\n", what);
  std::abort();
}

struct Contents {
  fanout::RunsHeader header;
  std::vector<fanout::Run> runs;
  std::string error;
};

Contents read(std::string_view text) {
  Contents contents;
  // fmemopen() takes no empty file.
  std::FILE* file = text.empty() ? std::fopen("/dev/null", "r")
                                 : fmemopen(const_cast<char*>(text.data()), text.size(), "r");
  require(file != nullptr, "memory can be opened as a file");
  fanout::RunsReader reader(file, "runs");
  if (reader.read_header()) {
    contents.header = reader.header();
    for (fanout::Run run; reader.next(run);) contents.runs.push_back(run);
  }
  contents.error = reader.error();
  return contents;
}

std::string write(const Contents& contents) {
  fanout::RunsWriter writer;
  for (const fanout::Run& run : contents.runs) writer.add(run);
  std::string text;
  require(writer.finish(contents.header, [&text](std::string_view piece) { text += piece; }),
          "what was read can be written");
  return text;
}

void replay(const Contents& contents) {
  fanout::FrameNumbers numbers(4);
  fanout::Engine engine({.limit = 20});
  uint64_t packets = 0;
  fanout::Collector collector(
      [&](std::span<const fanout::Run> runs) {
        for (const fanout::Run& run : runs) {
          engine.replay(run, numbers.number(run.begin.file, run.begin.frame),
                        numbers.number(run.end.file, run.end.frame));
          packets += run.count;
        }
      },
      5);
  uint64_t expected = 0;
  for (const fanout::Run& run : contents.runs) {
    collector.add(run);
    expected += run.count;
  }
  collector.flush();
  require(packets == expected, "no packet is lost");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Contents contents = read(text);
  require(contents.error.empty() || contents.error.starts_with("runs: line "),
          "an error names file and line");
  replay(contents);
  if (!contents.error.empty()) return 0;
  require(fanout::are_runs(text), "what can be read is known as runs");
  const Contents again = read(write(contents));
  require(again.error.empty(), "what was written can be read");
  require(again.header == contents.header, "the header is the same");
  require(again.runs == contents.runs, "the runs are the same");
  return 0;
}

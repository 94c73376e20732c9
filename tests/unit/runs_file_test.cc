// Files of runs: what is written is read again, and what is wrong with one is said.
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <zstd.h>

#include "tap/runs/file.h"
#include "traffic.h"

namespace fanout {
namespace {

const RunsHeader kHeader{.arp = true,
                         .multicast = false,
                         .filter = "tcp.port in {80,443}",
                         .files = {{"a.pcap", 10, 1, -5, 20, "pcap", "", -5},
                                   {"b\t\\\n\x1b\xc3\xa9.pcap", 7, 0, kNoTime, kNoTime, "pcapng",
                                    "cut short in the middle of a packet"}}};

std::string written(const RunsHeader& header, const std::vector<fanout::Run>& runs) {
  RunsWriter writer;
  for (const fanout::Run& run : runs) writer.add(run);
  std::string text;
  EXPECT_TRUE(writer.finish(header, [&text](std::string_view piece) { text += piece; }));
  return text;
}

std::unique_ptr<RunsReader> reader_of(std::string_view text) {
  std::FILE* file = std::tmpfile();
  std::fwrite(text.data(), 1, text.size(), file);
  std::rewind(file);
  return std::make_unique<RunsReader>(file, "x.runs");
}

// The error of reading this text to its end, or empty.
std::string error_of(std::string_view text) {
  const auto reader = reader_of(text);
  fanout::Run run;
  if (reader->read_header()) {
    while (reader->next(run)) {
    }
  }
  EXPECT_FALSE(reader->next(run)) << "a reader that has ended stays there";
  return reader->error();
}

std::string compressed(std::string_view text) {
  std::string result(ZSTD_compressBound(text.size()), '\0');
  result.resize(ZSTD_compress(result.data(), result.size(), text.data(), text.size(), 3));
  return result;
}

std::string decompressed(const std::string& file) {
  std::string text(1 << 20, '\0');
  text.resize(ZSTD_decompress(text.data(), text.size(), file.data(), file.size()));
  return text;
}

std::vector<fanout::Run> some_runs() {
  const Address there = ipv4(0xc0000201);
  const Address back = ipv4(0xffffffff);
  std::vector<fanout::Run> runs = {run_of({there, back, Role::kAsk, Transport::kTcp, Probe::kSyn,
                                           Tool::kNmap, 40000, 22, 1, 60, -5},
                                          {-5, 0, 1}),
                                   run_of({arp(1), arp(2), Role::kAnswer, Transport::kOther,
                                           Probe::kNone, Tool::kNone, 0, 0, 2, 42, 3},
                                          {3, 0, 2}),
                                   run_of({ipv6(1), ipv6(0, 0), Role::kError, Transport::kIcmp,
                                           Probe::kNone, Tool::kNone, 1, 1, 2, 60, 3},
                                          {3, 0, 2}),
                                   run_of({back, there, Role::kDatagram, Transport::kUdp,
                                           Probe::kNone, Tool::kNone, 53, 65535, 1, 60, kNoTime},
                                          {4, 1, 1}),
                                   run_of({there, back, Role::kRefusal, Transport::kTcp,
                                           Probe::kNone, Tool::kNone, 1, 2, 9, 60, 4},
                                          {20, 0, 9})};
  runs[0].count = 1'000'000'000'000;
  runs[0].bytes = 60'000'000'000'000;
  runs[0].first.payload = 1;
  runs[0].payload = 50'000'000'000'000;
  runs[0].least_time = -9;
  runs[0].greatest_time = 18;
  runs[0].end = {19, 1, 7};
  runs[2].place = 1;
  return runs;
}

// The lines of a file with one run, in which one is replaced.
std::string with_line(int number, const std::string& line) {
  const fanout::Run run = run_of({ipv4(1), ipv4(2), Role::kAsk, Transport::kTcp, Probe::kNone,
                                  Tool::kNone, 40000, 22, 1, 60, 5},
                                 {5, 0, 1});
  std::string text =
      decompressed(written({.files = {{"a.pcap", 2, 0, 5, 6, "pcap", "", 5}}}, {run}));
  size_t from = 0;
  for (int i = 1; i < number; ++i) from = text.find('\n', from) + 1;
  return text.replace(from, text.find('\n', from) - from, line);
}

TEST(RunsFile, IsReadAsItWasWritten) {
  const std::vector<fanout::Run> runs = some_runs();
  const auto reader = reader_of(written(kHeader, runs));
  ASSERT_TRUE(reader->read_header()) << reader->error();
  EXPECT_EQ(reader->header(), kHeader);
  for (const fanout::Run& expected : runs) {
    fanout::Run run;
    ASSERT_TRUE(reader->next(run)) << reader->error();
    EXPECT_TRUE(are_alike(run.first, expected.first));
    EXPECT_EQ(run.first.time, expected.first.time);
    EXPECT_EQ(run.begin, expected.begin);
    EXPECT_EQ(run.end, expected.end);
    EXPECT_EQ(run.count, expected.count);
    EXPECT_EQ(run.bytes, expected.bytes);
    EXPECT_EQ(run.payload, expected.payload);
    EXPECT_EQ(run.least_time, expected.least_time);
    EXPECT_EQ(run.greatest_time, expected.greatest_time);
    EXPECT_EQ(run.place, expected.place);
  }
  fanout::Run run;
  EXPECT_FALSE(reader->next(run));
  EXPECT_EQ(reader->error(), "");
}

TEST(RunsFile, IsPlainTextThatCanBeReadToo) {
  EXPECT_EQ(
      with_line(1, "#fanout-runs\t4"),
      "#fanout-runs\t4\n#rules\t" + std::to_string(kRunsRules) +
          "\n#arp\tyes\n#multicast\tyes\n#filter\t\n#shard\t1\t1\n"
          "#file\t0\ta.pcap\t2\t0\t5\t6\tpcap\t\t5\n"
          "#columns\tnetwork\tsource\tdestination\trole\ttransport\tprobe\tsource_port\t"
          "destination_port\tpackets\tbytes\tpayload\tfile\tframe\ttime\tfirst_time\tlast_"
          "time\torder\tlast_file\tlast_frame\tlast_order\tplace\ttool\n"
          "IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t40000\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t\t\t\n"
          "#end\t1\n");
  EXPECT_EQ(error_of(with_line(1, "#fanout-runs\t4")), "");
  EXPECT_EQ(error_of(compressed(with_line(1, "#fanout-runs\t4"))), "");
}

TEST(RunsFile, CanBeEmpty) {
  EXPECT_EQ(error_of(written({}, {})), "");
  EXPECT_EQ(error_of(""), "x.runs: line 1: the file ends before its end: it was cut off");
}

TEST(RunsFile, TellsItsFilesByOtherNumbers) {
  const auto reader = reader_of(written(kHeader, some_runs()));
  ASSERT_TRUE(reader->read_header());
  reader->set_file_numbers({70, 8});
  fanout::Run run;
  ASSERT_TRUE(reader->next(run));
  EXPECT_EQ(run.begin.file, 70u);
  EXPECT_EQ(run.end.file, 8u);
}

TEST(RunsFile, IsKnownByItsBeginning) {
  const std::string file = written(kHeader, some_runs());
  EXPECT_TRUE(are_runs(file));
  EXPECT_TRUE(are_runs(file.substr(0, 64)));
  EXPECT_TRUE(are_runs("#fanout-runs\t999\nwhatever"));
  EXPECT_TRUE(are_runs(compressed("#fanout-runs\t999\nwhatever")));
  EXPECT_FALSE(are_runs(""));
  EXPECT_FALSE(are_runs("#fanout-run"));
  EXPECT_FALSE(are_runs(file.substr(0, 8)));
  EXPECT_FALSE(are_runs(compressed("\xd4\xc3\xb2\xa1 a capture")));
  EXPECT_FALSE(are_runs(compressed("#fanout")));
  EXPECT_FALSE(are_runs("\x28\xb5\x2f\xfd and nothing that can be decompressed"));
}

TEST(RunsFile, OfAnotherVersionIsRefusedByName) {
  EXPECT_EQ(error_of(with_line(1, "#fanout-runs\t3")),
            "x.runs: line 1: is of format version \"3\"; this fanout reads version 4: write it "
            "again from the captures");
  EXPECT_EQ(
      error_of(with_line(2, "#rules\t0")),
      "x.runs: line 2: was written under the rules of version \"0\"; this fanout has version " +
          std::to_string(kRunsRules) + ": write it again from the captures");
}

TEST(RunsFile, ThatIsCutOffIsRefusedWhereverThatIs) {
  std::vector<fanout::Run> runs;
  for (uint32_t i = 0; i < 5000; ++i) {
    runs.push_back(run_of({.source = ipv4(i * 7919), .destination = ipv4(i)}, {i, 0, 1 + i % 9}));
  }
  const std::string file = written(kHeader, runs);
  for (size_t size = 0; size < file.size(); size += 1 + size / 50) {
    EXPECT_NE(error_of(std::string_view(file).substr(0, size)), "") << "after " << size;
  }
  const std::string text = decompressed(file);
  for (size_t size = 0; size < text.size(); size += 1 + size / 50) {
    EXPECT_NE(error_of(std::string_view(text).substr(0, size)), "") << "after " << size;
  }
  EXPECT_NE(error_of(file + "x"), "");
  EXPECT_NE(error_of(file + file), "");
  EXPECT_NE(error_of(text + "\n"), "");
  EXPECT_EQ(error_of(file), "");
}

bool decompresses_to(const std::string& file, const std::string& text) {
  std::string found(text.size(), '\0');
  const size_t size = ZSTD_decompress(found.data(), found.size(), file.data(), file.size());
  return ZSTD_isError(size) == 0 && found.substr(0, size) == text;
}

TEST(RunsFile, ThatWasDamagedIsRefused) {
  const std::string file = written(kHeader, some_runs());
  const std::string text = decompressed(file);
  for (size_t i = text.find("#columns"); i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = '\x01';
    EXPECT_NE(error_of(damaged), "") << "after " << text.substr(0, i);
  }
  for (size_t i = file.size() / 2; i < file.size(); ++i) {
    std::string damaged = file;
    damaged[i] = static_cast<char>(~damaged[i]);
    // A bit of zstd's tables may be of no consequence: then nothing was damaged.
    if (decompresses_to(damaged, text)) continue;
    EXPECT_NE(error_of(damaged), "") << "at " << i;
  }
}

TEST(RunsFile, NamesTheLineAndWhatIsWrongWithIt) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t\t",
       "there are not as many columns as there should be"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t",
       "there are not as many columns as there should be"},
      {"IPv5\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t", "network"},
      {"\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t", "network"},
      {"IPv4\t0.0.0.256\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t", "source"},
      {"IPv4\t0.0.0\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t", "source"},
      {"IPv4\t0.0.0.1.\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t", "source"},
      {"IPv4\t::1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t", "source"},
      {"IPv6\t0.0.0.1\t::2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t", "source"},
      {"IPv6\t::1\t::2::\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t", "destination"},
      {"IPv4\t0.0.0.1\t0.0.0.2\tAsk\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t", "role"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\tdccp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t", "transport"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\tSYN\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t", "probe"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t65536\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t",
       "source_port"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t-1\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t",
       "destination_port"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t\t60\t0\t0\t1\t5\t\t\t\t\t\t", "packets"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t0x9\t0\t0\t1\t5\t\t\t\t\t\t", "bytes"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t-1\t0\t1\t5\t\t\t\t\t\t", "payload"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-"
       "\t1\t22\t1\t60\t4611686018427387905\t0\t1\t5\t\t\t\t\t\t",
       "so many packets or bytes cannot be counted"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5.5\t\t\t\t\t\t", "time"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-"
       "\t1\t22\t1\t60\t0\t0\t1\t9223372036854775808\t\t\t\t\t\t",
       "time"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t-"
       "9223372036854775808\t\t\t\t\t\t",
       "time"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t0\t60\t0\t0\t1\t5\t\t\t\t\t\t",
       "a run has at least one packet"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-"
       "\t1\t22\t4611686018427387905\t60\t0\t0\t1\t5\t\t\t\t\t\t",
       "so many packets or bytes cannot be counted"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t1\t1\t5\t\t\t\t\t\t",
       "there is no such frame"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t3\t5\t\t\t\t\t\t",
       "there is no such frame"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t0\t5\t\t\t\t\t\t",
       "there is no such frame"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t2\t60\t0\t0\t2\t5\t\t\t\t\t1\t",
       "its times or its frames contradict each other"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t4\t\t\t\t\t",
       "its times or its frames contradict each other"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t2\t60\t0\t0\t1\t5\t6\t\t\t\t\t",
       "its times or its frames contradict each other"},
      {"IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\t-\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t4\t\t\t",
       "its times or its frames contradict each other"},
      {"#end\t0", "\"#end?0\" instead of #end and the number of runs, 0"},
      {std::string(70'000, 'x'), "the line is longer than 65536 bytes"},
  };
  for (const auto& [line, wrong] : cases) {
    // The last columns of runs, the place and the tool, are empty.
    const bool is_run = line.find('\t') != std::string::npos && line[0] != '#';
    const std::string whole = is_run ? line + "\t\t" : line;
    const std::string error = error_of(with_line(9, whole));
    if (line == "#end\t0") {
      EXPECT_EQ(error, "x.runs: line 10: something follows the end");
      continue;
    }
    const bool is_column = wrong.find(' ') == std::string::npos;
    EXPECT_EQ(error, "x.runs: line 9: " +
                         (is_column ? "the column " + wrong + " is missing or wrong" : wrong))
        << line;
  }
}

TEST(RunsFile, RefusesAToolThatItDoesNotKnow) {
  const std::string run =
      "IPv4\t0.0.0.1\t0.0.0.2\task\ttcp\tsyn\t1\t22\t1\t60\t0\t0\t1\t5\t\t\t\t\t\t\t\t";
  EXPECT_EQ(error_of(with_line(9, run + "masscan")), "");
  EXPECT_EQ(error_of(with_line(9, run + "Masscan")),
            "x.runs: line 9: the column tool is missing or wrong");
}

TEST(RunsFile, RefusesRunsThatAreNotInOrder) {
  const fanout::Run late =
      run_of({.source = ipv4(1), .destination = ipv4(2), .time = 9}, {9, 0, 1});
  const fanout::Run early =
      run_of({.source = ipv4(1), .destination = ipv4(3), .time = 8}, {8, 0, 2});
  EXPECT_EQ(error_of(written(kHeader, {late, early})),
            "x.runs: line 11: comes before the run in front of it");
}

TEST(RunsFile, RefusesRunsFromBeforeTheirCaptureBegins) {
  const fanout::Run run = run_of({.source = ipv4(1), .destination = ipv4(2), .time = 4}, {4, 0, 1});
  EXPECT_EQ(error_of(written({.files = {{"a.pcap", 2, 0, 4, 6, "pcap", "", 5}}}, {run})),
            "x.runs: line 9: its times or its frames contradict each other");
}

TEST(RunsFile, HasFramesPastTheirCountWhereAFilterChoseThem) {
  const fanout::Run run = run_of({.source = ipv4(1), .destination = ipv4(2)}, {5, 0, 3});
  RunsHeader header{.files = {{"a.pcap", 2, 0, 5, 6, "pcap", "", 5}}};
  EXPECT_EQ(error_of(written(header, {run})), "x.runs: line 9: there is no such frame");
  header.filter = "tcp";
  EXPECT_EQ(error_of(written(header, {run})), "");
}

TEST(RunsFile, RefusesRunsOfAnotherShard) {
  const fanout::Run run = run_of({.source = ipv4(1), .destination = ipv4(2)}, {9, 0, 1});
  RunsHeader header = kHeader;
  header.shards = 2;
  header.shard = shard_of(run.first, 2) + 1;
  EXPECT_EQ(error_of(written(header, {run})), "");
  header.shard = 3 - header.shard;
  EXPECT_EQ(error_of(written(header, {run})), "x.runs: line 10: belongs to another shard");
}

TEST(RunsFile, RefusesSumsThatCannotBeCounted) {
  fanout::Run run = run_of({.source = ipv4(1), .destination = ipv4(2)}, {9, 0, 1});
  run.count = uint64_t{1} << 61;
  EXPECT_EQ(error_of(written(kHeader, {run, run})), "");
  EXPECT_NE(error_of(written(kHeader, {run, run, run})), "");
}

TEST(RunsFile, RefusesHeadersThatDoNotSayWhatTheyMust) {
  for (const auto& [number, line] : std::vector<std::pair<int, std::string>>{
           {1, "#fanout-runs"},
           {1, "a capture"},
           {2, "#arp\tyes"},
           {3, "#arp\tperhaps"},
           {4, "#multicast\t"},
           {5, "#filter\t\\x0"},
           {5, "#filter\t\\"},
           {5, "#filter\t\\x00"},
           {6, "#shard\t0\t1"},
           {6, "#shard\t3\t2"},
           {6, "#shard\t1\t1025"},
           {6, "#shard\t1"},
           {6, "#file\t0\ta.pcap\t2\t0\t5\t6\tpcap\t\t5"},
           {7, "#file\t1\ta.pcap\t2\t0\t5\t6\tpcap\t\t5"},
           {7, "#file\t0\ta.pcap\t4294967296\t0\t5\t6\tpcap\t\t5"},
           {7, "#file\t0\ta.pcap\t2\t3\t5\t6\tpcap\t\t5"},
           {7, "#file\t0\ta.pcap\t2\t0\t6\t5\tpcap\t\t5"},
           {7, "#file\t0\ta.pcap\t2\t0\t-\t5\tpcap\t\t5"},
           {7, "#file\t0\ta.pcap\t2\t0\t5\t6\tpcap\t"},
           {7, "#file\t0\ta.pcap\t2\t0\t5\t6\tpcap\t\tx"},
           {7, "#file\t0\t\xc3\xa9.pcap\t2\t0\t5\t6\tpcap\t\t5"},
           {8, "#columns\tnetwork"}}) {
    const std::string error = error_of(with_line(number, line));
    EXPECT_TRUE(error.starts_with("x.runs: line " + std::to_string(number) + ": ")) << error;
  }
}

TEST(RunsFile, MergesWithWhatWasObservedAlike) {
  const RunsHeader all{};
  const RunsHeader no_arp{.arp = false};
  const RunsHeader unicast{.multicast = false};
  const RunsHeader filtered{.filter = "ip"};
  EXPECT_EQ(why_not_mergeable(all, all), "");
  EXPECT_EQ(why_not_mergeable(all, no_arp), "");
  EXPECT_EQ(why_not_mergeable(all, unicast), "");
  EXPECT_EQ(why_not_mergeable(no_arp, all), "its runs were written without ARP");
  EXPECT_EQ(why_not_mergeable(unicast, all), "its runs were written with unicast");
  EXPECT_EQ(why_not_mergeable(filtered, all), "its runs were written with the filter \"ip\"");
  EXPECT_EQ(why_not_mergeable(all, filtered), "its runs were written with no filter");
  EXPECT_EQ(why_not_mergeable(filtered, filtered), "");
}

}  // namespace
}  // namespace fanout

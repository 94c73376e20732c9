#include "tap/judge/marks.h"

#include <algorithm>
#include <iterator>

#include "tap/judge/findings.h"
#include "tap/judge/reason.h"

namespace fanout {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// Fewer events accuse nobody at the odds of parameters.def; after them, judging again only when
// there are this much more of them keeps the cost of judging in proportion to the cost of counting.
constexpr uint32_t kFirstCheck = 7;
constexpr uint32_t kCheckGrowth = 8;

// An estimate is kept when it has grown by this part of it: about its standard error, in some two
// hundred steps to a million.
constexpr uint64_t kEstimateGrowth = 16;

// Answers take up to a second (the first retransmission timeout of TCP, RFC 6298), and a browser or
// a game contacts a few dozen hosts at once: so many contacts of the last second are not yet
// judged.
constexpr uint64_t kAnswerTime = kSecond;
constexpr size_t kMostUndecided = 32;

Engine::Options with_history(Engine::Options options) {
  options.history = true;
  return options;
}

}  // namespace

Marks::Marks(const MarkSettings& settings, const Engine::Options& options)
    : settings_(settings), engine_(std::make_shared<Engine>(with_history(options))) {}

void Marks::note_estimate(uint32_t source, uint32_t frame) {
  const uint64_t estimate = engine_->destinations(source).value;
  std::vector<Step>& steps = estimates_[source];
  if (!steps.empty()) {
    const uint64_t before = steps.back().destinations;
    if (estimate <= before + before / kEstimateGrowth) return;
  }
  steps.push_back({frame, static_cast<uint32_t>(estimate)});
}

// Whether it is time to judge the source.
bool Marks::watch(const Engine::Seen& seen) {
  Watch& watch = watches_[seen.source];
  ++watch.events;
  if (watch.flagged_in == 0 && passes_threshold(seen.source)) return true;
  if (watch.accused_in != 0 || watch.events < std::max(watch.next_check, kFirstCheck)) return false;
  watch.next_check = watch.events + watch.events / kCheckGrowth + 1;
  return true;
}

void Marks::judge_now(uint32_t number, uint32_t frame) {
  Watch& watch = watches_[number];
  if (watch.flagged_in == 0 && passes_threshold(number)) watch.flagged_in = frame;
  if (watch.accused_in != 0) return;
  const Source& source = engine_->source(number);
  const Evidence evidence =
      gather_evidence(*engine_, number, engine_->history(number), 0, undecided(number));
  const Verdicts verdicts = judge(source, evidence, settings_.ports);
  if (!verdicts.suspect()) return;
  watch.accused_in = frame;
  accusations_[number] = {verdicts, reason(source, evidence, settings_.ports), evidence.tool};
}

// How many of the source's latest destinations may still answer.
size_t Marks::undecided(uint32_t number) const {
  const std::vector<uint32_t>& pairs = engine_->history(number);
  const int64_t now = engine_->source(number).last_time;
  size_t count = 0;
  while (count < std::min(pairs.size(), kMostUndecided)) {
    const int64_t then = engine_->pair(pairs[pairs.size() - 1 - count]).first_time;
    const bool is_recent =
        now <= then || static_cast<uint64_t>(now) - static_cast<uint64_t>(then) < kAnswerTime;
    if (!is_recent) break;
    ++count;
  }
  return count;
}

bool Marks::passes_threshold(uint32_t number) const {
  const std::vector<uint32_t>& pairs = engine_->history(number);
  if (settings_.window == 0) return engine_->destinations(number).value > settings_.threshold;
  if (pairs.size() <= settings_.threshold) return false;
  const int64_t now = engine_->pair(pairs.back()).first_time;
  const int64_t then = engine_->pair(pairs[pairs.size() - 1 - settings_.threshold]).first_time;
  return now <= then || static_cast<uint64_t>(now) - static_cast<uint64_t>(then) <
                            settings_.window * uint64_t{kSecond};
}

bool Marks::look_up(const Observation& observation, Mark* mark) const {
  const uint32_t number = engine_->find_source(observation.source);
  if (number == kNone || number >= watches_.size()) return false;
  const std::vector<uint32_t>& pairs = engine_->history(number);
  const auto after = std::upper_bound(
      pairs.begin(), pairs.end(), observation.frame,
      [this](uint32_t frame, uint32_t pair) { return frame < engine_->pair(pair).first_frame; });
  const uint32_t pair = engine_->find_pair(number, observation.destination);
  mark->destinations = static_cast<uint64_t>(after - pairs.begin());
  mark->exact = true;
  mark->total = engine_->destinations(number);
  if (const auto found = estimates_.find(number); found != estimates_.end()) {
    const std::vector<Step>& steps = found->second;
    const auto later =
        std::upper_bound(steps.begin(), steps.end(), observation.frame,
                         [](uint32_t frame, const Step& step) { return frame < step.frame; });
    mark->exact = later == steps.begin();
    if (!mark->exact) mark->destinations = std::prev(later)->destinations;
  }
  mark->new_destination = pair != kNone && engine_->pair(pair).first_frame == observation.frame;
  mark->flagged_in = watches_[number].flagged_in;
  mark->accused_in = watches_[number].accused_in;
  look_up_conversation(observation, mark);
  return true;
}

void Marks::look_up_conversation(const Observation& observation, Mark* mark) const {
  auto begun =
      std::lower_bound(conversations_.begin(), conversations_.end(), observation.frame,
                       [](const Conversation& one, uint32_t frame) { return one.frame < frame; });
  for (; begun != conversations_.end() && begun->frame == observation.frame; ++begun) {
    const Pair& pair = engine_->pair(begun->pair);
    const Address client = engine_->source(pair.source).address;
    const Address server = engine_->destination(pair);
    const bool is_between = (observation.source == client && observation.destination == server) ||
                            (observation.source == server && observation.destination == client);
    if (!is_between) continue;
    mark->begins_conversation = true;
    mark->client = client;
    mark->server = server;
  }
}

Marks::Judgement Marks::judgement(const Address& address) {
  const uint32_t number = engine_->find_source(address);
  if (number == kNone) return {};
  Judgement& judgement = judgements_[number];
  // Not by what the source sent: an answer to it changes the verdict too.
  if (judgement.frames != engine_->frames()) {
    const Evidence evidence = gather_evidence(*engine_, number, engine_->history(number), 0);
    judgement = {engine_->frames(), judge(engine_->source(number), evidence, settings_.ports),
                 evidence.tool};
  }
  return judgement;
}

uint64_t Marks::findings(const Address& address) {
  const uint32_t number = engine_->find_source(address);
  if (number == kNone) return 0;
  FoundSoFar& found = found_[number];
  if (found.frames != engine_->frames()) {
    found = {engine_->frames(), gather_findings(*engine_, engine_->history(number)).rows.size()};
  }
  return found.findings;
}

const Accusation* Marks::accusation(const Address& address) const {
  const auto found = accusations_.find(engine_->find_source(address));
  return found == accusations_.end() ? nullptr : &found->second;
}

}  // namespace fanout

#include "plugin/postdissector.h"

#include <algorithm>
#include <cinttypes>
#include <optional>
#include <unordered_map>

#include "tap/capture/carriers.h"
#include "tap/capture/header_path.h"
#include "tap/capture/observe.h"
#include "tap/capture/preferences.h"
#include "tap/capture/versions.h"
#include "tap/judge/marks.h"

namespace fanout {
namespace {

constexpr char kShortName[] = "Fan-out";
int g_protocol = -1;
int g_tree = -1;
int g_tap = -1;
#define FIELD(id, filter, type, base, title, help) int hf_##id = -1;
#define EXPERT(id, filter, severity, summary, packets) expert_field ei_##id = EI_INIT;
#include "plugin/fields.def"

// The file that is open.
std::unique_ptr<Marks> g_marks;
std::unique_ptr<const Carriers> g_carriers;

// Frames whose observations the dissection does not show again in a later pass: three IP headers
// and more. For all others this costs nothing; at most as many are kept as the memory limit says.
std::unordered_map<uint32_t, Observations> g_remembered;

// Whether no mark of this file can be seen anywhere; known from its first frame on.
std::optional<bool> g_unseen;

// Those of the frame being dissected: not on the stack, which Wireshark's exceptions jump over.
Observations g_observations;

Engine::Options engine_options_now() {
  Engine::Options options;
  options.limit = preferences().limit;
  options.unicast = !preferences().count_multicast;
  return options;
}

void open_file() {
  const Preferences wanted = preferences();
  g_marks = std::make_unique<Marks>(MarkSettings{wanted.threshold, wanted.ports, wanted.window},
                                    engine_options_now());
  g_remembered.clear();
  g_unseen.reset();
  g_carriers.reset();
}

void close_file() {
  g_marks.reset();
  g_remembered.clear();
}

// Whether the taps of this frame are being queued: in a one-pass run, and while Wireshark reads a
// file. What is queued here can be fetched at once; no listener gets it.
bool taps_are_queued(packet_info* pinfo) {
  tap_queue_packet(g_tap, pinfo, &g_tap);
  return fetch_tapped_data(g_tap, 0) != nullptr;
}

// Without a tree and without a listener for expert info no mark shows, and tshark, when it
// queues taps, dissects each frame once, and all of them alike.
bool marks_are_invisible(packet_info* pinfo, const proto_tree* tree) {
  return tree == nullptr && !in_window() && !have_tap_listener(find_tap_id("expert")) &&
         taps_are_queued(pinfo);
}

bool same_addresses(const Observation& a, const Observation& b) {
  return a.source == b.source && a.destination == b.destination;
}

// Fills g_observations with what the frame holds.
void observe(packet_info* pinfo, tvbuff_t* frame, bool is_first_time) {
  if (!g_carriers) g_carriers = current_carriers(false);
  g_observations.clear();
  if (collect_from_headers(pinfo, frame, *g_carriers, &g_observations)) return;
  const auto remembered = g_remembered.find(pinfo->num);
  if (remembered != g_remembered.end()) {
    g_observations = remembered->second;
    return;
  }
  collect_from_addresses(pinfo, frame, *g_carriers, &g_observations);
  if (!is_first_time || !taps_are_queued(pinfo)) return;
  Observations tapped;
  collect_from_taps(pinfo, frame, &tapped);
  // Taps come in the order in which dissectors end, which is not always from the outside in.
  const bool can_be_derived = std::is_permutation(
      tapped.begin(), tapped.end(), g_observations.begin(), g_observations.end(), same_addresses);
  if (!can_be_derived) {
    if (g_remembered.size() < preferences().limit) g_remembered[pinfo->num] = tapped;
    g_observations = std::move(tapped);
    return;
  }
  for (Observation& derived : g_observations) {
    derived = *std::find_if(tapped.begin(), tapped.end(), [&](const Observation& observation) {
      return same_addresses(observation, derived);
    });
  }
}

void mark_expert(packet_info* pinfo, proto_item* item, const Mark& mark,
                 const Observation& observation, const char* source) {
  if (!preferences().expert) return;
  const uint32_t frame = observation.frame;
  const Network network = observation.source.network;
  const char* arp = network == Network::kArp   ? " by ARP"
                    : network == Network::kNdp ? " by NDP"
                                               : "";
  if (mark.accused_in == frame) {
    expert_add_info_format(pinfo, item, &ei_scan, "%s%s looks like a scanner: %s", source, arp,
                           g_marks->accusation(observation.source)->reason.c_str());
  }
  if (mark.flagged_in == frame) {
    const bool is_suspect = mark.accused_in != 0 && mark.accused_in <= frame;
    const unsigned window = preferences().window;
    const char* within =
        window == 0 ? "" : wmem_strdup_printf(pinfo->pool, " within %u seconds", window);
    expert_add_info_format(pinfo, item, is_suspect ? &ei_scan : &ei_threshold,
                           "%s has contacted more than %u unique destinations%s%s%s", source,
                           preferences().threshold, arp, within, mark.exact ? "" : " (estimated)");
  } else if (mark.new_destination && mark.accused_in != frame) {
    if (mark.accused_in != 0 && mark.accused_in < frame) {
      expert_add_info(pinfo, item, &ei_new_destination_of_suspect);
    } else if (mark.flagged_in != 0 && mark.flagged_in < frame) {
      expert_add_info(pinfo, item, &ei_new_destination);
    }
  }
}

// What the source is: by the whole capture, or while it is read for the first time, what it is
// accused of so far.
Verdicts verdicts_on(const Address& source, bool pass_is_done) {
  if (is_never_flagged(source)) return {};
  if (pass_is_done) return g_marks->verdicts(source);
  const Accusation* accusation = g_marks->accusation(source);
  return accusation == nullptr ? Verdicts() : accusation->verdicts;
}

// The tool whose probes a suspect's look like, likewise.
Tool tool_of_suspect(const Address& source, bool pass_is_done) {
  if (pass_is_done) return g_marks->tool(source);
  const Accusation* accusation = g_marks->accusation(source);
  return accusation == nullptr ? Tool::kNone : accusation->tool;
}

// Says so where a suspect begins to exchange data with a host that it had scanned.
void mark_conversation(packet_info* pinfo, tvbuff_t* tvb, proto_tree* subtree, proto_item* item,
                       const Mark& mark) {
  if (!mark.begins_conversation) return;
  if (!verdicts_on(mark.client, PINFO_FD_VISITED(pinfo)).suspect()) return;
  proto_item_set_generated(proto_tree_add_boolean(subtree, hf_conversation, tvb, 0, 0, true));
  if (!preferences().expert) return;
  const char* client = wmem_strdup(pinfo->pool, to_string(mark.client).c_str());
  const char* server = wmem_strdup(pinfo->pool, to_string(mark.server).c_str());
  expert_add_info_format(pinfo, item, &ei_conversation, "%s scanned %s and now talks to it", client,
                         server);
}

void add_tree(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, const Observation& observation) {
  Mark mark;
  if (!g_marks->look_up(observation, &mark)) return;
  const bool pass_is_done = PINFO_FD_VISITED(pinfo);
  // Judging takes long, and without a tree nobody sees it.
  const bool is_judged = !pass_is_done || tree != nullptr;
  const Verdicts verdicts = is_judged ? verdicts_on(observation.source, pass_is_done) : Verdicts();
  const bool is_suspect = verdicts.suspect();
  // In Wireshark's memory, not a std::string: what follows may throw, and throws by longjmp.
  const char* source = wmem_strdup(pinfo->pool, to_string(observation.source).c_str());

  proto_item* item = proto_tree_add_protocol_format(
      tree, g_protocol, tvb, 0, 0,
      "Source Fan-out: %s (%s) has contacted %s%" PRIu64 " unique destination%s%s", source,
      network_name(observation.source.network), mark.exact ? "" : "~", mark.destinations,
      mark.destinations == 1 ? "" : "s", is_suspect ? ", a scan suspect" : "");
  proto_item_set_generated(item);
  proto_tree* subtree = proto_item_add_subtree(item, g_tree);
  const auto generated = [](proto_item* field) { proto_item_set_generated(field); };
  generated(proto_tree_add_string(subtree, hf_source, tvb, 0, 0, source));
  generated(proto_tree_add_uint64(subtree, hf_destinations, tvb, 0, 0, mark.destinations));
  if (!mark.exact) {
    generated(proto_tree_add_boolean(subtree, hf_destinations_estimated, tvb, 0, 0, true));
  }
  if (pass_is_done) {
    generated(proto_tree_add_uint64(subtree, hf_total, tvb, 0, 0, mark.total.value));
    if (!mark.total.exact()) {
      generated(proto_tree_add_boolean(subtree, hf_total_estimated, tvb, 0, 0, true));
    }
  }
  // True or absent, so that the bare field name is a filter.
  if (mark.new_destination) {
    generated(proto_tree_add_boolean(subtree, hf_new_destination, tvb, 0, 0, true));
  }
  const bool flagged_shows =
      mark.flagged_in != 0 && (pass_is_done || mark.flagged_in <= pinfo->num);
  if (flagged_shows) {
    generated(proto_tree_add_uint(subtree, hf_flagged_in, tvb, 0, 0, mark.flagged_in));
  }
  if (is_suspect) generated(proto_tree_add_boolean(subtree, hf_suspect, tvb, 0, 0, true));
  if (is_suspect && pass_is_done) {
    const uint64_t findings = g_marks->findings(observation.source);
    generated(proto_tree_add_uint64(subtree, hf_findings, tvb, 0, 0, findings));
  }
  if (!verdicts.none()) {
    const char* text = wmem_strdup(pinfo->pool, verdicts_text(verdicts).c_str());
    generated(proto_tree_add_string(subtree, hf_verdict, tvb, 0, 0, text));
  }
  const Tool tool = is_suspect ? tool_of_suspect(observation.source, pass_is_done) : Tool::kNone;
  if (tool != Tool::kNone) {
    generated(proto_tree_add_string(subtree, hf_tool, tvb, 0, 0, tool_name(tool)));
  }
  mark_conversation(pinfo, tvb, subtree, item, mark);
  mark_expert(pinfo, item, mark, observation, source);
}

int dissect_fanout(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void*) {
  if (!g_marks || !proto_is_protocol_enabled(find_protocol_by_id(g_protocol))) return 0;
  if (!g_unseen) g_unseen = marks_are_invisible(pinfo, tree);
  if (*g_unseen) return 0;
  pinfo->current_proto = kShortName;
  const bool is_first_time = !PINFO_FD_VISITED(pinfo) && g_marks->is_new(pinfo->num);
  observe(pinfo, tvb, is_first_time);
  if (!preferences().count_arp) {
    std::erase_if(g_observations,
                  [](const Observation& o) { return resolves_addresses(o.source.network); });
  }
  if (is_first_time) {
    g_marks->count(pinfo->num, frame_time(pinfo), g_observations, is_never_flagged);
  }
  for (const Observation& observation : g_observations) {
    const bool is_reply =
        resolves_addresses(observation.source.network) && observation.role == Role::kAnswer;
    if (!is_reply) add_tree(tvb, pinfo, tree, observation);
  }
  return static_cast<int>(tvb_captured_length(tvb));
}

void register_fields() {
  static hf_register_info fields[] = {
#define FIELD(id, filter, type, base, title, help) \
  {&hf_##id, {title, filter, type, base, nullptr, 0, help, HFILL}},
#include "plugin/fields.def"
  };
  static int* trees[] = {&g_tree};
  static ei_register_info expert[] = {
#define EXPERT(id, filter, severity, summary, packets) \
  {&ei_##id, {filter, PI_SECURITY, severity, summary, EXPFILL}},
#include "plugin/fields.def"
  };
  proto_register_field_array(g_protocol, fields, array_length(fields));
  proto_register_subtree_array(trees, array_length(trees));
  expert_register_field_array(expert_register_protocol(g_protocol), expert, array_length(expert));
}

}  // namespace

int register_fanout() {
  g_protocol = proto_register_protocol("Source Fan-out", kShortName, "fanout");
  register_fields();
  g_tap = register_tap(kMarksTap);
  register_init_routine(open_file);
  register_cleanup_routine(close_file);
  return g_protocol;
}

void handoff_fanout() {
  // Taps are queued only while somebody listens; this listener is never called, and unlike others
  // makes no run dissect that would not.
  GString* error = register_tap_listener(kMarksTap, &g_protocol, nullptr, TL_IS_DISSECTOR_HELPER,
                                         nullptr, nullptr, nullptr, nullptr);
  if (error != nullptr) g_string_free(error, TRUE);
  // A handle with a protocol would have Wireshark note a layer for each call, which takes longer
  // than finding out that there is nothing to do.
  constexpr int kNoProtocol = -1;
  register_postdissector(create_dissector_handle(dissect_fanout, kNoProtocol));
}

std::shared_ptr<Engine> file_engine() {
  return g_marks ? g_marks->engine() : std::make_shared<Engine>(engine_options_now());
}

}  // namespace fanout

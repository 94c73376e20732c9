#include "tap/program/reader.h"

#include "tap/program/usual_carriers.h"

namespace fanout {

CaptureReader::CaptureReader(CaptureFile& file, const ReadSettings& settings)
    : file_(file), settings_(settings), reader_(usual_carriers()), headers_may_do_(!settings.full) {
  if (settings.full || settings.library->is_loaded()) use_library();
}

CaptureReader::~CaptureReader() {
  if (is_dissecting_) settings_.library->get().end();
}

void CaptureReader::use_library() {
  Dissector& dissector = settings_.library->get();
  dissector.begin(file_.handle());
  is_dissecting_ = true;
  headers_may_do_ = headers_may_do_ && dissector.headers_may_do();
  reader_.use(dissector.carriers());
}

bool CaptureReader::next() {
  if (settings_.stop->load(std::memory_order_relaxed) || !file_.read()) return false;
  by_headers_ = headers_may_do_ && read_headers();
  if (!by_headers_ && !is_dissecting_) {
    use_library();
    by_headers_ = headers_may_do_ && read_headers();
  }
  if (!by_headers_) dissect();
  return true;
}

bool CaptureReader::read_headers() {
  Link link{};
  if (!file_.link(&link)) return false;
  observation_ = {};
  observation_.frame = file_.number();
  observation_.bytes = file_.length();
  observation_.time = file_.time();
  const Reading reading = reader_.read(link, file_.bytes(), file_.length(), observation_);
  if (reading != Reading::kObservation && reading != Reading::kNothing) return false;
  const bool is_ignored = reading == Reading::kNothing ||
                          (observation_.source.network == Network::kArp && !settings_.count_arp);
  observations_ = {&observation_, is_ignored ? size_t{0} : size_t{1}};
  passed_ = true;
  return true;
}

void CaptureReader::dissect() {
  const Dissected& dissected = settings_.library->get().dissect(file_.record(), file_.number());
  passed_ = dissected.passed;
  observations_ = dissected.observations;
  if (settings_.count_arp) return;
  without_arp_.clear();
  for (const Observation& observation : dissected.observations) {
    if (observation.source.network != Network::kArp) without_arp_.push_back(observation);
  }
  observations_ = without_arp_;
}

}  // namespace fanout

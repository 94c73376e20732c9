#include "tap/program/reader.h"

#include <vector>

#include "tap/program/usual_carriers.h"

namespace fanout {

CaptureReader::CaptureReader(CaptureFile& file, const ReadSettings& settings)
    : file_(file), settings_(settings), reader_(usual_carriers()), headers_may_do_(!settings.full) {
  if (settings.full || settings.library->is_loaded()) use_library();
}

CaptureReader::~CaptureReader() {
  if (is_dissecting_ && !settings_.is_last) settings_.library->get().end();
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
  FrameWatch::begin(file_.number());
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
  Observation& header = observed_.header;
  header = {};
  header.frame = file_.number();
  header.bytes = file_.length();
  header.time = file_.time();
  const Reading reading = reader_.read(link, file_.bytes(), file_.length(), observed_);
  if (reading != Reading::kObservation && reading != Reading::kNothing) return false;
  passed_ = true;
  if (reading == Reading::kNothing) {
    observations_ = {};
  } else if (observed_.has_neighbour || resolves_addresses(header.source.network)) {
    chosen_.clear();
    observed_.for_each([this](const Observation& one) { chosen_.push_back(one); });
    choose(chosen_);
  } else {
    observations_ = {&header, 1};
  }
  return true;
}

void CaptureReader::dissect() {
  Dissected& dissected = settings_.library->get().dissect(file_.record(), file_.number());
  passed_ = dissected.passed;
  choose(dissected.observations);
}

// Leaves out what is not to be observed.
void CaptureReader::choose(std::vector<Observation>& observations) {
  if (!settings_.count_arp) {
    std::erase_if(observations, [](const Observation& observation) {
      return resolves_addresses(observation.source.network);
    });
  }
  observations_ = observations;
}

}  // namespace fanout

// In: a capture file. Out: its observations, in the order of its frames, by the frames' headers
// where these suffice, else by the full dissection.
#ifndef FANOUT_TAP_PROGRAM_READER_H_
#define FANOUT_TAP_PROGRAM_READER_H_

#include <atomic>
#include <optional>

#include "tap/count/tunnels.h"
#include "tap/program/capture_file.h"
#include "tap/program/frame_watch.h"
#include "tap/program/library.h"

namespace fanout {

/// How to read a capture.
struct ReadSettings {
  bool full = false;      ///< dissect every frame in full
  bool count_arp = true;  ///< observe ARP and neighbour discovery
  bool is_last = false;   ///< the process ends after this capture: what it took need not be freed
  Library* library = nullptr;
  const std::atomic<bool>* stop = nullptr;  ///< read no further once this is true
};

/// Reads one capture to its end.
class CaptureReader {
 public:
  /// `file` and what `settings` points to must outlive this.
  CaptureReader(CaptureFile& file, const ReadSettings& settings);
  ~CaptureReader();
  CaptureReader(const CaptureReader&) = delete;
  CaptureReader& operator=(const CaptureReader&) = delete;

  /// Reads the next frame; false at the end, where the file breaks, and once `stop` is true.
  /// Throws Failure.
  bool next();

  /// Whether the frame passed the filter, if there is one. It counts only then.
  bool passed() const { return passed_; }
  /// Whether its headers sufficed.
  bool by_headers() const { return by_headers_; }
  /// What it holds, valid until next().
  std::span<const Observation> observations() const { return observations_; }

 private:
  bool read_headers();
  void use_library();
  void dissect();
  void choose(std::vector<Observation>& observations);

  FrameWatch watch_;
  CaptureFile& file_;
  ReadSettings settings_;
  FrameReader reader_;
  bool headers_may_do_;
  bool is_dissecting_ = false;  // the dissector has begun this capture
  bool passed_ = false;
  bool by_headers_ = false;
  HeaderObservations observed_;
  std::vector<Observation> chosen_;
  std::span<const Observation> observations_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_READER_H_

// A capture file, read record by record by libwiretap: every format and compression it knows.
#ifndef FANOUT_TAP_PROGRAM_CAPTURE_FILE_H_
#define FANOUT_TAP_PROGRAM_CAPTURE_FILE_H_

#include <memory>
#include <string>

#include "tap/capture/versions.h"
#include "tap/count/headers.h"

namespace fanout {

class CaptureFile {
 public:
  /// Opens a file, or standard input for "-". nullptr with a message that names the file where that
  /// fails, or the file is no capture; `is_other`, if not nullptr, is set if it is something else.
  static std::unique_ptr<CaptureFile> open(const std::string& path, std::string* error,
                                           bool* is_other = nullptr);
  ~CaptureFile();
  CaptureFile(const CaptureFile&) = delete;
  CaptureFile& operator=(const CaptureFile&) = delete;

  /// Reads the next record; false at the end, or where the file breaks: see error().
  bool read();
  /// Why read() found an end that is none, as a message that names the file; else empty.
  const std::string& error() const { return error_; }

  /// The frame's number, from 1.
  uint32_t number() const { return number_; }
  Record& record() { return record_; }
  wtap* handle() { return file_; }
  /// The frame's time in nanoseconds since 1970, or kNoTime.
  int64_t time() const;
  /// The link type where it is one that the header reader knows.
  bool link(Link* link) const;
  Bytes bytes();
  uint32_t length() const { return record_.header().rec_header.packet_header.len; }

  const std::string& path() const { return path_; }
  /// What kind of capture it is, such as "pcapng".
  std::string format() const;
  /// How many bytes of the file, as it is on disk, have been read.
  int64_t bytes_read() const;

 private:
  CaptureFile(std::string path, wtap* file) : path_(std::move(path)), file_(file) {}

  std::string path_;
  wtap* file_;
  Record record_;
  uint32_t number_ = 0;
  std::string error_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_CAPTURE_FILE_H_

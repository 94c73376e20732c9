#include "tap/program/capture_file.h"

#include <wsutil/filesystem.h>

#include "tap/capture/record.h"

namespace fanout {
namespace {

std::string described(const std::string& path) {
  return path == "-" ? "standard input" : "file \"" + path + "\"";
}

std::string take(char* text) {
  std::string result = text == nullptr ? "no information supplied" : text;
  g_free(text);
  return result;
}

// tshark's messages, which its users know; libwiretap has only numbers for them. Those that opening
// and reading share, or nothing.
std::string failure(const std::string& file, int error, const std::string& why) {
  switch (error) {
    case WTAP_ERR_UNSUPPORTED:
      return "The " + file + " contains record data that fanout doesn't support." + why;
    case WTAP_ERR_BAD_FILE:
      return "The " + file + " appears to be damaged or corrupt." + why;
    case WTAP_ERR_DECOMPRESS:
      return "The " + file + " cannot be decompressed; it may be damaged or corrupt." + why;
    case WTAP_ERR_DECOMPRESSION_NOT_SUPPORTED:
      return "The " + file +
             " cannot be decompressed; it is compressed in a way that we don't support." + why;
    default:
      return {};
  }
}

std::string open_failure(const std::string& path, int error, char* info) {
  const std::string file = described(path);
  const std::string why = "\n(" + take(info) + ")";
  std::string shared = failure(file, error, why);
  if (!shared.empty()) return shared;
  switch (error) {
    case WTAP_ERR_NOT_REGULAR_FILE:
      return "The " + file + " is a \"special file\" or socket or other non-regular file.";
    case WTAP_ERR_FILE_UNKNOWN_FORMAT:
      return "The " + file + " isn't a capture file in a format fanout understands.";
    case WTAP_ERR_ENCAP_PER_PACKET_UNSUPPORTED:
      return "The " + file + " is a capture for a network type that fanout doesn't support.";
    case WTAP_ERR_CANT_OPEN:
      return "The " + file + " could not be opened for some unknown reason.";
    case WTAP_ERR_SHORT_READ:
      return "The " + file +
             " appears to have been cut short in the middle of a packet or other data.";
    case WTAP_ERR_INTERNAL:
      return "An internal error occurred opening the " + file + "." + why;
    default:
      break;
  }
  if (error < 0) return "The " + file + " could not be opened: " + wtap_strerror(error) + ".";
  char* message = g_strdup_printf(file_open_error_message(error, false), path.c_str());
  return take(message);
}

std::string read_failure(const std::string& path, int error, char* info) {
  const std::string file = described(path);
  const std::string why = "\n(" + take(info) + ")";
  std::string shared = failure(file, error, why);
  if (!shared.empty()) return shared;
  switch (error) {
    case WTAP_ERR_SHORT_READ:
      return "The " + file + " appears to have been cut short in the middle of a packet.";
    case WTAP_ERR_INTERNAL:
      return "An internal error occurred while reading the " + file + "." + why;
    default:
      return "An error occurred while reading the " + file + ": " + wtap_strerror(error) + ".";
  }
}

}  // namespace

std::unique_ptr<CaptureFile> CaptureFile::open(const std::string& path, std::string* error,
                                               bool* is_other) {
  int code = 0;
  char* info = nullptr;
  wtap* file = wtap_open_offline(path.c_str(), WTAP_TYPE_AUTO, &code, &info, false);
  if (file != nullptr) return std::unique_ptr<CaptureFile>(new CaptureFile(path, file));
  // A file too short for its format's header may be anything.
  if (is_other != nullptr) {
    *is_other = code == WTAP_ERR_FILE_UNKNOWN_FORMAT || code == WTAP_ERR_SHORT_READ;
  }
  *error = open_failure(path, code, info);
  return nullptr;
}

CaptureFile::~CaptureFile() { wtap_close(file_); }

bool CaptureFile::read() {
  int code = 0;
  char* info = nullptr;
  if (record_.read(file_, &code, &info)) {
    ++number_;
    return true;
  }
  if (code != 0) {
    error_ = read_failure(path_, code, info);
  } else {
    g_free(info);
  }
  return false;
}

int64_t CaptureFile::time() const {
  const wtap_rec& header = record_.header();
  return (header.presence_flags & WTAP_HAS_TS) != 0 ? nanoseconds(header.ts) : kNoTime;
}

bool CaptureFile::link(Link* link) const {
  const wtap_rec& header = record_.header();
  return header.rec_type == REC_TYPE_PACKET &&
         link_of_encapsulation(header.rec_header.packet_header.pkt_encap, link);
}

Bytes CaptureFile::bytes() {
  return {record_.bytes(), record_.header().rec_header.packet_header.caplen};
}

std::string CaptureFile::format() const {
  return wtap_file_type_subtype_name(wtap_file_type_subtype(file_));
}

int64_t CaptureFile::bytes_read() const { return wtap_read_so_far(file_); }

}  // namespace fanout

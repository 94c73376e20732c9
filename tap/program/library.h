// Loads the module that dissects, when it is needed.
#ifndef FANOUT_TAP_PROGRAM_LIBRARY_H_
#define FANOUT_TAP_PROGRAM_LIBRARY_H_

#include <stdexcept>
#include <string>

#include "tap/program/dissector.h"

namespace fanout {

/// Why the program must end, in a line for the user, and with which status.
class Failure : public std::runtime_error {
 public:
  Failure(int status, const std::string& message) : std::runtime_error(message), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

class Library {
 public:
  explicit Library(DissectorSettings settings) : settings_(std::move(settings)) {}

  bool is_loaded() const { return dissector_ != nullptr; }
  /// Loads and starts it, if that has not been done. Throws Failure.
  Dissector& get();

 private:
  DissectorSettings settings_;
  Dissector* dissector_ = nullptr;
};

}  // namespace fanout

#endif  // FANOUT_TAP_PROGRAM_LIBRARY_H_

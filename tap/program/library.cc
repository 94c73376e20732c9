#include "tap/program/library.h"

#include "tap/system/system.h"

namespace fanout {

Dissector& Library::get() {
  if (dissector_ != nullptr) return *dissector_;
  // Found by the program's run path, which names no other folder; on Windows, beside the program.
  void* module = load_library(module_file(kDissectorModule));
  if (module == nullptr) throw Failure(2, "cannot load the dissection: " + library_error());
  const auto entry = reinterpret_cast<DissectorEntry*>(find_symbol(module, kDissectorEntry));
  if (entry == nullptr) throw Failure(2, "cannot load the dissection: " + library_error());
  Dissector* dissector = entry();
  std::string error;
  if (!dissector->start(settings_, &error)) throw Failure(1, error);
  dissector_ = dissector;
  return *dissector_;
}

}  // namespace fanout

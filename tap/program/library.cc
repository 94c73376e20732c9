#include "tap/program/library.h"

#include <dlfcn.h>

namespace fanout {

Dissector& Library::get() {
  if (dissector_ != nullptr) return *dissector_;
  // Found by the program's run path, which names no other folder.
  void* module = dlopen(kDissectorModule, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (module == nullptr) throw Failure(2, std::string("cannot load the dissection: ") + dlerror());
  const auto entry = reinterpret_cast<DissectorEntry*>(dlsym(module, kDissectorEntry));
  if (entry == nullptr) throw Failure(2, std::string("cannot load the dissection: ") + dlerror());
  Dissector* dissector = entry();
  std::string error;
  if (!dissector->start(settings_, &error)) throw Failure(1, error);
  dissector_ = dissector;
  return *dissector_;
}

}  // namespace fanout

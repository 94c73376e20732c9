#include "tap/program/inputs.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>

#include "tap/program/capture_file.h"
#include "tap/runs/file.h"
#include "tap/system/files.h"

namespace fanout {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBeginning = 1024;

std::string beginning_of(const std::string& path) {
  std::string text(kBeginning, '\0');
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return {};
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

// Wiretap also opens pictures, JSON and the like, as one packet each.
bool is_of_a_network(CaptureFile& file) {
  constexpr auto kNone = std::to_array({WTAP_ENCAP_MIME, WTAP_ENCAP_JSON, WTAP_ENCAP_RFC7468,
                                        WTAP_ENCAP_LOG_3GPP, WTAP_ENCAP_SYSTEMD_JOURNAL});
  const int encapsulation = wtap_file_encap(file.handle());
  return std::find(kNone.begin(), kNone.end(), encapsulation) == kNone.end();
}

class Search {
 public:
  void add(const std::string& name) {
    FileState found;
    const int error = look_at(name, found);
    if (error != 0) {
      leave_out_unreadable(name, error);
    } else if (found.kind == FileState::Kind::kFolder) {
      add_folder(name, found);
    } else if (found.kind != FileState::Kind::kRegular) {
      leave_out(name,
                "The file \"" + name + "\" is no regular file; such a one can only be read alone.");
    } else {
      add_file(name, found, true);
    }
  }

  Inputs take() {
    // Links come last, so that a file is known by its own name if both are found.
    for (size_t next = 0; next < links_.size(); ++next) add_entry(std::string(links_[next]));
    std::sort(inputs_.files.begin(), inputs_.files.end(), [](const Input& a, const Input& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.path < b.path;
    });
    return std::move(inputs_);
  }

 private:
  void leave_out(const std::string& path, std::string problem) {
    inputs_.unreadable.push_back({path, std::move(problem)});
  }

  void leave_out_unreadable(const std::string& path, int error) {
    leave_out(path, "The file \"" + path + "\" cannot be read: " + std::strerror(error) + ".");
  }

  bool is_new(const FileState& found) { return seen_.insert(found.identity).second; }

  void add_folder(const std::string& name, const FileState& found) {
    if (!is_new(found)) return;
    std::error_code error;
    std::vector<std::string> names;
    fs::directory_iterator entries(path_of(name), error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      names.push_back(text_of(entries->path()));
    }
    if (error) {
      leave_out(name, "The folder \"" + name + "\" cannot be read: " + error.message() + ".");
    }
    std::sort(names.begin(), names.end());
    for (const std::string& inside : names) {
      if (fs::is_symlink(path_of(inside), error)) {
        links_.push_back(inside);
      } else {
        add_entry(inside);
      }
    }
  }

  void add_entry(const std::string& name) {
    FileState found;
    const int error = look_at(name, found);
    if (error == EACCES) leave_out_unreadable(name, error);
    if (error != 0) return;  // else, a link to nowhere
    if (found.kind == FileState::Kind::kFolder) add_folder(name, found);
    if (found.kind == FileState::Kind::kRegular && found.bytes > 0) add_file(name, found, false);
  }

  void add_file(const std::string& path, const FileState& found, bool is_named) {
    if (!is_new(found)) return;
    Input input{path, false, kNoTime, found.bytes};
    if (are_runs(beginning_of(path))) {
      input.is_runs = true;
      input.begin = kNoTime;
      inputs_.files.push_back(std::move(input));
      return;
    }
    std::string error;
    bool is_other = false;
    const std::unique_ptr<CaptureFile> file = CaptureFile::open(path, &error, &is_other);
    if (!is_named && (file ? !is_of_a_network(*file) : is_other)) return;
    if (!file) {
      leave_out(path, std::move(error));
      return;
    }
    if (file->read()) input.begin = file->time();
    inputs_.files.push_back(std::move(input));
  }

  Inputs inputs_;
  std::vector<std::string> links_;  // in folders; still to be followed
  std::set<std::pair<uint64_t, uint64_t>> seen_;
};

}  // namespace

bool are_many(const std::vector<std::string>& names) {
  if (names.size() > 1) return true;
  FileState found;
  if (look_at(names[0], found) != 0) return false;
  return found.kind == FileState::Kind::kFolder ||
         (found.kind == FileState::Kind::kRegular && are_runs(beginning_of(names[0])));
}

Inputs find_inputs(const std::vector<std::string>& names) {
  Search search;
  for (const std::string& name : names) search.add(name);
  return search.take();
}

}  // namespace fanout

#include "tap/program/list.h"

#include <optional>

#include "tap/runs/fields.h"
#include "tap/runs/file.h"

namespace fanout {
namespace {

void append_column(std::string& text, const std::string& value) {
  text += '\t';
  append_text(text, value);
}

void append_column(std::string& text, int64_t time) {
  text += '\t';
  append_time(text, time);
}

void append_unreadable(std::string& text, const Unreadable& file) {
  text += "unreadable";
  append_column(text, file.path);
  append_column(text, file.problem);
  text += '\n';
}

void append_runs(std::string& text, const std::string& path) {
  std::string problem;
  const std::optional<RunsHeader> header = read_runs_header(path, &problem);
  if (!header) {
    append_unreadable(text, {path, problem});
    return;
  }
  for (const FileFacts& facts : header->files) {
    text += "runs";
    append_column(text, facts.path);
    for (const int64_t time : {facts.begin, facts.first_time, facts.last_time}) {
      append_column(text, time);
    }
    text += '\t' + std::to_string(facts.frames);
    append_column(text, facts.format);
    append_column(text, facts.problem);
    append_column(text, path);
    text += '\n';
  }
}

}  // namespace

std::string list(const Inputs& inputs) {
  std::string text;
  for (const Input& input : inputs.files) {
    if (input.is_runs) {
      append_runs(text, input.path);
      continue;
    }
    text += "capture";
    append_column(text, input.path);
    append_column(text, input.begin);
    text += '\n';
  }
  for (const Unreadable& file : inputs.unreadable) append_unreadable(text, file);
  return text;
}

}  // namespace fanout

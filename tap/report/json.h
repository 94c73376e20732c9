// JSON as reports and the program's events are written in.
#ifndef FANOUT_TAP_REPORT_JSON_H_
#define FANOUT_TAP_REPORT_JSON_H_

#include <cinttypes>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <glib.h>
#include <wsutil/json_dumper.h>

#include "tap/judge/verdict.h"
#include "tap/report/render.h"
#include "tap/report/words.h"

namespace fanout {

/// One JSON object, by Wireshark's writer, member by member.
class Json {
 public:
  enum class Layout : uint8_t {
    kOneLine,
    kLines,  ///< a line for each member, and for each row of its arrays
  };

  /// `sink` takes the text in pieces, and lives as long as this.
  Json(const Sink& sink, Layout layout)
      : sink_(sink), line_flags_(layout == Layout::kLines ? JSON_DUMPER_FLAGS_PRETTY_PRINT : 0) {
    dumper_.output_string = text_.get();
    dumper_.flags = line_flags_;
    json_dumper_begin_object(&dumper_);
  }

  /// Ends the object and hands on the rest; to be called at the end.
  void finish() {
    json_dumper_end_object(&dumper_);
    json_dumper_finish(&dumper_);
    flush();
  }

  void number(const char* name, uint64_t value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_anyf(&dumper_, "%" PRIu64, value);
  }

  /// A number that was written already; nothing is null.
  void number(const char* name, const std::string& value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_anyf(&dumper_, "%s", value.empty() ? "null" : value.c_str());
  }

  void boolean(const char* name, bool value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_anyf(&dumper_, "%s", value ? "true" : "false");
  }

  void text(const char* name, std::string_view value) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_value_string(&dumper_, valid_utf8(value).c_str());
  }

  template <typename Write>
  void object(const char* name, Write write) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_begin_object(&dumper_);
    write();
    json_dumper_end_object(&dumper_);
  }

  void verdicts(const char* name, const Verdicts& verdicts) {
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_begin_array(&dumper_);
    for (int i = 0; i < kVerdicts; ++i) {
      const auto verdict = static_cast<Verdict>(i);
      if (verdicts.has(verdict)) json_dumper_value_string(&dumper_, verdict_name(verdict));
    }
    json_dumper_end_array(&dumper_);
  }

  /// An array with an object for each row.
  template <typename Rows, typename Write>
  void rows(const char* name, const Rows& rows, Write write) {
    const int flags = dumper_.flags;
    json_dumper_set_member_name(&dumper_, name);
    json_dumper_begin_array(&dumper_);
    for (const auto& row : rows) {
      dumper_.flags |= line_flags_;
      json_dumper_begin_object(&dumper_);
      dumper_.flags &= ~line_flags_;
      write(row);
      json_dumper_end_object(&dumper_);
      if (text_->len >= Buffer::kPiece) flush();
    }
    dumper_.flags |= line_flags_;
    json_dumper_end_array(&dumper_);
    dumper_.flags = flags;
  }

 private:
  struct Free {
    void operator()(GString* string) const { g_string_free(string, TRUE); }
  };

  void flush() {
    sink_({text_->str, text_->len});
    g_string_truncate(text_.get(), 0);
  }

  const Sink& sink_;
  const int line_flags_;
  std::unique_ptr<GString, Free> text_{g_string_new(nullptr)};
  json_dumper dumper_{};
};

}  // namespace fanout

#endif  // FANOUT_TAP_REPORT_JSON_H_

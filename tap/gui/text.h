// How the window writes numbers, times and tables.
#ifndef FANOUT_TAP_GUI_TEXT_H_
#define FANOUT_TAP_GUI_TEXT_H_

#include <QString>
#include <QVariant>
#include <QVector>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace fanout::gui {

/// How times are shown.
enum class TimeFormat : uint8_t { kSinceStart, kUtc, kLocal };

/// With the separators of the user's language: "1,234,567".
QString number_text(uint64_t number);

/// Three digits for an axis: "950", "12k", "3.4M".
QString short_number(double number);

/// `time` in nanoseconds since 1970; `start` is that of the first frame.
QString time_text(int64_t time, int64_t start, TimeFormat format);

/// UTF-8 that came from elsewhere, without control characters.
QString foreign_text(const std::string& text);

/// A safe file name from `text`, which may come from a capture.
QString safe_file_name(const QString& text);

/// The formats in which Wireshark copies tables.
enum class TableForm : uint8_t { kCsv, kJson, kYaml };

/// The role under which models give what is copied: numbers without separators.
inline constexpr int kRawRole = Qt::UserRole;
/// The role under which models give the name of a column in JSON.
inline constexpr int kNameRole = Qt::UserRole + 1;

/// A table: the names of its columns, and what `value` has for a row and a column. A CSV cell never
/// becomes a formula.
QString table_text(const QVector<QString>& names, size_t rows,
                   const std::function<QVariant(size_t row, int column)>& value, TableForm form);

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_TEXT_H_

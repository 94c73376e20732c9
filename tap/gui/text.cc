#include "tap/gui/text.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <cmath>

#include "tap/count/observation.h"

namespace fanout::gui {
namespace {

constexpr int64_t kNanoseconds = 1'000'000'000;

// A spreadsheet takes a cell that begins with one of these for a formula (OWASP, "CSV Injection");
// the same as in the CSV report.
bool begins_like_a_formula(const QString& text) {
  static const QString beginnings = QStringLiteral("=+-@\t\r\n＝＋－＠");
  return !text.isEmpty() && beginnings.contains(text.at(0));
}

QString csv_cell(const QVariant& value) {
  QString text = value.toString();
  const bool is_text = value.userType() == QMetaType::QString;
  if (is_text && begins_like_a_formula(text)) text.prepend('\'');
  if (!text.contains(',') && !text.contains('"')) return text;
  return '"' + text.replace('"', "\"\"") + '"';
}

// Strings in a form that both YAML and JSON accept.
QString json_value(const QVariant& value) {
  switch (static_cast<int>(value.userType())) {
    case QMetaType::QString: {
      const QJsonArray one{value.toString()};
      const QString text = QString::fromUtf8(QJsonDocument(one).toJson(QJsonDocument::Compact));
      return text.mid(1, text.size() - 2);
    }
    case QMetaType::UnknownType:
      return QStringLiteral("null");
    default:
      return value.toString();
  }
}

}  // namespace

QString number_text(uint64_t number) {
  QLocale locale;
  // The C locale has no separators.
  if (locale.language() == QLocale::C) locale = QLocale(QLocale::English);
  locale.setNumberOptions(QLocale::DefaultNumberOptions);
  return locale.toString(static_cast<qulonglong>(number));
}

QString short_number(double number) {
  static const char* const kPrefixes[] = {"", "k", "M", "G", "T", "P", "E"};
  size_t prefix = 0;
  while (number >= 999.5 && prefix + 1 < std::size(kPrefixes)) {
    number /= 1000;
    ++prefix;
  }
  const int decimals = prefix > 0 && number < 99.95 && std::round(number) != number ? 1 : 0;
  return QString::number(number, 'f', decimals) + kPrefixes[prefix];
}

QString time_text(int64_t time, int64_t start, TimeFormat format) {
  if (time == kNoTime) return {};
  if (format == TimeFormat::kSinceStart) {
    if (start == kNoTime) return {};
    return QString::number(static_cast<double>(time - start) / kNanoseconds, 'f', 6);
  }
  const int64_t milliseconds = time / 1'000'000;
  QDateTime instant = QDateTime::fromMSecsSinceEpoch(milliseconds);
  if (format == TimeFormat::kUtc) instant = instant.toUTC();
  return instant.toString(QStringLiteral("yyyy-MM-dd hh:mm:ss.zzz"));
}

QString foreign_text(const std::string& text) {
  QString result = QString::fromUtf8(text.data(), static_cast<int>(text.size()));
  for (QChar& c : result) {
    const auto category = c.category();
    const bool is_harmless = category != QChar::Other_Control && category != QChar::Other_Format &&
                             category != QChar::Separator_Line &&
                             category != QChar::Separator_Paragraph;
    if (!is_harmless) c = QChar::ReplacementCharacter;
  }
  return result;
}

QString safe_file_name(const QString& text) {
  QString result;
  for (const QChar c : text) {
    const bool is_safe = c.isLetterOrNumber() || c == '-' || c == '_' || c == '.';
    result += is_safe ? c : QChar('_');
  }
  while (result.startsWith('.')) result.remove(0, 1);
  result.truncate(100);
  return result.isEmpty() ? QStringLiteral("capture") : result;
}

QString table_text(const QVector<QString>& names, size_t rows,
                   const std::function<QVariant(size_t row, int column)>& value, TableForm form) {
  QString text;
  if (form == TableForm::kCsv) {
    for (int i = 0; i < names.size(); ++i) text += (i == 0 ? "" : ",") + csv_cell(names[i]);
    text += '\n';
  } else {
    text += form == TableForm::kJson ? "[\n" : "---\n";
  }
  for (size_t i = 0; i < rows; ++i) {
    if (form == TableForm::kJson) text += "  {";
    for (int j = 0; j < names.size(); ++j) {
      const QVariant cell = value(i, j);
      switch (form) {
        case TableForm::kCsv:
          text += (j == 0 ? "" : ",") + csv_cell(cell);
          break;
        case TableForm::kJson:
          text += (j == 0 ? "" : ", ") + json_value(names[j]) + ": " + json_value(cell);
          break;
        case TableForm::kYaml:
          text += (j == 0 ? "- " : "  ") + names[j] + ": " + json_value(cell) + '\n';
          break;
      }
    }
    if (form == TableForm::kCsv) text += '\n';
    if (form == TableForm::kJson) text += i + 1 < rows ? "},\n" : "}\n";
  }
  if (form == TableForm::kJson) text += "]\n";
  return text;
}

}  // namespace fanout::gui

#include "tap/report/svg.h"

#include <charconv>

#include "tap/report/html.h"

namespace fanout {

std::string number(double value) {
  char text[64];
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 2);
  std::string_view digits(text, static_cast<size_t>(end - text));
  while (digits.back() == '0') digits.remove_suffix(1);
  if (digits.back() == '.') digits.remove_suffix(1);
  return std::string(digits);
}

void begin_chart(const ChartTexts& texts, double height, Buffer& output) {
  const std::string id(texts.id);
  output << "<svg id=\"" << id << "\" role=\"img\" width=\"100%\" height=\"" << number(height)
         << "\" aria-labelledby=\"" << id << "-title " << id << "-text\">\n<title id=\"" << id
         << "-title\">" << escaped(texts.title) << "</title>\n<desc id=\"" << id << "-text\">"
         << escaped(texts.description) << "</desc>\n";
}

void write_text(std::string_view attributes, std::string_view x, double y, std::string_view text,
                Buffer& output) {
  output << "<text " << attributes << " x=\"" << x << "\" y=\"" << number(y) << "\">" << text
         << "</text>\n";
}

}  // namespace fanout

#include "tap/report/html.h"

#include <memory>

#include <glib.h>

#include "tap/report/words.h"

namespace fanout {

std::string hash_source(std::string_view text) {
  const std::unique_ptr<GChecksum, decltype(&g_checksum_free)> checksum(
      g_checksum_new(G_CHECKSUM_SHA256), g_checksum_free);
  g_checksum_update(checksum.get(), reinterpret_cast<const guchar*>(text.data()),
                    static_cast<gssize>(text.size()));
  guint8 digest[32];
  gsize size = sizeof digest;
  g_checksum_get_digest(checksum.get(), digest, &size);
  const std::unique_ptr<gchar, decltype(&g_free)> base64(g_base64_encode(digest, size), g_free);
  return "'sha256-" + std::string(base64.get()) + "'";
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : printable(text, true)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, 1, ',');
  return digits;
}

std::string grouped(const Cardinality& count) {
  return (count.exact() ? "" : "~") + grouped(count.value);
}

std::string grouped(const Cardinality& count, std::string_view one, std::string_view more) {
  return grouped(count) + ' ' + std::string(count.value == 1 ? one : more);
}

std::string grouped(uint64_t count, std::string_view one, std::string_view more) {
  return grouped(Cardinality{count, count, count}, one, more);
}

std::string html_address(const Address& address) {
  return to_string(address) + network_suffix(address.network);
}

}  // namespace fanout

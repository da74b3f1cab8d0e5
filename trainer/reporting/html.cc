#include "trainer/reporting/html.h"

#include <xapian.h>

namespace irgan {
namespace {

bool turns_direction(unsigned c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

}  // namespace

std::string escaped(const std::string& text) {
  std::string result;
  for (Xapian::Utf8Iterator i(text); i != Xapian::Utf8Iterator(); ++i) {
    const unsigned c = *i;
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '"') {
      result += "&quot;";
    } else if (c == '\'') {
      result += "&#39;";
    } else if (c < ' ' || (c >= 0x7F && c < 0xA0)) {
      result += ' ';
    } else if (!turns_direction(c)) {
      Xapian::Unicode::append_utf8(result, c);
    }
  }
  return result;
}

std::string table(const std::string& caption, const std::vector<std::string>& headings,
                  const std::vector<std::vector<std::string>>& rows) {
  std::string text = "<div class=\"wide\"><table><caption>" + escaped(caption) + "</caption>\n<thead><tr>";
  for (const std::string& heading : headings) text += "<th scope=\"col\">" + escaped(heading) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    text += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      text += i == 0 ? "<th scope=\"row\">" + escaped(row[i]) + "</th>" : "<td>" + escaped(row[i]) + "</td>";
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string chart(const std::string& id, const std::string& caption, const std::string& says,
                  const std::vector<std::string>& headings, const std::vector<std::vector<std::string>>& rows) {
  return "<figure>\n<figcaption id=\"" + id + "-caption\">" + escaped(caption) + "</figcaption>\n<p>" + escaped(says) +
         "</p>\n<div class=\"chart\"><canvas id=\"" + id + "\" role=\"img\" aria-labelledby=\"" + id +
         "-caption\"></canvas></div>\n<details><summary>The figures as a table</summary>\n" +
         table(caption, headings, rows) + "</details>\n</figure>\n";
}

}  // namespace irgan

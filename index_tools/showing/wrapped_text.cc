#include "index_tools/showing/wrapped_text.h"

#include <algorithm>
#include <cassert>

namespace irgan {
namespace {

// How much of a word that is longer than `room` goes on the line.
std::size_t break_of(const std::string& word, std::size_t room) {
  const std::size_t mark = word.find_last_of("|,", room - 1);
  return mark == std::string::npos || mark == 0 ? room : mark + 1;
}

class Wrapping {
 public:
  explicit Wrapping(const Lines& lines)
      : lines_(lines), end_(lines.width - lines.mark.size()), column_(std::min(lines.first, end_)) {
    assert(lines.width > lines.indent + lines.mark.size());
  }

  void add(std::string word) {
    if (!line_is_empty_ && column_ + 1 + word.size() > end_) new_line(lines_.mark);
    if (line_is_empty_ && column_ > lines_.indent && column_ + word.size() > end_) new_line(lines_.mark);
    while (line_is_empty_ && column_ + word.size() > end_) {
      const std::size_t kept = break_of(word, end_ - column_);
      text_ += word.substr(0, kept);
      word.erase(0, kept);
      new_line("");
    }
    if (!line_is_empty_) text_ += ' ', ++column_;
    text_ += word;
    column_ += word.size();
    line_is_empty_ = false;
  }

  void new_line(const std::string& mark) {
    text_ += mark + '\n' + std::string(lines_.indent, ' ');
    column_ = lines_.indent;
    line_is_empty_ = true;
  }

  std::string take() { return std::move(text_); }

 private:
  const Lines& lines_;
  const std::size_t end_;
  std::size_t column_;
  bool line_is_empty_ = true;
  std::string text_;
};

}  // namespace

std::string wrapped(const std::string& text, const Lines& lines) {
  Wrapping wrapping(lines);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
    if (end > begin) wrapping.add(text.substr(begin, end - begin));
    if (end < text.size() && text[end] == '\n') wrapping.new_line("");
    begin = end + 1;
  }
  return wrapping.take();
}

}  // namespace irgan

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

std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_data(const std::string& line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first == std::string::npos || std::string("{}[]\"").find(line[first]) != std::string::npos ||
         line.find_first_of("\t\r\x1b") != std::string::npos;
}

// Where the last column begins if the line has several, with two spaces or more before each: words, not too far right.
std::size_t last_column(const std::string& line) {
  constexpr std::size_t kFurthest = 36;
  const std::size_t indent = line.find_first_not_of(' ');
  std::size_t last = indent + 2;
  for (std::size_t gap = line.find("  ", indent); gap < kFurthest; gap = line.find("  ", gap)) {
    gap = line.find_first_not_of(' ', gap);
    if (gap > kFurthest) break;
    last = gap;
  }
  return last;
}

}  // namespace

std::string fitted_line(const std::string& line, std::size_t width) {
  constexpr std::size_t kLeast = 20;  // columns that text needs
  if (columns_of(line) <= width || is_data(line)) return line;
  std::size_t column = last_column(line);
  if (column + kLeast > width) column = 2;
  const bool has_two = line.find_first_not_of(' ') + 2 != column;
  const std::size_t head = has_two ? column : line.find_first_not_of(' ');
  return line.substr(0, head) + wrapped(line.substr(head), {width, head, column});
}

FittedLines::int_type FittedLines::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  line_ += traits_type::to_char_type(c);
  if (c != '\n') return c;
  line_.pop_back();
  const std::string text = (has_begun_ ? line_ : fitted_line(line_, width_)) + '\n';
  line_.clear();
  has_begun_ = false;
  const auto size = static_cast<std::streamsize>(text.size());
  return sink_->sputn(text.data(), size) == size && sink_->pubsync() == 0 ? c : traits_type::eof();
}

int FittedLines::sync() {
  if (!line_.empty()) {
    const std::string erased = "\x1b[K";  // ends what a progress bar draws, which is not part of the line
    has_begun_ =
        line_.size() < erased.size() || line_.compare(line_.size() - erased.size(), erased.size(), erased) != 0;
    const auto size = static_cast<std::streamsize>(line_.size());
    if (sink_->sputn(line_.data(), size) != size) return -1;
    line_.clear();
  }
  return sink_->pubsync();
}

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

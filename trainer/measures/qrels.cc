#include "irgan/qrels.h"

#include <algorithm>

#include "trainer/machine/numbers.h"
#include "trainer/machine/text_input.h"

namespace irgan {
namespace {

constexpr std::size_t kQrelsColumns = 4;
constexpr const char* kQrelsForm = "'query iteration document label'";

int parse_label(std::string_view word, const TextInput& input) {
  int label = 0;
  if (!parse_number(word, label)) {
    throw FormatError(input.place() + ": the label '" + std::string(word) + "' is not an integer");
  }
  return label;
}

}  // namespace

std::vector<std::string_view> trec_columns(std::string_view line) {
  constexpr std::string_view blanks = " \t";
  std::vector<std::string_view> columns;
  for (std::size_t begin = line.find_first_not_of(blanks); begin != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(blanks, begin), line.size());
    columns.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(blanks, end);
  }
  return columns;
}

Qrels read_qrels(const std::string& path) {
  TextInput input(path);
  Qrels qrels;
  for (std::string_view line; input.next(line);) {
    const std::vector<std::string_view> columns = trec_columns(line);
    if (columns.empty()) continue;
    if (columns.size() != kQrelsColumns) {
      throw FormatError(input.place() + ": " + std::to_string(columns.size()) +
                        " columns where judgments have 4: " + kQrelsForm);
    }
    ++qrels.num_lines;
    const std::string query_id(columns[0]);
    const std::string document_id(columns[2]);
    const int label = parse_label(columns[3], input);
    const auto [judgment, is_new] = qrels.by_query[query_id].emplace(document_id, label);
    if (!is_new && judgment->second != label) {
      throw FormatError(input.place() + ": document '" + document_id + "' of query '" + query_id + "' has the label " +
                        std::to_string(label) + " here and " + std::to_string(judgment->second) +
                        " in an earlier line");
    }
  }
  if (qrels.by_query.empty()) {
    throw FormatError(input.path() + ": the file is empty; judgments have the columns " + kQrelsForm);
  }
  return qrels;
}

}  // namespace irgan

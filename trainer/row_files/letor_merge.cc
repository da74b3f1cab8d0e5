#include "trainer/row_files/letor_merge.h"

#include <string_view>
#include <unordered_map>

#include "trainer/machine/text_input.h"
#include "trainer/row_files/letor_line.h"

namespace irgan {
namespace {

// What stands behind qid: in a row that write_letor() wrote.
std::string_view query_in(std::string_view row, const std::string& place) {
  constexpr std::string_view kKey = " qid:";
  const std::size_t begin = row.find(kKey);
  const std::size_t comment = row.find('#');
  if (begin == row.npos || comment < begin) throw FormatError(place + ": a row without a qid");
  row.remove_prefix(begin + kKey.size());
  return row.substr(0, row.find(' '));
}

}  // namespace

std::size_t merge_letor(const std::vector<std::string>& paths, std::ostream& out) {
  std::string header;
  std::unordered_map<std::string, std::size_t> file_of_query;
  for (std::size_t file = 0; file < paths.size(); ++file) {
    TextInput input(paths[file]);
    std::string_view line;
    if (!input.next(line) || line.substr(0, kRowsHeader.size()) != kRowsHeader) {
      throw FormatError(paths[file] + ":1: not the first line of feature rows that 'features' wrote");
    }
    if (file == 0) out << (header = line) << '\n';
    if (line != header) {
      throw not_alike(paths[file] + ":1", paths.front());
    }
    std::string query;
    while (input.next(line)) {
      const std::string_view of_row = query_in(line, input.place());
      if (of_row != query) {
        query = of_row;
        const std::size_t first = file_of_query.emplace(query, file).first->second;
        if (first != file) {
          throw query_twice(input.place(), query, paths[first]);
        }
      }
      out << line << '\n';
    }
  }
  return file_of_query.size();
}

FormatError not_alike(const std::string& place, const std::string& first_path) {
  return FormatError(place + ": these rows were made of another index, log or options than those of " + first_path);
}

FormatError query_twice(const std::string& place, const std::string& query_id, const std::string& path_before) {
  return FormatError(place + ": query '" + query_id + "' stands in " + path_before + ", too");
}

}  // namespace irgan

#include "trainer/row_files/rows_files.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "trainer/row_files/letor_merge.h"
#include "trainer/row_files/row_file.h"
#include "trainer/row_files/rows_header.h"

namespace irgan {
namespace {

// Examples number the pools that follow those of `all`.
void append(TrainingData more, TrainingData& all) {
  const std::size_t num_before = all.pools.size();
  for (Pool& pool : more.pools) all.pools.push_back(std::move(pool));
  for (Example& example : more.examples) {
    example.pool += num_before;
    all.examples.push_back(std::move(example));
  }
}

TrainingData read_row_files(const std::vector<std::string>& paths, bool with_ids) {
  TrainingData all = read_row_file(paths.front(), with_ids);
  for (std::size_t i = 1; i < paths.size(); ++i) {
    TrainingData more = read_row_file(paths[i], with_ids);
    join_header(more, paths[i], paths.front(), all);
    append(std::move(more), all);
  }
  return all;
}

}  // namespace

void write_rows(const TrainingData& data, RowForm form, std::ostream& out) {
  if (form == RowForm::mapped) {
    write_row_file(data, out);
  } else {
    write_letor(data, out);
  }
}

TrainingData read_rows(const std::vector<std::string>& paths, const LetorOptions& options) {
  const bool is_mapped = is_row_file(paths.front());
  for (const std::string& path : paths) {
    if (is_row_file(path) == is_mapped) continue;
    throw FormatError(path + ": feature rows as " + (is_mapped ? "text" : "a mapped file") + ", those of " +
                      paths.front() +
                      " are not: bring them into one form (features --merge, with or without --mapped)");
  }
  return is_mapped ? read_row_files(paths, options.needs_ids) : read_letor(paths, options);
}

std::size_t merge_rows(const std::vector<std::string>& paths, RowForm form, std::ostream& out) {
  const bool all_text = std::none_of(paths.begin(), paths.end(), is_row_file);
  if (all_text && form == RowForm::text) return merge_letor(paths, out);
  TrainingData all;
  std::unordered_map<std::string, std::size_t> file_of_query;
  LetorOptions reading;
  reading.needs_ids = true;
  for (std::size_t file = 0; file < paths.size(); ++file) {
    TrainingData more = read_rows({paths[file]}, reading);
    if (file > 0 && header_of(more) != header_of(all)) throw not_alike(paths[file], paths.front());
    for (const Pool& pool : more.pools) {
      const std::size_t first = file_of_query.emplace(pool.query_id, file).first->second;
      if (first != file) throw query_twice(paths[file], pool.query_id, paths[first]);
    }
    if (file == 0) {
      all = std::move(more);
    } else {
      append(std::move(more), all);
    }
  }
  write_rows(all, form, out);
  return file_of_query.size();
}

}  // namespace irgan

#include "trainer/row_files/letor_lists.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "irgan/errors.h"

namespace irgan {
namespace {

/// Neighbouring rows of one query, each document once; places in the file's rows.
struct Run {
  std::vector<std::size_t> rows;
  std::unordered_set<std::string> documents;
};

/// A query's runs, by their places among all.
using RunsOfQuery = std::vector<std::size_t>;

class ListMaker {
 public:
  ListMaker(std::vector<LetorRow> rows, const LetorListRules& rules) : rows_(std::move(rows)), rules_(rules) {
    for (std::size_t row = 0; row < rows_.size(); ++row) add(row);
  }

  LetorLists lists() {
    LetorLists result;
    for (const std::string& query : queries_) {
      const RunsOfQuery& runs = runs_of_.at(query);
      if (runs.size() > 1 && !stands_as_it_is(query, runs)) {
        gather(query, runs);
        ++result.num_gathered;
      }
    }
    for (Run& run : runs_) {
      if (run.rows.empty()) continue;  // put together with another
      result.lists.push_back({rows_[run.rows.front()].line.query_id, {}});
      for (const std::size_t row : run.rows) result.lists.back().lines.push_back(std::move(rows_[row].line));
    }
    return result;
  }

 private:
  void add(std::size_t row) {
    const LetorLine& line = rows_[row].line;
    const bool is_next = runs_.empty() || rows_[runs_.back().rows.front()].line.query_id != line.query_id ||
                         runs_.back().documents.count(line.document_id) > 0;
    if (is_next) {
      runs_.emplace_back();
      RunsOfQuery& known = runs_of_[line.query_id];
      if (known.empty()) queries_.push_back(line.query_id);
      known.push_back(runs_.size() - 1);
    }
    runs_.back().rows.push_back(row);
    if (!line.document_id.empty()) runs_.back().documents.insert(line.document_id);
  }

  // Whether each run is a list of its own: false where all rows are one list.
  bool stands_as_it_is(const std::string& query, const RunsOfQuery& runs) const {
    std::unordered_map<std::string, std::size_t> counts;
    std::size_t most = 1;
    const LetorRow* second = nullptr;  // the first row of a document that stood before
    for (const std::size_t run : runs) {
      for (const std::size_t row : runs_[run].rows) {
        const std::string& id = rows_[row].line.document_id;
        if (id.empty()) continue;
        most = std::max(most, ++counts[id]);
        if (second == nullptr && most > 1) second = &rows_[row];
      }
    }
    if (second == nullptr) return false;
    if (most < runs.size()) {
      refuse(*second, query,
             ", and the rows of that query do not stand together, so that its lists cannot be told apart: "
             "sort the rows by query and page");
    }
    const auto has_all = [&](std::size_t run) { return runs_[run].documents.size() == counts.size(); };
    if (rules_.is_foreign && !std::all_of(runs.begin(), runs.end(), has_all)) {
      refuse(*second, query, ": leave one of the two out, or give each list of the query a qid of its own");
    }
    return true;
  }

  void gather(const std::string& query, const RunsOfQuery& runs) {
    std::vector<std::size_t>& all = runs_[runs.front()].rows;
    for (std::size_t i = 1; i < runs.size(); ++i) {
      std::vector<std::size_t>& more = runs_[runs[i]].rows;
      all.insert(all.end(), more.begin(), more.end());
      more.clear();
    }
    if (rules_.has_pages) require_one_page(query, all);
    if (rules_.first_stage_feature > 0) {
      std::stable_sort(all.begin(), all.end(), [&](std::size_t a, std::size_t b) {
        return first_stage_score(rows_[a].line) > first_stage_score(rows_[b].line);
      });
    }
    std::stable_partition(all.begin(), all.end(), [&](std::size_t row) { return !rows_[row].line.is_added; });
  }

  void require_one_page(const std::string& query, const std::vector<std::size_t>& rows) const {
    std::set<int> ranks;
    for (const std::size_t row : rows) {
      const int rank = rows_[row].line.rank;
      if (rank == 0 || ranks.insert(rank).second) continue;
      throw FormatError(place(rows_[row]) + ": rank " + std::to_string(rank) + " stands in query '" + query +
                        "' a second time, and the rows of that query do not stand together, so that its pages cannot "
                        "be told apart: sort the rows by query and page");
    }
  }

  double first_stage_score(const LetorLine& line) const {
    for (const auto& [index, value] : line.features) {
      if (index == rules_.first_stage_feature) return value;
    }
    return -std::numeric_limits<double>::infinity();
  }

  std::string place(const LetorRow& row) const { return rules_.path + ":" + std::to_string(row.number); }

  [[noreturn]] void refuse(const LetorRow& row, const std::string& query, const std::string& remedy) const {
    throw FormatError(place(row) + ": document '" + row.line.document_id + "' stands in query '" + query +
                      "' a second time" + remedy);
  }

  std::vector<LetorRow> rows_;
  const LetorListRules& rules_;
  std::vector<Run> runs_;
  std::vector<std::string> queries_;  // by first row
  std::unordered_map<std::string, RunsOfQuery> runs_of_;
};

}  // namespace

LetorLists lists_of(std::vector<LetorRow> rows, const LetorListRules& rules) {
  return ListMaker(std::move(rows), rules).lists();
}

}  // namespace irgan

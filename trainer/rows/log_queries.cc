#include "irgan/log_queries.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

#include "plugin/src/model/base64.h"
#include "trainer/machine/hash.h"
#include "trainer/rows/evidence_reader.h"
#include "trainer/text/query_words.h"

namespace irgan {
namespace {

struct Counted {
  QueryRow query;
  std::string words;
  LogQueries::Use use;
};

std::string id_of_words(const std::string& words_key) {
  char id[24];
  std::snprintf(id, sizeof id, "q%016llx", static_cast<unsigned long long>(text_hash(words_key)));
  return id;
}

// On one line, and without what parts columns.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  return line;
}

std::string decoded(std::string_view base64) {
  std::optional<std::string> bytes = decode_base64(std::string(base64));
  if (!bytes) {
    throw FormatError("the log's column serialised_query is no base64: '" + std::string(base64.substr(0, 40)) +
                      "'; write Xapian::Query::serialise() in base64");
  }
  return std::move(*bytes);
}

/// The queries so far, by their words.
class Counting {
 public:
  void add(const ClickRow& row) {
    const bool is_only_serialised = row.query.empty() && !row.serialised_query.empty() && !row.query_id.empty();
    if (row.query.empty() && !is_only_serialised) {
      ++num_without_words_;
      return;
    }
    const std::string_view text = is_only_serialised ? row.query_id : row.query;
    if (last_ == nullptr || text != last_text_ || is_only_serialised != is_last_serialised_) {
      last_text_ = text;
      is_last_serialised_ = is_only_serialised;
      last_ = is_only_serialised ? &place_of_id(text) : &place_of(text);
    }
    if (last_->query.serialised_query.empty() && !row.serialised_query.empty())
      last_->query.serialised_query = decoded(row.serialised_query);
    last_->use.rows += row.count;
    if (row.clicked) last_->use.clicks += row.count;
  }

  LogQueries finish(const LogQueryOptions& options) {
    LogQueries result;
    result.num_without_words = num_without_words_;
    result.num_distinct = by_words_.size();
    std::vector<Counted*> order;
    for (auto& [words, counted] : by_words_) {
      if (counted.use.clicks == 0.0) ++result.num_unclicked;
      if (counted.use.clicks > 0.0 || !options.only_clicked) order.push_back(&counted);
    }
    std::sort(order.begin(), order.end(), [](const Counted* a, const Counted* b) {
      return a->use.rows != b->use.rows ? a->use.rows > b->use.rows : a->words < b->words;
    });
    if (order.size() > options.max_queries) {
      result.num_rare = order.size() - options.max_queries;
      order.resize(options.max_queries);
    }
    for (Counted* counted : order) {
      result.queries.push_back(std::move(counted->query));
      result.uses.push_back(counted->use);
    }
    return result;
  }

 private:
  Counted& place_of(std::string_view text) {
    std::string words = query_words_key(text);
    Counted& counted = by_words_[words];
    if (counted.query.id.empty()) {
      counted.query.id = id_of_words(words);
      counted.query.text = one_line(text);
      counted.words = std::move(words);
    }
    return counted;
  }

  // A program's own query, of which nobody knows what was typed.
  Counted& place_of_id(std::string_view id) {
    std::string key("\0", 1);
    key += id;
    Counted& counted = by_words_[key];
    counted.query.id = id;
    counted.words = std::move(key);
    return counted;
  }

  std::unordered_map<std::string, Counted> by_words_;
  std::string last_text_;
  bool is_last_serialised_ = false;
  Counted* last_ = nullptr;  // rows of one page follow each other
  std::uint64_t num_without_words_ = 0;
};

}  // namespace

LogQueries queries_of_log(const std::vector<std::string>& clicks, const ClickLogOptions& reading,
                          const LogQueryOptions& options) {
  Counting counting;
  read_ahead(clicks, reading, [&](const ClickRow& row) { counting.add(row); });
  LogQueries result = counting.finish(options);
  if (result.num_distinct == 0) {
    throw Error(clicks.front() +
                ": the log has no words of searches, only ids: name the file of queries with those ids, or the column "
                "of words (query=THEIRS)");
  }
  return result;
}

std::string log_query_id(std::string_view words) { return id_of_words(query_words_key(words)); }

void write_queries(const std::vector<QueryRow>& queries, std::ostream& out) {
  const bool has_serialised =
      std::any_of(queries.begin(), queries.end(), [](const QueryRow& row) { return !row.serialised_query.empty(); });
  if (has_serialised) out << "qid\tquery_text\tquery\n";
  for (const QueryRow& row : queries) {
    out << row.id << '\t' << row.text;
    if (has_serialised) out << '\t' << encode_base64(row.serialised_query);
    out << '\n';
  }
}

}  // namespace irgan

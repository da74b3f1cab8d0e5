#include "plugin/src/features/remote_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "plugin/src/features/field_lengths.h"
#include "plugin/src/features/index_state.h"

namespace irgan {
namespace {

using Xapian::Query;

// Ties at the window's edge may fall otherwise in our search than in the application's.
constexpr Xapian::doccount kSlack = 50;
constexpr int kMostSingleDocuments = 20;
constexpr double kExactIntegers = 9007199254740992.0;  // doubles hold whole numbers up to 2^53

Query any_of(const std::vector<std::string>& terms) { return Query(Query::OP_OR, terms.begin(), terms.end()); }

// How many terms' wdfs one weight holds, if none reaches `base`.
std::size_t num_packed(double base) {
  std::size_t count = 1;
  for (double power = base * base; power <= kExactIntegers; power *= base) ++count;
  return count;
}

template <class Value>
std::vector<Value> taken(std::vector<Value>& from, std::size_t count) {
  const auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(count, from.size()));
  std::vector<Value> some(from.begin(), end);
  from.erase(from.begin(), end);
  return some;
}

}  // namespace

RemoteIndex::RemoteIndex(Xapian::Database db, const Query& query, const std::vector<Xapian::docid>& docids,
                         Xapian::valueno id_slot, std::function<void()> before_trip)
    : db_(std::move(db)), before_trip_(std::move(before_trip)), id_slot_(id_slot) {
  for (const Xapian::docid docid : docids) rows_[docid];
  find_ids(query);
}

void RemoteIndex::find_ids(const Query& query) {
  before_trip_();
  Xapian::Enquire enquire(db_);
  enquire.set_query(query);
  enquire.set_sort_by_relevance_then_value(id_slot_, false);
  const Xapian::MSet found = enquire.get_mset(0, static_cast<Xapian::doccount>(rows_.size()) + kSlack);
  for (auto hit = found.begin(); hit != found.end(); ++hit) {
    const auto row = rows_.find(*hit);
    if (row != rows_.end()) row->second.id_term = hit.get_sort_key();
  }
  int num_left = kMostSingleDocuments;
  for (auto& [docid, row] : rows_) {
    if (!row.id_term.empty()) continue;
    if (num_left-- == 0)
      throw Error("too many candidates are not found by Xapian's default weighting, which their ids are asked by");
    before_trip_();
    row.id_term = db_.get_document(docid).get_value(id_slot_);
    if (row.id_term.empty())
      throw Error("document " + std::to_string(docid) + " has no id in value slot " + std::to_string(id_slot_));
  }
}

std::set<Xapian::docid> RemoteIndex::admit(const std::vector<NamedDocument>& documents,
                                           const std::optional<Query>& query) {
  std::vector<std::string> id_terms;
  for (const NamedDocument& document : documents) id_terms.push_back(document.id_term);
  if (id_terms.empty()) return {};
  const Query named(Query::OP_SCALE_WEIGHT, any_of(id_terms), 0.0);
  Xapian::Enquire enquire(db_);
  enquire.set_query(query ? Query(Query::OP_FILTER, named, *query) : named);
  enquire.set_sort_by_relevance_then_value(id_slot_, false);
  before_trip_();
  const Xapian::MSet found = enquire.get_mset(0, static_cast<Xapian::doccount>(documents.size()));
  std::unordered_map<Xapian::docid, std::string> id_of;  // a docid may have gone to another document since
  for (auto hit = found.begin(); hit != found.end(); ++hit) id_of.emplace(*hit, hit.get_sort_key());
  std::set<Xapian::docid> admitted;
  for (const NamedDocument& document : documents) {
    const auto known = id_of.find(document.docid);
    if (known == id_of.end() || known->second != document.id_term) continue;
    rows_[document.docid].id_term = document.id_term;
    admitted.insert(document.docid);
  }
  return admitted;
}

Xapian::doccount RemoteIndex::num_found(const std::vector<Xapian::docid>& docids, const Query& query) const {
  std::vector<std::string> id_terms;
  for (const Xapian::docid docid : docids) id_terms.push_back(id_term(docid));
  if (id_terms.empty()) return 0;
  Xapian::Enquire enquire(db_);
  enquire.set_query(Query(Query::OP_FILTER, Query(Query::OP_SCALE_WEIGHT, any_of(id_terms), 0.0), query));
  before_trip_();
  return enquire.get_mset(0, static_cast<Xapian::doccount>(docids.size())).size();
}

void RemoteIndex::count_documents(const std::vector<std::string>& terms) {
  std::vector<std::string> fresh;
  for (const std::string& term : terms) {
    if (frequencies_.emplace(term, 0).second) fresh.push_back(term);
  }
  if (fresh.empty()) return;
  before_trip_();
  Xapian::Enquire enquire(db_);
  enquire.set_query(any_of(fresh));
  const Xapian::MSet counts = enquire.get_mset(0, 0);
  for (const std::string& term : fresh) frequencies_[term] = counts.get_termfreq(term);
}

void RemoteIndex::prepare_frequencies(const std::function<std::vector<std::string>()>& terms) {
  count_documents(terms());
}

void RemoteIndex::prepare(const std::function<ReadingList()>& list) {
  ReadingList wanted = list();
  std::vector<std::string> all;
  for (const std::vector<std::string>& word : wanted.words) all.insert(all.end(), word.begin(), word.end());
  count_documents(all);
  std::vector<std::string> terms;
  for (const std::vector<std::string>& word : wanted.words) {
    const auto known =
        std::find_if(word.begin(), word.end(), [this](const std::string& term) { return frequency(term) > 0; });
    if (known != word.end() && std::find(terms.begin(), terms.end(), *known) == terms.end()) terms.push_back(*known);
  }
  std::vector<Xapian::valueno>& slots_left = wanted.slots;
  std::sort(slots_left.begin(), slots_left.end());
  slots_left.erase(std::unique(slots_left.begin(), slots_left.end()), slots_left.end());
  const std::size_t num_terms = num_packed(db_.get_doclength_upper_bound() + 1.0);
  while (!terms.empty() || !slots_left.empty()) fetch_packed(taken(terms, num_terms), taken(slots_left, 2));
}

void RemoteIndex::fetch_packed(const std::vector<std::string>& terms, const std::vector<Xapian::valueno>& slots) {
  const double base = db_.get_doclength_upper_bound() + 1.0;
  std::vector<std::string> id_terms;
  for (const auto& row : rows_) id_terms.push_back(row.second.id_term);
  std::vector<Query> scaled;
  double factor = 1.0;
  for (const std::string& term : terms) {
    scaled.emplace_back(Query::OP_SCALE_WEIGHT, Query(term), factor);
    factor *= base;
  }
  const Query candidates(Query::OP_SCALE_WEIGHT, any_of(id_terms), 0.0);
  const Query packed(Query::OP_OR, scaled.begin(), scaled.end());
  Xapian::Enquire enquire(db_);
  enquire.set_query(terms.empty() ? candidates : Query(Query::OP_AND_MAYBE, candidates, packed));
  enquire.set_weighting_scheme(Xapian::TfIdfWeight("nnn"));
  if (!slots.empty()) enquire.set_sort_by_relevance_then_value(slots[0], false);
  if (slots.size() > 1) enquire.set_collapse_key(slots[1], static_cast<Xapian::doccount>(rows_.size()));
  before_trip_();
  const Xapian::MSet found = enquire.get_mset(0, static_cast<Xapian::doccount>(rows_.size()));
  for (auto hit = found.begin(); hit != found.end(); ++hit) {
    const auto row = rows_.find(*hit);
    if (row == rows_.end()) continue;
    double weight = hit.get_weight();
    for (const std::string& term : terms) {
      const double wdf = std::fmod(weight, base);
      weight = (weight - wdf) / base;
      if (wdf > 0.0) row->second.wdf[term] = wdf;
    }
    if (!slots.empty() && !hit.get_sort_key().empty()) row->second.value[slots[0]] = hit.get_sort_key();
    if (slots.size() > 1 && !hit.get_collapse_key().empty()) row->second.value[slots[1]] = hit.get_collapse_key();
  }
}

std::string RemoteIndex::state() const { return index_state(db_).text; }

Xapian::doccount RemoteIndex::num_documents() const { return db_.get_doccount(); }

Xapian::doccount RemoteIndex::add_wdfs(const std::string& term, const std::vector<Xapian::docid>& docids,
                                       Eigen::Ref<Eigen::VectorXd> wdfs) const {
  for (std::size_t i = 0; i < docids.size(); ++i) {
    const Row& row = rows_.at(docids[i]);
    const auto wdf = row.wdf.find(term);
    if (wdf != row.wdf.end()) wdfs[static_cast<Eigen::Index>(i)] += wdf->second;
  }
  return frequency(term);
}

Xapian::doccount RemoteIndex::frequency(const std::string& term) const {
  const auto known = frequencies_.find(term);
  if (known != frequencies_.end()) return known->second;
  before_trip_();
  return db_.get_termfreq(term);
}

Xapian::termcount RemoteIndex::collection_frequency(const std::string& term) const {
  before_trip_();
  return db_.get_collection_freq(term);
}

Eigen::MatrixXd RemoteIndex::slot_numbers(const std::vector<Xapian::valueno>& slots,
                                          const std::vector<Xapian::docid>& docids) const {
  Eigen::MatrixXd numbers(static_cast<Eigen::Index>(docids.size()), static_cast<Eigen::Index>(slots.size()));
  for (std::size_t i = 0; i < docids.size(); ++i) {
    const Row& row = rows_.at(docids[i]);
    for (std::size_t k = 0; k < slots.size(); ++k) {
      const auto value = row.value.find(slots[k]);
      numbers(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) =
          value == row.value.end() ? std::numeric_limits<double>::quiet_NaN()
                                   : Xapian::sortable_unserialise(value->second);
    }
  }
  return numbers;
}

ComparableTexts RemoteIndex::slot_texts(Xapian::valueno slot, const std::vector<Xapian::docid>& docids) const {
  std::vector<std::string> texts(docids.size());
  for (std::size_t i = 0; i < docids.size(); ++i) {
    const Row& row = rows_.at(docids[i]);
    const auto value = row.value.find(slot);
    if (value != row.value.end()) texts[i] = value->second;
  }
  return comparable_texts(texts);
}

Eigen::VectorXd RemoteIndex::document_lengths(const std::vector<Xapian::docid>& docids) const {
  Eigen::VectorXd lengths(static_cast<Eigen::Index>(docids.size()));
  for (std::size_t i = 0; i < docids.size(); ++i) {
    before_trip_();
    lengths[static_cast<Eigen::Index>(i)] = static_cast<double>(db_.get_doclength(docids[i]));
  }
  return lengths;
}

std::vector<std::vector<double>> RemoteIndex::field_lengths(const std::vector<TextField>& fields,
                                                            const std::vector<Xapian::docid>& docids) const {
  std::vector<std::vector<double>> lengths;
  lengths.reserve(docids.size());
  for (const Xapian::docid docid : docids) {
    before_trip_();
    lengths.push_back(irgan::field_lengths(db_, docid, fields));
  }
  return lengths;
}

}  // namespace irgan

#include "irgan/index_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "plugin/src/features/index_state.h"
#include "plugin/src/features/xapian_versions.h"
#include "plugin/src/fit/term_sample.h"
#include "plugin/src/process/fork_gate.h"

namespace irgan {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
// Bounds of the fit, as IndexFit states them.
constexpr double kMostLost = 0.5;
constexpr double kMostClicksLost = 0.9;
constexpr double kMostStemsMoved = 0.25;
// What is less is not worth a word.
constexpr double kLeastLost = 0.005;
constexpr double kLeastClicksLost = 0.2;
constexpr double kLeastStemsMoved = 0.1;
constexpr double kLeastMoved = 0.2;
constexpr double kSureDeviations = 3.0;  // by which shares of a sample must differ to be taken for different

std::string percent(double share) {
  const long rounded = std::lround(100.0 * share);
  if (rounded == 0 && share > 0.0) return "less than 1 %";
  if (rounded == 100 && share < 1.0) return "more than 99 %";
  return std::to_string(rounded) + " %";
}

double share_with_value(const Xapian::Database& db, Xapian::valueno slot) {
  if (slot == Xapian::BAD_VALUENO) return kUnknown;
  return static_cast<double>(db.get_value_freq(slot)) / static_cast<double>(db.get_doccount());
}

// What the features read: the rest of a schema may be missing.
struct Reads {
  std::set<std::size_t> words;  // fields
  std::set<std::size_t> texts;  // fields
  std::set<std::size_t> values;
};

Reads reads_of(const FeatureSchema& schema) {
  Reads reads;
  for (const FeatureColumn& column : parse_features(schema)) {
    if (column.source == FeatureSource::value) reads.values.insert(column.index);
    if (column.source != FeatureSource::field) continue;
    (compares_text(column.field_feature) ? reads.texts : reads.words).insert(column.index);
  }
  return reads;
}

/// One comparison of an index with what a model knows.
class Comparison {
 public:
  Comparison(const Xapian::Database& db, const FeatureSchema& schema, const IndexFacts& facts)
      : db_(db), schema_(schema), facts_(facts), is_remote_(has_remote_shard(db)) {
    if (!is_remote_) sample_.emplace(db, schema);
    const bool knows_shares = facts.shares && facts.shares->fields.size() == schema.fields.size() &&
                              facts.shares->values.size() == schema.values.size();
    if (knows_shares) then_ = *facts.shares;
    then_.fields.resize(schema.fields.size());
    then_.values.resize(schema.values.size(), kUnknown);
  }

  IndexFit result() {
    compare_index();
    const Reads reads = reads_of(schema_);
    for (const std::size_t field : reads.words) compare_words(field);
    for (const std::size_t field : reads.texts) compare_text(field);
    for (const std::size_t value : reads.values) compare_value(value);
    if (!reads.words.empty()) compare_stems();
    return std::move(fit_);
  }

 private:
  void add(DriftKind kind, std::string fact, bool breaks_fit = false) {
    fit_.drifts.push_back({kind, std::move(fact), breaks_fit});
  }

  void compare_index() {
    if (facts_.uuid.empty()) return;
    if (facts_.uuid != db_.get_uuid())
      add(DriftKind::other_index, "the model was trained on another index or before it was rebuilt");
    const auto moved = [](double then, double now) { return std::abs(now - then) > kLeastMoved * std::max(then, 1.0); };
    if (moved(static_cast<double>(facts_.num_documents), static_cast<double>(db_.get_doccount()))) {
      add(DriftKind::num_documents, "documents: " + std::to_string(facts_.num_documents) + " then, " +
                                        std::to_string(db_.get_doccount()) + " now");
    }
    if (moved(facts_.average_length, db_.get_avlength())) {
      add(DriftKind::average_length, "terms a document: " + std::to_string(std::lround(facts_.average_length)) +
                                         " then, " + std::to_string(std::lround(db_.get_avlength())) + " now");
    }
    if (!is_remote_ && !facts_.id_prefix.empty() && !has_terms(facts_.id_prefix))
      add(DriftKind::ids, "no document has a unique id under the prefix '" + facts_.id_prefix + "'");
  }

  bool has_terms(const std::string& prefix) const { return db_.allterms_begin(prefix) != db_.allterms_end(prefix); }

  // "31 % of the documents lack what", or what is gone altogether.
  void report_lost(DriftKind kind, double now, double then, const std::string& what, double most, double least) {
    const double lost = std::isnan(then) ? (now > 0.0 ? 0.0 : 1.0) : (then > now ? 1.0 - now / then : 0.0);
    if (lost <= least) return;
    const std::string before = std::isnan(then) || then >= 1.0 ? "" : ", " + percent(1.0 - then) + " in training";
    add(kind,
        (now > 0.0 ? percent(1.0 - now) + " of the documents lack " : std::string("no document has ")) + what + before,
        lost > most);
  }

  static std::string slot_text(Xapian::valueno slot) { return " (value slot " + std::to_string(slot) + ")"; }

  void compare_words(std::size_t number) {
    const TextField& field = schema_.fields[number];
    const double length = share_with_value(db_, field.length_slot);
    if (field.from_clicks) {
      report_lost(DriftKind::clicks, length, then_.fields[number].length,
                  "the words of clicked queries of field '" + field.name + "'" + slot_text(field.length_slot),
                  kMostClicksLost, kLeastClicksLost);
      return;
    }
    if (!std::isnan(length)) {
      const double then = then_.fields[number].length;
      report_lost(DriftKind::lengths, length, std::isnan(then) ? 1.0 : then,
                  "the length of field '" + field.name + "'" + slot_text(field.length_slot), 1.0, kLeastLost);
    }
    if (!is_remote_) compare_terms(number);
  }

  void compare_terms(std::size_t number) {
    const TextField& field = schema_.fields[number];
    const double then = then_.fields[number].terms;
    const std::string what = "words of field '" + field.name + "' (" +
                             (field.prefix.empty() ? "terms without a prefix" : "prefix '" + field.prefix + "'") + ")";
    const bool is_gone = field.prefix.empty() ? std::isnan(then) && sample_->terms(number) == 0.0
                                              : !has_terms(field.prefix) && !has_terms("Z" + field.prefix);
    if (is_gone && !(then == 0.0)) {
      add(DriftKind::terms, "no document has " + what, true);
      return;
    }
    const double now = sample_->terms(number);
    const double size = static_cast<double>(sample_->num_documents());
    const double deviation = std::sqrt((then * (1.0 - then) + now * (1.0 - now)) / size);
    if (!(then - now > kSureDeviations * deviation)) return;  // nothing is known, or it may be chance
    report_lost(DriftKind::terms, now, then, what, kMostLost, kLeastLost);
  }

  void compare_text(std::size_t number) {
    const TextField& field = schema_.fields[number];
    report_lost(DriftKind::text, share_with_value(db_, field.text_slot), then_.fields[number].text,
                "the text of field '" + field.name + "'" + slot_text(field.text_slot), kMostLost, kLeastLost);
  }

  void compare_value(std::size_t number) {
    const ValueField& value = schema_.values[number];
    const bool clicks = value.from_clicks;
    report_lost(clicks ? DriftKind::clicks : DriftKind::value, share_with_value(db_, value.slot), then_.values[number],
                "the value '" + value.name + "'" + slot_text(value.slot), clicks ? kMostClicksLost : kMostLost,
                clicks ? kLeastClicksLost : kLeastLost);
  }

  void compare_stems() {
    if (is_remote_) return;
    const double now = sample_->stems();
    const double moved = std::abs(now - then_.stems);
    if (!(moved > kLeastStemsMoved)) return;
    add(DriftKind::stems,
        percent(now) + " of the words stand beside their stem by the model's stemmer '" + schema_.stemmer + "', " +
            percent(then_.stems) + " in training: the index has another stemmer, or stems otherwise",
        moved > kMostStemsMoved);
  }

  const Xapian::Database& db_;
  const FeatureSchema& schema_;
  const IndexFacts& facts_;
  const bool is_remote_;
  std::optional<TermSample> sample_;  // nothing behind a server
  IndexShares then_;
  IndexFit fit_;
};

/// The answers for the last few states of indexes, so that a program that makes an Enquire for each search does not ask
/// each time.
///
/// Threads: safe
class KnownFits {
 public:
  std::shared_ptr<const IndexFit> find(const std::string& key) {
    const std::lock_guard<ForkSafeMutex> lock(mutex_);
    const auto known = find_place(key);
    if (known == fits_.end()) return nullptr;
    std::rotate(fits_.begin(), known, known + 1);
    return fits_.front().second;
  }

  void keep(const std::string& key, std::shared_ptr<const IndexFit> fit) {
    const std::lock_guard<ForkSafeMutex> lock(mutex_);
    if (find_place(key) != fits_.end()) return;
    if (fits_.size() == kMost) fits_.pop_back();
    fits_.insert(fits_.begin(), {key, std::move(fit)});
  }

 private:
  static constexpr std::size_t kMost = 8;
  using Fits = std::vector<std::pair<std::string, std::shared_ptr<const IndexFit>>>;

  Fits::iterator find_place(const std::string& key) {
    return std::find_if(fits_.begin(), fits_.end(), [&](const auto& entry) { return entry.first == key; });
  }

  ForkSafeMutex mutex_;
  Fits fits_;  // the last asked for first
};

KnownFits& known_fits() {
  const ForkPass pass;
  static KnownFits& known = *new KnownFits;  // never destroyed: programs search until the very end
  return known;
}

std::string joined(const std::vector<Drift>& drifts, bool breaking) {
  std::string text;
  for (const Drift& drift : drifts) {
    if (drift.breaks_fit != breaking || drift.kind < DriftKind::lengths) continue;
    text += (text.empty() ? "" : "; ") + drift.fact;
  }
  return text;
}

}  // namespace

bool IndexFit::fits() const {
  return std::none_of(drifts.begin(), drifts.end(), [](const Drift& drift) { return drift.breaks_fit; });
}

std::string IndexFit::why_not() const { return joined(drifts, true); }
std::string IndexFit::losses() const { return joined(drifts, false); }

IndexFit index_fit(const Xapian::Database& db, const FeatureSchema& schema, const IndexFacts& facts) {
  if (db.get_doccount() == 0) return {};
  return Comparison(db, schema, facts).result();
}

std::shared_ptr<const IndexFit> index_fit(const Xapian::Database& db, const Model& model) {
  KnownFits& known = known_fits();
  const IndexState state = index_state(db);
  const std::string key = state.text + ' ' + model.version();
  const bool can_keep = state.is_exact && dynamic_cast<const Xapian::WritableDatabase*>(&db) == nullptr;
  std::shared_ptr<const IndexFit> fit = can_keep ? known.find(key) : nullptr;
  if (fit) return fit;
  fit = std::make_shared<const IndexFit>(index_fit(db, model.schema(), model.index_facts()));
  if (can_keep) known.keep(key, fit);
  return fit;
}

IndexShares index_shares(const Xapian::Database& db, const FeatureSchema& schema) {
  IndexShares shares;
  shares.fields.resize(schema.fields.size());
  if (db.get_doccount() == 0) {
    shares.values.resize(schema.values.size(), kUnknown);
    return shares;
  }
  std::optional<TermSample> sample;
  if (!has_remote_shard(db)) sample.emplace(db, schema);
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const TextField& field = schema.fields[i];
    shares.fields[i].length = share_with_value(db, field.length_slot);
    shares.fields[i].text = share_with_value(db, field.text_slot);
    if (sample && !field.from_clicks) shares.fields[i].terms = sample->terms(i);
  }
  for (const ValueField& value : schema.values) shares.values.push_back(share_with_value(db, value.slot));
  if (sample) shares.stems = sample->stems();
  return shares;
}

}  // namespace irgan

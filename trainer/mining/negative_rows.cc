#include "trainer/mining/negative_rows.h"

#include <charconv>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "trainer/machine/delimited_row.h"

namespace irgan {
namespace {

using nlohmann::ordered_json;
using Documents = std::vector<MinedDocument>;

ordered_json score_of(double score) { return std::isnan(score) ? ordered_json(nullptr) : ordered_json(score); }

ordered_json scores_of(const Documents& documents) {
  ordered_json scores = ordered_json::array();
  for (const MinedDocument& document : documents) scores.push_back(score_of(document.score));
  return scores;
}

ordered_json paddings_of(const Documents& documents) {
  ordered_json paddings = ordered_json::array();
  for (const MinedDocument& document : documents) paddings.push_back(document.is_padding);
  return paddings;
}

ordered_json ids_of(const Documents& documents) {
  ordered_json ids = ordered_json::array();
  for (const MinedDocument& document : documents) ids.push_back(document.id);
  return ids;
}

/// Writes the rows of one query.
class RowWriter {
 public:
  RowWriter(const MinedQuery& query, const MiningOptions& options, std::string& out)
      : query_(query), options_(options), out_(out), pads_(options.padding == Padding::uniform) {}

  std::size_t write() {
    switch (options_.form) {
      case NegativeForm::triplet:
        each_pair([&](const auto& p, const auto& n) { triplet(p, n); });
        break;
      case NegativeForm::n_tuple:
        each_positive([&](const auto& p, const auto& n) { n_tuple(p, n); });
        break;
      case NegativeForm::labeled_pair:
        labeled_pairs();
        break;
      case NegativeForm::labeled_list:
        each_positive([&](const auto& p, const auto& n) { labeled_list(p, n); });
        break;
      case NegativeForm::flagembedding:
        each_list([&](const auto& p, const auto& n) { flagembedding(p, n); });
        break;
      case NegativeForm::tevatron:
        each_list([&](const auto& p, const auto& n) { tevatron(p, n); });
        break;
      case NegativeForm::ids:
        each_pair([&](const auto& p, const auto& n) { ids(p, n); });
        break;
    }
    return num_rows_;
  }

 private:
  const Documents& negatives_of(std::size_t positive) const {
    return query_.negatives[query_.negatives.size() == 1 ? 0 : positive];
  }

  void each_positive(const std::function<void(const MinedDocument&, const Documents&)>& work) const {
    for (std::size_t i = 0; i < query_.positives.size(); ++i) {
      if (!negatives_of(i).empty()) work(query_.positives[i], negatives_of(i));
    }
  }

  void each_pair(const std::function<void(const MinedDocument&, const MinedDocument&)>& work) const {
    each_positive([&](const MinedDocument& positive, const Documents& negatives) {
      for (const MinedDocument& negative : negatives) work(positive, negative);
    });
  }

  // All positives with the one list of negatives; with per_positive, each with its own.
  void each_list(const std::function<void(const Documents&, const Documents&)>& work) const {
    if (query_.negatives.size() == 1) {
      if (!query_.negatives[0].empty()) work(query_.positives, query_.negatives[0]);
      return;
    }
    each_positive([&](const MinedDocument& positive, const Documents& negatives) { work({positive}, negatives); });
  }

  std::string shown(const MinedDocument& document) const {
    return options_.content == RowContent::id ? document.id : document.text;
  }

  ordered_json shown(const Documents& documents) const {
    ordered_json all = ordered_json::array();
    for (const MinedDocument& document : documents) all.push_back(shown(document));
    return all;
  }

  void anchor(const char* name, ordered_json& row) const {
    row[name] = options_.content == RowContent::id ? query_.id : query_.text;
  }
  void ids_beside(const std::string& name, const ordered_json& ids, ordered_json& row) const {
    if (options_.content == RowContent::both) row[name + "_id"] = ids;
  }

  void triplet(const MinedDocument& positive, const MinedDocument& negative) {
    ordered_json row;
    anchor("anchor", row);
    row["positive"] = shown(positive);
    row["negative"] = shown(negative);
    ids_beside("anchor", query_.id, row);
    ids_beside("positive", positive.id, row);
    ids_beside("negative", negative.id, row);
    if (options_.output_scores) row["scores"] = scores_of({positive, negative});
    if (pads_) row["padded"] = negative.is_padding;
    add(row);
  }

  void n_tuple(const MinedDocument& positive, const Documents& negatives) {
    if (negatives.size() < options_.num_negatives) return;  // every row has the same columns
    ordered_json row;
    anchor("anchor", row);
    row["positive"] = shown(positive);
    for (std::size_t i = 0; i < negatives.size(); ++i) row["negative_" + std::to_string(i + 1)] = shown(negatives[i]);
    ids_beside("anchor", query_.id, row);
    ids_beside("positive", positive.id, row);
    for (std::size_t i = 0; i < negatives.size(); ++i)
      ids_beside("negative_" + std::to_string(i + 1), negatives[i].id, row);
    if (options_.output_scores) {
      row["scores"] = scores_of({positive});
      for (const ordered_json& score : scores_of(negatives)) row["scores"].push_back(score);
    }
    if (pads_) row["padded"] = paddings_of(negatives);
    add(row);
  }

  void labeled_pair(const MinedDocument& document, int label) {
    ordered_json row;
    anchor("anchor", row);
    row["positive"] = shown(document);
    if (options_.output_scores) {
      row["score"] = score_of(document.score);
    } else {
      row["label"] = label;
    }
    ids_beside("anchor", query_.id, row);
    ids_beside("positive", document.id, row);
    if (pads_) row["padded"] = document.is_padding;
    add(row);
  }

  void labeled_pairs() {
    for (const MinedDocument& positive : query_.positives) labeled_pair(positive, 1);
    for (const Documents& negatives : query_.negatives) {
      for (const MinedDocument& negative : negatives) labeled_pair(negative, 0);
    }
  }

  void labeled_list(const MinedDocument& positive, const Documents& negatives) {
    Documents all{positive};
    all.insert(all.end(), negatives.begin(), negatives.end());
    ordered_json row;
    anchor("anchor", row);
    row["positive"] = shown(all);
    if (options_.output_scores) {
      row["scores"] = scores_of(all);
    } else {
      row["labels"] = ordered_json::array();
      for (std::size_t i = 0; i < all.size(); ++i) row["labels"].push_back(i == 0 ? 1 : 0);
    }
    ids_beside("anchor", query_.id, row);
    ids_beside("positive", ids_of(all), row);
    if (pads_) row["padded"] = paddings_of(negatives);
    add(row);
  }

  void flagembedding(const Documents& positives, const Documents& negatives) {
    ordered_json row;
    anchor("query", row);
    row["pos"] = shown(positives);
    row["neg"] = shown(negatives);
    ids_beside("query", query_.id, row);
    ids_beside("pos", ids_of(positives), row);
    ids_beside("neg", ids_of(negatives), row);
    if (options_.output_scores) {
      row["pos_scores"] = scores_of(positives);
      row["neg_scores"] = scores_of(negatives);
    }
    if (pads_) row["padded"] = paddings_of(negatives);
    add(row);
  }

  static ordered_json passages(const Documents& documents) {
    ordered_json all = ordered_json::array();
    for (const MinedDocument& document : documents) all.push_back({{"docid", document.id}, {"text", document.text}});
    return all;
  }

  void tevatron(const Documents& positives, const Documents& negatives) {
    ordered_json row;
    row["query_id"] = query_.id;
    row["query_text"] = query_.text;
    row["positive_document_ids"] = ids_of(positives);
    row["negative_document_ids"] = ids_of(negatives);
    if (options_.content != RowContent::id) {
      row["query"] = query_.text;
      row["positive_passages"] = passages(positives);
      row["negative_passages"] = passages(negatives);
    }
    if (options_.output_scores) {
      row["positive_scores"] = scores_of(positives);
      row["negative_scores"] = scores_of(negatives);
    }
    if (pads_) row["padded"] = paddings_of(negatives);
    add(row);
  }

  void ids(const MinedDocument& positive, const MinedDocument& negative) {
    out_ += tsv_cell(query_.id) + '\t' + tsv_cell(positive.id) + '\t' + tsv_cell(negative.id);
    if (options_.output_scores) {
      for (const double score : {positive.score, negative.score}) {
        char text[32];
        out_.append("\t").append(text, std::to_chars(text, text + sizeof text, score).ptr);
      }
    }
    if (pads_) out_ += negative.is_padding ? "\t1" : "\t0";
    out_ += '\n';
    ++num_rows_;
  }

  void add(const ordered_json& row) {
    // A stored text may hold bytes that are no UTF-8, which JSON cannot.
    out_ += row.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    out_ += '\n';
    ++num_rows_;
  }

  const MinedQuery& query_;
  const MiningOptions& options_;
  std::string& out_;
  const bool pads_;
  std::size_t num_rows_ = 0;
};

}  // namespace

std::size_t append_rows(const MinedQuery& query, const MiningOptions& options, std::string& out) {
  return RowWriter(query, options, out).write();
}

}  // namespace irgan

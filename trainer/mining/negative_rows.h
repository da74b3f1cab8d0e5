/// The forms in which mined negatives are written.
#pragma once

#include <cstdint>
#include <string>

#include "irgan/mined_query.h"
#include "irgan/mining_options.h"

namespace irgan {

/// Appends the rows of one query, a line each, and returns their number.
///
///   triplet        {"anchor", "positive", "negative"}: a positive and a negative
///                  scores: "scores", a list of two
///   n-tuple        {"anchor", "positive", "negative_1" .. "negative_n"}: a positive that has all n
///                  scores: "scores", a list
///   labeled-pair   {"anchor", "positive", "label"}: the positives with label 1, then the negatives with 0
///                  scores: "score" in place of "label"
///   labeled-list   {"anchor", "positive": [...], "labels": [1, 0, ...]}: a positive
///                  scores: "scores" in place of "labels"
///   flagembedding  {"query", "pos": [...], "neg": [...]}
///                  scores: "pos_scores", "neg_scores"
///   tevatron       {"query_id", "query_text", "positive_document_ids", "negative_document_ids"}, with texts also
///                  {"query", "positive_passages": [{"docid", "text"}], "negative_passages"}
///                  scores: "positive_scores", "negative_scores"
///   ids            qid <TAB> positive <TAB> negative; scores: two more columns
///
/// Documents stand as text or id, and with both as text with columns of the same names and "_id" behind. With padding
/// each form has "padded": a truth value, or a list of them, one a negative; ids a column of 0 and 1.
/// sentence-transformers takes the first column called label, labels, score or scores and tokenises all others:
/// "..._id" and "padded" must be dropped before it trains.
///
/// Source:   sentence-transformers' names are those that its mine_hard_negatives gives a data set whose columns are
///           called anchor and positive; Tevatron's are those of its retriever/dataset.py, the new form and the old
/// Requires: query.skip is none
/// Throws:   Error for an id with a tab or line end in the form `ids`
IRGAN_API std::size_t append_rows(const MinedQuery& query, const MiningOptions& options, std::string& out);

}  // namespace irgan

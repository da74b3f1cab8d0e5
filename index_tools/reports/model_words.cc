#include "index_tools/reports/model_words.h"

#include <algorithm>
#include <numeric>
#include <ostream>
#include <vector>

#include "index_tools/showing/figures.h"
#include "index_tools/showing/wrapped_text.h"
#include "irgan/model_comparison.h"
#include "trainer/machine/timestamps.h"
#include "trainer/reporting/feature_glossary.h"

namespace irgan {
namespace {

constexpr std::size_t kLabelWidth = 11;
constexpr std::size_t kNamed = 3;       // features in the summary
constexpr std::size_t kNarrowest = 20;  // column of words

void print_line(const std::string& label, const std::string& text, const Console& console) {
  console.out << label << std::string(kLabelWidth - label.size(), ' ')
              << wrapped(text, {console.width, kLabelWidth, kLabelWidth}) << '\n';
}

std::string amount(std::size_t number, const char* things) { return std::to_string(number) + ' ' + things; }

const char* evidence_of(LabelKind labels) {
  switch (labels) {
    case LabelKind::grades:
      return "judgments";
    case LabelKind::clicks:
      return "clicks";
    default:
      return "clicks on result pages";
  }
}

std::string learnt_from(const DataRecord& data) {
  std::string text = std::string(evidence_of(data.labels)) + " for " + amount(data.num_queries, "queries") + " with " +
                     amount(data.num_rows, "candidates");
  const LabelOrigin& origin = data.origin;
  if (origin.first_time && origin.last_time)
    text += ", of a log from " + utc_text(*origin.first_time) + " to " + utc_text(*origin.last_time);
  if (!origin.click_model.empty()) text += ", by the click model " + origin.click_model;
  if (origin.half_life_days > 0.0)
    text += "; a click counts half after " + formatted("%g", origin.half_life_days) + " days";
  return text;
}

std::string judged_on(const ServingCheck& check, const LabelOrigin& origin) {
  return amount(check.num_queries, "held-out queries") +
         (origin.split.empty() ? "" : " (split by " + origin.split + ")") + ": nDCG@10 " +
         formatted("%.4f", check.served) + ", " + formatted("%.4f", check.first_stage) +
         " of the site's own search, p " + formatted("%.4f", check.p);
}

std::vector<std::size_t> by_importance(const FeatureImportance& importance) {
  std::vector<std::size_t> order(importance.losses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return importance.losses[a].value > importance.losses[b].value;
  });
  return order;
}

// The features without which most is lost, as far as that is no chance.
std::string lives_on(const Model& model, const FeatureImportance& importance) {
  std::string text;
  std::size_t num_named = 0;
  for (const std::size_t j : by_importance(importance)) {
    if (num_named == kNamed || !(importance.losses[j].low > 0.0)) break;
    const std::string& feature = model.schema().features[j];
    const std::string words = words_of(feature);
    text += (num_named++ > 0 ? ", " : "") + feature + (words == feature ? "" : " (" + words + ")");
  }
  return text.empty() ? "no single feature: without any one, the others do as well" : text;
}

std::string use_in_words(const std::string& used) {
  if (used == "yes") return "in models by default";
  if (used == "with contexts") return "in models with 'train --context NAME'";
  if (used == "by name") return "in models with 'train --features NAME'";
  if (used == "text slot") return "in models where the field's text is in a value slot";
  return "in models with 'train " + used + "'";
}

void print_entry(const std::string& name, const FeatureEntry* entry, bool says_use, const Console& console) {
  constexpr std::size_t kIndent = 4;
  console.out << name << '\n';
  if (entry == nullptr) {
    console.out << "    a column of ready-made rows\n";
    return;
  }
  const std::string text = filled(name, entry->measures) + ". Range: " + entry->range + '.' +
                           (says_use ? " It is " + use_in_words(entry->used) + '.' : "");
  console.out << std::string(kIndent, ' ') << wrapped(text, {console.width, kIndent, kIndent}) << '\n';
}

}  // namespace

void print_summary(const Model& model, const TrainingRecord& record, const std::string& written,
                   const Console& console) {
  if (!written.empty()) print_line("written", written, console);
  if (record.training) print_line("learnt", "from " + learnt_from(*record.training), console);
  if (record.num_models_before > 0)
    print_line(
        "", "going on from a model, which went on from " + std::to_string(record.num_models_before - 1) + " before it",
        console);
  if (record.check && record.validation)
    print_line("judged", "on " + judged_on(*record.check, record.validation->origin), console);
  if (record.importance) print_line("lives on", lives_on(model, *record.importance), console);
}

void print_importance(const Model& model, const TrainingRecord& record, const Console& console) {
  if (!record.importance || record.importance->losses.size() != model.schema().features.size())
    throw Error("the training of this model did not measure importance: train it again");
  const FeatureImportance& importance = *record.importance;
  std::size_t width = 0;
  for (const std::string& feature : model.schema().features) width = std::max(width, feature.size());
  const std::string text = "nDCG@10 on " + amount(importance.num_queries, "held-out queries") + ": " +
                           formatted("%.4f", importance.ndcg) +
                           ". What of it is lost when one feature's values are dealt out anew among the documents, "
                           "with 95 % intervals over queries:";
  console.out << wrapped(text, {console.width}) << '\n';
  for (const std::size_t j : by_importance(importance)) {
    const Interval& loss = importance.losses[j];
    const std::string& feature = model.schema().features[j];
    const std::string head = "  " + formatted("%7.4f", loss.value) + " (" + formatted("%7.4f", loss.low) + " to " +
                             formatted("%7.4f", loss.high) + ")  " + feature;
    const std::string words = words_of(feature);
    const std::size_t column = head.size() + width - feature.size() + 2;
    console.out << head;
    if (words != feature && column + kNarrowest <= console.width)
      console.out << std::string(column - head.size(), ' ') << wrapped(words, {console.width, column, column});
    console.out << '\n';
  }
  console.out << wrapped("Features that say the same stand in for each other: each alone then loses little.",
                         {console.width})
              << '\n';
}

void print_glossary(const Model* model, const Console& console) {
  if (model != nullptr) {
    for (const std::string& feature : model->schema().features) print_entry(feature, entry_of(feature), false, console);
    return;
  }
  const std::string text =
      "FIELD is a text field of the index, NAME a value; w is how often the field holds a word of the query, idf is "
      "larger the rarer the word is.";
  console.out << wrapped(text, {console.width}) << '\n';
  for (const FeatureEntry& entry : feature_glossary()) {
    console.out << '\n';
    print_entry(entry.name, &entry, true, console);
  }
}

}  // namespace irgan

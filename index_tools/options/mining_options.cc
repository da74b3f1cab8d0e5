#include "index_tools/options/mining_options.h"

#include <algorithm>
#include <string_view>

#include "trainer/machine/numbers.h"

namespace irgan {
namespace {

constexpr double kAnyScore = 1e9;
constexpr std::size_t kAnyRank = 1000000;

void add_source_options(MineOptions& options, OptionTable& table) {
  table.group("Where negatives come from");
  table.texts("source", options.sources,
              "where negatives come from, with its share of them; may be given again. discriminator (the default, "
              "which measured harder at "
              "fewer false negatives): its highest-scored; generator: drawn from the policy, the more deceptive a "
              "document the likelier; bm25: the first stage's first; "
              "uniform: any candidate; dns: the discriminator's best of 4 at random, again and again; ambiguous: "
              "scores near the "
              "positive's; skipped: shown above a click and not clicked; run: the first of --run; teacher: the highest "
              "of --scores",
              "NAME[=SHARE]");
  table.number("temperature", options.mining.temperature, 0.0, 100.0,
               "temperature of the generator's draws: a lower one finds harder negatives, and more good documents in "
               "disguise; 0: the lowest that keeps --max-false-negatives, by what training measured");
  table.number("max-false-negatives", options.mining.max_false_negatives, 1.0, 1000.0,
               "the generator's draws may have so many times the false negatives of uniform draws, as training "
               "measured it; stderr says whether the bound could be kept");
  table.number(
      "sharpness", options.mining.ambiguous_sharpness, 1e-6, 1e6,
      "a in the weights exp(-a (s - s+ - b)^2) with which the ambiguous source draws; s+ is the positive's score");
  table.number("offset", options.mining.ambiguous_offset, -1e6, 1e6,
               "b in the same weights, in the unit of the guards' score");
  table.number("draws", options.mining.num_drawn, std::size_t{1}, std::size_t{100000},
               "for a model whose generator picks from the whole collection: so many documents the source generator "
               "draws there for each list of negatives; the guards choose among them");
  table.text("run", options.run, "a TREC run, as source or for the guards' scores", "FILE");
  table.text("scores", options.scores, "an external teacher's scores, as a TREC run: as source, and for the guards",
             "FILE");
}

void add_guard_options(MineOptions& options, OptionTable& table) {
  table.group("What is no negative");
  table.choice<std::optional<GuardScore>>(
      "score-by", options.score_by,
      {{"auto", std::nullopt},
       {"discriminator", GuardScore::discriminator},
       {"generator", GuardScore::generator},
       {"first-stage", GuardScore::first_stage},
       {"run", GuardScore::run},
       {"teacher", GuardScore::teacher}},
      "the score that guards compare and --output-scores writes. Scores of the networks are log probabilities over the "
      "candidates. auto: teacher with --scores, else discriminator where there is a model, else first-stage");
  table.number("max-score", options.mining.guards.max_score, -kAnyScore, kAnyScore, "no negative above this score");
  table.number("min-score", options.mining.guards.min_score, -kAnyScore, kAnyScore, "no negative below this score");
  table.number("absolute-margin", options.mining.guards.absolute_margin, -kAnyScore, kAnyScore,
               "a negative scores at least this much less than the query's lowest positive");
  table.number("relative-margin", options.mining.guards.relative_margin, 0.0, 1.0,
               "a negative scores at most s - |s| times this, where s is the score of the query's lowest positive; not "
               "for scores of the networks, which have no zero");
  table.number("range-min", options.mining.guards.range_min, std::size_t{0}, kAnyRank,
               "so many candidates are left out at the head of the ranking by score; positives and what other guards "
               "exclude are not counted");
  table.number("range-max", options.mining.guards.range_max, std::size_t{0}, kAnyRank,
               "the rank at which that ranking ends; 0: no end. Only the first candidates are looked at: this number, "
               "and as many more as any query has positives");
  table.number("max-relevance", options.mining.guards.max_relevance, 0.0, 1.0,
               "with impressions: the largest chance that a negative is relevant, by how often it was looked at and "
               "clicked, with the discriminator as the prior; 1: no limit; if not given, .1 where the model knows how "
               "often ranks are looked at, else no limit");
  table.number("min-relevance", options.mining.min_relevance, 0.0, 1.0,
               "with impressions: a document clicked where it was shown is a positive from this chance on; 0: every "
               "clicked one is. Clicked documents below it may be mined if --max-relevance lets them. What comes from "
               "a log of clicks alone is always a positive");
  table.number("max-resemblance", options.mining.max_resemblance, 0.0, 1.0,
               "a document that shares more of its three-word sequences with a positive, or with another negative of "
               "the row, is a near-duplicate and left out; 1: no limit");
}

void add_choice_options(MineOptions& options, OptionTable& table) {
  table.group("How many are picked");
  table.number("num-negatives", options.mining.num_negatives, std::size_t{1}, std::size_t{10000},
               "negatives for each query, or for each positive with --per-positive");
  table.choice<Picking>("strategy", options.mining.picking, {{"top", Picking::top}, {"random", Picking::random}},
                        "what the sources discriminator, bm25, run, teacher and skipped give of the documents that "
                        "pass the guards: the first ones, or random ones");
  table.number("seed", options.mining.seed, std::size_t{0}, std::size_t{1} << 62, "seed of everything random");
  table.flag("per-positive", options.mining.per_positive,
             "pick anew for each positive; else once a query, for all its positives");
  table.flag("include-positives", options.mining.include_positives,
             "for reranking data: positives may stand among the negatives where sources find them, whatever the guards "
             "say; n-tuple and ids only");
  table.flag("output-scores", options.mining.output_scores,
             "write the scores of positives and negatives too; in labeled-pair and labeled-list in place of label and "
             "labels, as sentence-transformers does");
  table.choice<Padding>("pad", options.mining.padding, {{"none", Padding::none}, {"uniform", Padding::uniform}},
                        "fill up what is missing with random documents of the index that no guard excludes. A column "
                        "'padded' marks them; drop it before sentence-transformers trains");
}

void add_form_options(MineOptions& options, OptionTable& table) {
  table.group("Output");
  table.choice<NegativeForm>("format", options.mining.form,
                             {{"triplet", NegativeForm::triplet},
                              {"n-tuple", NegativeForm::n_tuple},
                              {"labeled-pair", NegativeForm::labeled_pair},
                              {"labeled-list", NegativeForm::labeled_list},
                              {"flagembedding", NegativeForm::flagembedding},
                              {"tevatron", NegativeForm::tevatron},
                              {"ids", NegativeForm::ids}},
                             "JSON Lines as sentence-transformers, FlagEmbedding or Tevatron read them; ids: lines of "
                             "query id, positive id and negative id with tabs");
  table.choice<RowContent>("content", options.mining.content,
                           {{"text", RowContent::text}, {"id", RowContent::id}, {"both", RowContent::both}},
                           "what stands for documents; both: ids in columns '..._id', which sentence-transformers "
                           "would take for texts: drop them before training");
  table.texts(
      "text-field", options.mining.text_fields,
      "a field of the documents' stored data that is their text; may be given again; if not given, all text fields",
      "NAME");
  table.text("texts", options.texts,
             "take texts from this file: plain JSON Lines with id and --text-field (default text)", "FILE");
}

SourceShare parsed_source(const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  SourceShare parsed{negative_source_from_string(text.substr(0, equals))};
  if (equals == text.size()) return parsed;
  if (!parse_number(std::string_view(text).substr(equals + 1), parsed.share)) {
    throw ConfigError("--source " + text + ": the share must be a number above 0");
  }
  return parsed;
}

// The teacher's score if there is one, else the discriminator's if there is a model, else the first stage's.
GuardScore default_score(const MineOptions& options, const MiningOptions& mining) {
  if (!options.scores.empty()) return GuardScore::teacher;
  if (!options.model.empty()) return GuardScore::discriminator;
  for (const NegativeSource source :
       {NegativeSource::generator, NegativeSource::discriminator, NegativeSource::dns, NegativeSource::ambiguous}) {
    if (uses(mining, source)) return GuardScore::discriminator;
  }
  return GuardScore::first_stage;
}

}  // namespace

void add_options(MineOptions& options, OptionTable& table) {
  table.everyday({"db", "queries", "clicks", "qrels", "out", "model", "source", "format", "text-field"});
  options.database.add_to(table);
  options.labels.add_to(table);
  table.group("The model");
  table.text("model", options.model, "the model file; if not given, the model in the index, where one is needed",
             "FILE");
  options.vectors.add_to(table);
  table.group("Output");
  table.text("out", options.out, "the negatives to write; .gz and .zst are packed; - is stdout", "FILE");
  table.text("report-json", options.report_json, "write the report as JSON too", "FILE");
  for (const char* name : {"out", "report-json"}) table.writes(name);
  add_source_options(options, table);
  add_guard_options(options, table);
  add_choice_options(options, table);
  add_form_options(options, table);
  table.group("Candidates");
  table.number("depth", options.mining.depth, std::size_t{0}, std::size_t{100000},
               "candidates a query; 0: as many as in the model's training, or 100 without a model");
  table.group("Machine");
  table.number("threads", options.num_threads, 0U, 1024U, "threads; 0: one a processor; the output is the same");
  table.flag("restart", options.restart, "begin anew even if an interrupted run left OUT.partial");
}

MiningOptions resolved(const MineOptions& options) {
  options.labels.check();
  if (options.out.empty()) throw ConfigError("--out is missing: name the file for the negatives");
  MiningOptions mining = options.mining;
  if (!options.sources.empty()) mining.sources.clear();
  for (const std::string& text : options.sources) mining.sources.push_back(parsed_source(text));
  mining.score_by = options.score_by ? *options.score_by : default_score(options, mining);
  if (uses(mining, NegativeSource::skipped) && options.labels.clicks.empty()) {
    throw ConfigError("--source skipped needs a click log that says what was shown");
  }
  return mining;
}

}  // namespace irgan

#include "plugin/src/metrics/exposition.h"

#include <cinttypes>
#include <cstdio>

#include "plugin/src/metrics/figure_places.h"

namespace irgan {
namespace {

/// Puts families of samples one behind the other.
class Exposition {
 public:
  explicit Exposition(const SharedCounters& counters) : counters_(counters) {}

  void family(const char* name, const char* type, const char* help) {
    name_ = name;
    text_ += std::string("# HELP ") + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
  }
  void sample(const std::string& rest, std::uint64_t value) {
    text_ += name_ + rest + ' ' + std::to_string(value) + '\n';
  }
  void seconds(const std::string& rest, std::uint64_t nanoseconds) {
    char value[40];
    std::snprintf(value, sizeof value, "%" PRIu64 ".%09u", nanoseconds / 1'000'000'000,
                  static_cast<unsigned>(nanoseconds % 1'000'000'000));
    text_ += name_ + rest + ' ' + value + '\n';
  }
  void counter(const char* name, std::size_t place, const char* help) {
    family(name, "counter", help);
    sample("", value(place));
  }

  std::uint64_t value(std::size_t place) const { return counters_[place].load(std::memory_order_relaxed); }
  std::uint64_t sum(std::size_t first, std::size_t end) const {
    std::uint64_t total = 0;
    for (std::size_t place = first; place < end; ++place) total += value(place);
    return total;
  }
  std::string& text() { return text_; }

 private:
  const SharedCounters& counters_;
  std::string name_;
  std::string text_;
};

std::string label(const char* name, const std::string& value) {
  return std::string("{") + name + "=\"" + value + "\"}";
}

void put_outcomes(Exposition& out) {
  out.family("irgan_searches_total", "counter", "Searches by relevance of databases that ask to be reranked.");
  out.sample("", out.sum(kOutcomes, kOutcomes + kNumOutcomes));
  out.counter("irgan_reranked_total", kOutcomes, "Searches that were answered in the model's order.");
  out.family("irgan_left_alone_total", "counter", "Searches in which nothing was to be reranked.");
  for (std::size_t i = kFirstLeftAlone; i < kFirstFallback; ++i)
    out.sample(label("reason", kOutcomeNames[i]), out.value(kOutcomes + i));
  out.family("irgan_fallbacks_total", "counter", "Searches that were answered in the original order by necessity.");
  for (std::size_t i = kFirstFallback; i < kNumOutcomes; ++i)
    out.sample(label("reason", kOutcomeNames[i]), out.value(kOutcomes + i));
  out.counter("irgan_explored_total", kExplored, "Searches whose order was drawn from the policy.");
}

void put_times(Exposition& out) {
  out.family("irgan_step_seconds", "summary", "What the steps of a search took.");
  for (std::size_t step = 0; step < kNumSteps; ++step) {
    out.seconds("_sum" + label("step", kStepNames[step]), out.value(kStepTimes + step));
    out.sample("_count" + label("step", kStepNames[step]), out.value(kStepCounts + step));
  }
  out.family("irgan_feature_seconds", "summary", "What the kinds of features took, of the step features.");
  for (std::size_t kind = 0; kind < kNumFeatureKinds; ++kind) {
    out.seconds("_sum" + label("feature", kFeatureKindNames[kind]), out.value(kFeatureTimes + kind));
    out.sample("_count" + label("feature", kFeatureKindNames[kind]), out.value(kFeatureCounts + kind));
  }
  out.family("irgan_rerank_seconds", "histogram", "What reranking added to searches that were reranked.");
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < kBuckets.size(); ++i) {
    char bound[16];
    std::snprintf(bound, sizeof bound, "%g", kBuckets[i]);
    up_to += out.value(kBucketCounts + i);
    out.sample("_bucket" + label("le", bound), up_to);
  }
  up_to += out.value(kBucketCounts + kBuckets.size());
  out.sample("_bucket" + label("le", "+Inf"), up_to);
  out.seconds("_sum", out.value(kAddedTime));
  out.sample("_count", up_to);
}

void put_values(Exposition& out) {
  out.counter("irgan_documents_total", kDocuments, "Candidates that the model looked at.");
  out.counter("irgan_documents_incomplete_total", kIncomplete, "Of these, the ones that lack the value of a feature.");
  out.counter("irgan_values_total", kValues, "Values of features that the model looked at.");
  out.counter("irgan_values_missing_total", kMissing, "Of these, the ones that are missing.");
  out.family("irgan_contexts_total", "counter", "Contexts that the model asked for, by what the search said of them.");
  for (std::size_t state = 0; state < kNumContextStates; ++state)
    out.sample(label("state", kContextStateNames[state]), out.value(kContexts + state));
}

}  // namespace

std::string text_of(const SharedCounters& counters) {
  Exposition out(counters);
  put_outcomes(out);
  put_times(out);
  put_values(out);
  out.counter("irgan_shadow_total", kShadowed, "Searches that a shadow ordered, too.");
  out.counter("irgan_shadow_other_first_total", kShadowOtherFirst,
              "Of these, the ones in which it puts another document first.");
  out.counter("irgan_shadow_failures_total", kShadowFailed,
              "Searches that a shadow should have ordered, and could not.");
  out.counter("irgan_log_lines_total", kLogged, "Searches that were logged.");
  out.counter("irgan_log_failures_total", kNotLogged, "Searches that should have been logged, and were not.");
  out.family("irgan_model_info", "gauge", "The model that answered last, by the first digits of its version.");
  if (const std::uint64_t model = out.value(kModel); model != 0) {
    char version[20];
    std::snprintf(version, sizeof version, "%016" PRIx64, model);
    out.sample(label("version", version), 1);
  }
  return std::move(out.text());
}

}  // namespace irgan

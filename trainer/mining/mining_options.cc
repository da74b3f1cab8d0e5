#include "irgan/mining_options.h"

#include <algorithm>
#include <cmath>

namespace irgan {
namespace {

void check_sources(const std::vector<SourceShare>& sources) {
  if (sources.empty()) throw ConfigError("source", "is missing: name one");
  for (auto one = sources.begin(); one != sources.end(); ++one) {
    const std::string name = to_string(one->source);
    if (!(one->share > 0.0) || !std::isfinite(one->share)) {
      throw ConfigError("source", name + ": the share must be a number above 0");
    }
    const auto is_same = [&](const SourceShare& other) { return other.source == one->source; };
    if (std::any_of(sources.begin(), one, is_same)) throw ConfigError("source", name + ": given a second time");
  }
}

bool is_network(GuardScore score) { return score == GuardScore::discriminator || score == GuardScore::generator; }

}  // namespace

const char* to_string(GuardScore score) {
  switch (score) {
    case GuardScore::discriminator:
      return "discriminator";
    case GuardScore::generator:
      return "generator";
    case GuardScore::first_stage:
      return "first-stage";
    case GuardScore::run:
      return "run";
    default:
      return "teacher";
  }
}

bool uses(const MiningOptions& options, NegativeSource source) {
  return std::any_of(options.sources.begin(), options.sources.end(),
                     [&](const SourceShare& one) { return one.source == source; });
}

bool needs_model(const MiningOptions& options) {
  return is_network(options.score_by) || uses(options, NegativeSource::generator) ||
         uses(options, NegativeSource::discriminator) || uses(options, NegativeSource::dns);
}

void check(const MiningOptions& options) {
  check_sources(options.sources);
  if (options.guards.relative_margin && is_network(options.score_by)) {
    throw ConfigError("relative_margin",
                      std::string("with score_by ") + to_string(options.score_by) +
                          ": a network's scores have no zero, so that shares of them mean nothing; use an absolute "
                          "margin, or the first stage's score");
  }
  if (!options.run && (options.score_by == GuardScore::run || uses(options, NegativeSource::run))) {
    throw ConfigError("run", "is missing: name the TREC run");
  }
  if (!options.scores && (options.score_by == GuardScore::teacher || uses(options, NegativeSource::teacher))) {
    throw ConfigError("scores", "is missing: name the teacher's scores");
  }
  if (options.guards.range_max > 0 && options.guards.range_min >= options.guards.range_max) {
    throw ConfigError("range_max", std::to_string(options.guards.range_max) + ": must be above range_min " +
                                       std::to_string(options.guards.range_min) + ", or 0");
  }
  if (options.include_positives && options.form != NegativeForm::n_tuple && options.form != NegativeForm::ids) {
    throw ConfigError("include_positives", "only goes with the forms n-tuple and ids, which keep the ranking");
  }
}

}  // namespace irgan

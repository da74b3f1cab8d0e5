/// What the environment tells the preload module, and how the module tells the site of a problem.
#pragma once

#include <chrono>
#include <string>

#include "plugin/preload/search_log.h"

namespace irgan {

struct PreloadSettings {
  std::string model;     ///< IRGAN_MODEL: a model file for databases that hold no model themselves; empty: none
  std::string shadow;    ///< IRGAN_SHADOW: a model file whose order is only logged; empty: none
  std::string vectors;   ///< IRGAN_VECTORS: a vector file, for models whose generator picks from all documents
  double share = 1.0;    ///< IRGAN_SHARE: from 0 to 1, the share of the queries that are reranked
  double explore = 0.0;  ///< IRGAN_EXPLORE: from 0 to 1, the share of the reranked pages that are drawn from the policy
  std::string context;   ///< IRGAN_CONTEXT: what every search is beside its words, as context_of_text() takes it
  std::string log;       ///< IRGAN_LOG: file to which served searches are appended; empty: none
  SearchLogForm log_form = SearchLogForm::own;  ///< IRGAN_LOG_FORM: own or ubi
  std::string metrics;                          ///< IRGAN_METRICS: file of figures for Prometheus; empty: none
  /// IRGAN_TIME_LIMIT, in seconds: what reranking may add to a search. One second, if it is not said: more than any
  /// working model needs, and less than a visitor waits for. 0: no bound.
  std::chrono::microseconds time_limit{1'000'000};
};

/// Returns the settings as they were at the first call. A value out of its range is told, and no search is
/// reranked; a form of log that is not known is told, and no search is logged.
///
/// Threads: safe
const PreloadSettings& preload_settings();

/// Writes "xapian-irgan: <problem>" to stderr, in one line; each problem once in the life of the process,
/// whatever numbers are in it.
///
/// Threads: safe
void tell_once(const std::string& problem);

}  // namespace irgan

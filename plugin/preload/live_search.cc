#include "plugin/preload/live_search.h"

#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "plugin/preload/last_page.h"
#include "plugin/preload/model_choice.h"
#include "plugin/preload/recent_indexes.h"
#include "plugin/preload/search_log.h"
#include "plugin/preload/settings.h"
#include "plugin/preload/thread_context.h"
#include "plugin/preload/xapian_calls.h"
#include "plugin/src/features/unique_ids.h"
#include "plugin/src/process/fork_gate.h"
#include "plugin/src/process/utc_text.h"

namespace irgan {
namespace {

thread_local LiveSearch* answering_now = nullptr;

// Objects of the process that are never destroyed: programs search until the very end. A fork finds none half made.
ModelChoice& model_choice() {
  const ForkPass pass;
  static ModelChoice& choice = *new ModelChoice(preload_settings().model);
  return choice;
}

// By uuid: what an index holds must not push out what another does.
std::shared_ptr<ValueCache> value_cache(const std::string& uuid) {
  const ForkPass pass;
  static ForkSafeMutex& mutex = *new ForkSafeMutex;
  static auto& caches = *new RecentIndexes<std::shared_ptr<ValueCache>>;
  const std::lock_guard<ForkSafeMutex> lock(mutex);
  std::shared_ptr<ValueCache>& cache = caches.of(uuid);
  if (!cache) cache = std::make_shared<ValueCache>();
  return cache;
}

// The memory in the index; nothing if it has none.
std::shared_ptr<MemorySource> memory_of(const Xapian::Database& db) {
  if (db.get_metadata(kMemoryVersionKey).empty()) return nullptr;
  const ForkPass pass;
  static ForkSafeMutex& mutex = *new ForkSafeMutex;
  static auto& sources = *new RecentIndexes<std::shared_ptr<MemorySource>>;
  const std::lock_guard<ForkSafeMutex> lock(mutex);
  std::shared_ptr<MemorySource>& source = sources.of(db.get_uuid());
  if (!source) source = memory_in_index(tell_once);
  return source;
}

// Nothing if the site names none.
std::shared_ptr<VectorSource> vectors_of_site() {
  const ForkPass pass;
  static auto& source = *new std::shared_ptr<VectorSource>(
      preload_settings().vectors.empty() ? nullptr : vector_file(preload_settings().vectors, tell_once));
  return source;
}

// Nothing if the site names none.
std::shared_ptr<ModelSource> shadow_of_site() {
  const ForkPass pass;
  static auto& source = *new std::shared_ptr<ModelSource>(
      preload_settings().shadow.empty() ? nullptr : model_file(preload_settings().shadow, tell_once));
  return source;
}

SearchLog& search_log() {
  const ForkPass pass;
  static SearchLog& log = *new SearchLog(preload_settings().log, preload_settings().log_form);
  return log;
}

// Nothing if the site wants none, or they cannot be had.
const std::shared_ptr<Metrics>& metrics_of_site() {
  const ForkPass pass;
  static const auto& metrics = *new std::shared_ptr<Metrics>([]() -> std::shared_ptr<Metrics> {
    if (preload_settings().metrics.empty()) return nullptr;
    try {
      return std::make_shared<Metrics>(preload_settings().metrics, tell_once);
    } catch (const std::exception& error) {
      tell_once("no metrics: " + std::string(error.what()));
      return nullptr;
    }
  }());
  return metrics;
}

void count(Outcome outcome) {
  SearchFigures figures;
  figures.outcome = outcome;
  if (metrics_of_site()) metrics_of_site()->add(figures);
}

RerankedPage original(const Xapian::Enquire& enquire, const SearchRequest& request) {
  RerankedPage page;
  page.mset = xapian_calls().get_mset(&enquire, request.first, request.maxitems, request.check_at_least, request.rset,
                                      request.mdecider);
  return page;
}

void not_logged(const std::string& problem) {
  tell_once("a search was not logged: " + problem);
  if (metrics_of_site()) metrics_of_site()->count_logged(false);
}

// Whether a query is of the share that is reranked: a matter of its bytes, so that all its pages are in one order.
bool is_of_share(const Xapian::Query& query, double share) {
  if (share >= 1.0) return true;
  std::string bytes;
  try {
    bytes = query.serialise();
  } catch (const Xapian::UnimplementedError&) {  // a posting source of the program's own
    bytes = query.get_description();
  }
  constexpr double kHashes = 18446744073709551616.0;  // 2^64
  return static_cast<double>(XXH3_64bits(bytes.data(), bytes.size())) < share * kHashes;
}

// The module knows no sessions. With a key of the day a query has one page for a whole day, which its later pages
// continue, and is explored on some days but not on others.
std::string day_in_utc() { return utc_text(std::chrono::system_clock::now()).substr(0, std::strlen("2026-01-31")); }

std::string id_of(const Xapian::Document& document, Xapian::docid docid, const std::string& prefix) {
  return id_from(id_term_in(document.termlist_begin(), document.termlist_end(), prefix), prefix, docid,
                 [&] { return document.get_data(); });
}

// The places that the page has, in the shadow's order. Its documents may be gone, and the search be logged all the
// same.
void add_shadow(const ShadowOrder& order, const Xapian::Database& db, const std::string& prefix,
                ServedSearch& search) try {
  search.shadow_model = order.model_version;
  const std::size_t first = std::min<std::size_t>(search.page.get_firstitem(), order.docids.size());
  const std::size_t end = std::min(first + search.page.size(), order.docids.size());
  for (std::size_t place = first; place < end; ++place) {
    const Xapian::docid docid = order.docids[place];
    const auto shown = std::find(search.page.begin(), search.page.end(), docid);
    search.shadow_ids.push_back(prefix.empty() ? std::to_string(docid)
                                : shown == search.page.end()
                                    ? id_of(db.get_document(docid), docid, prefix)
                                    : search.ids[shown.get_rank() - search.page.get_firstitem()]);
  }
} catch (const Xapian::DocNotFoundError&) {
  search.shadow_model.clear();
}

/// While it lives, its LiveSearch answers on this thread.
class Answering {
 public:
  explicit Answering(LiveSearch& search) : before_(std::exchange(answering_now, &search)) {}
  ~Answering() { answering_now = before_; }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;

 private:
  LiveSearch* const before_;
};

}  // namespace

LiveSearch::LiveSearch(Xapian::Database db) : db_(std::move(db)) {}
LiveSearch::~LiveSearch() = default;

LiveSearch* LiveSearch::answering() { return answering_now; }

void LiveSearch::clear_spies() {
  if (answering_now == this) {
    spies_to_restore_ = true;
  } else {
    spies_.clear();
  }
}

// Makes the reranker; returns why the search is to be left alone, if it is.
std::optional<Outcome> LiveSearch::ready_for(const Xapian::Query& query) {
  const PreloadSettings& settings = preload_settings();
  if (!sorted_by_relevance_) return Outcome::not_by_relevance;
  if (db_.size() == 0) return Outcome::no_hits;
  std::shared_ptr<ModelSource> models = model_choice().source_for(db_);
  if (models != models_) {
    RerankOptions options;
    options.max_rerank_time = settings.time_limit;
    options.explore = settings.explore;
    options.on_problem = tell_once;
    options.values = value_cache(db_.get_uuid());
    options.memory = memory_of(db_);
    options.vectors = vectors_of_site();
    options.shadow = shadow_of_site();
    options.metrics = metrics_of_site();
    reranker_ = models ? std::make_unique<Reranker>(db_, models, options) : nullptr;
    models_ = std::move(models);
  }
  const bool is_answered = reranker_ && is_of_share(query, settings.share);
  return is_answered ? std::nullopt : std::optional(Outcome::not_of_share);
}

Xapian::MSet LiveSearch::answer(const Xapian::Enquire& enquire, SearchRequest request) {
  const Answering guard(*this);
  Xapian::Enquire same(enquire);
  std::optional<Outcome> why_not;  // nothing: the Reranker answers, and counts
  try {
    why_not = ready_for(enquire.get_query());
  } catch (const Xapian::Error& error) {
    tell_once("served in the original order: " + error.get_description());
    why_not = Outcome::index;
  } catch (const std::exception& error) {
    tell_once("served in the original order: " + std::string(error.what()));
    why_not = Outcome::model;
  }
  const bool reranks = !why_not;
  if (why_not && models_) count(*why_not);
  struct SpiesReturn {
    LiveSearch& search;
    Xapian::Enquire& enquire;
    ~SpiesReturn() {
      if (!std::exchange(search.spies_to_restore_, false)) return;
      for (const auto& spy : search.spies_) xapian_calls().add_matchspy(&enquire, spy.get());
    }
  } spies_return{*this, same};
  if (reranks && preload_settings().explore > 0.0) request.key = day_in_utc();
  if (models_) request.context = context_of_thread();
  const RerankedPage page = reranks ? reranker_->search(same, request) : original(enquire, request);
  if (models_ && request.maxitems > 0 && !preload_settings().log.empty()) log(enquire, page, request.context);
  return page.mset;
}

void LiveSearch::log(const Xapian::Enquire& enquire, const RerankedPage& page, const SearchContext& context) const try {
  ServedSearch search;
  search.page_id = new_page_id();
  search.database = db_.get_uuid();
  search.query = enquire.get_query();
  search.text = text_parsed_to(search.query);
  search.page = page.mset;
  search.context = context;
  search.model = page.model_version;
  if (page.explored) {
    const std::vector<RankedHit>& head = page.head;
    for (Xapian::doccount place = page.mset.get_firstitem(); search.log_probabilities.size() < page.mset.size();
         ++place) {
      const double unknown = std::numeric_limits<double>::quiet_NaN();
      search.log_probabilities.push_back(place < head.size() ? head[place].log_probability.value_or(unknown) : unknown);
    }
  }
  std::string prefix;
  try {
    prefix = models_->get(db_)->index_facts().id_prefix;
  } catch (const Error&) {
    // Without a model the prefix is not known, and docids are all there is.
  }
  for (auto hit = page.mset.begin(); hit != page.mset.end() && !prefix.empty(); ++hit) {
    search.ids.push_back(id_of(hit.get_document(), *hit, prefix));
  }
  add_shadow(page.shadow, db_, prefix, search);
  search_log().write(search);
  if (metrics_of_site()) metrics_of_site()->count_logged(true);
  set_last_page(search.page_id);
} catch (const Xapian::Error& error) {
  not_logged(error.get_description());
} catch (const std::exception& error) {
  not_logged(error.what());
}

}  // namespace irgan

#include "trainer/log/ubi_log.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "trainer/log/click_fields.h"
#include "trainer/log/column_names.h"
#include "trainer/log/ubi_record.h"
#include "trainer/machine/json_fields.h"
#include "trainer/machine/sorted_runs.h"

namespace irgan {
namespace {

namespace dom = simdjson::dom;

constexpr int kMaxOrdinal = 1'000'000;
constexpr std::size_t kMaxSearch = 2'000;  // lines; bounds memory and time where one id stands for all searches
constexpr std::size_t kMaxOthers = 100;    // by name; a damaged log may have as many names as lines
constexpr const char* kBulkLines = "bulk-index lines";
constexpr const char* kQueries = "queries";
constexpr const char* kFurtherOthers = "other actions";
constexpr const char* kRepeatedClicks = "clicks on what was clicked already";
constexpr const char* kRepeatedImpressions = "impressions of what was shown already";

// A text or a number as text; empty for what is neither.
std::string text_of(simdjson::simdjson_result<dom::element> found) {
  dom::element element;
  if (found.get(element) != simdjson::SUCCESS) return {};
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) return std::string(text);
  return element.is_number() ? simdjson::minify(element) : std::string();
}

// A context of a search; empty for what says nothing.
std::string context_of(simdjson::simdjson_result<dom::element> found) {
  bool yes = false;
  std::string text = found.get(yes) == simdjson::SUCCESS ? (yes ? "true" : "false") : text_of(found);
  return is_nothing(text) ? std::string() : text;
}

bool is_bulk_line(const dom::object& object) {
  if (object.size() != 1) return false;
  for (const char* action : {"index", "create", "update", "delete"}) {
    dom::object inside;
    if (object[action].get(inside) == simdjson::SUCCESS) return true;
  }
  return false;
}

bool is_event(const dom::object& object) { return is_there(object["action_name"]); }
bool is_query(const dom::object& object) { return is_there(object["query_id"]) && is_there(object["user_query"]); }

// Takes the document of {"_index": ..., "_source": {...}}.
void unwrap(dom::object& object) {
  dom::object inside;
  if (object["_source"].get(inside) == simdjson::SUCCESS) object = inside;
}

// The place of an event's document, wherever it stands; false if there is none.
bool find_place(const dom::object& attributes, dom::element& place) {
  dom::object position;
  const bool is_object = attributes["position"].get(position) == simdjson::SUCCESS;
  if (is_object && position["ordinal"].get(place) == simdjson::SUCCESS && !place.is_null()) return true;
  return attributes["rank"].get(place) == simdjson::SUCCESS && !place.is_null();
}

}  // namespace

bool is_ubi(std::string_view first_line) {
  dom::parser json;
  dom::object object;
  if (error_of_text(json.parse(first_line.data(), first_line.size()).get(object)) != simdjson::SUCCESS) return false;
  unwrap(object);
  return is_bulk_line(object) || is_event(object) || is_query(object);
}

struct UbiSearches::State {
  State(const ClickLogOptions& options, double latest_time_given, std::size_t max_bytes)
      : click_actions(options.click_actions),
        rank_base(options.rank_base.value_or(0)),
        latest_time(latest_time_given),
        contexts(options.contexts),
        has_context(contexts.size()),
        lines(max_bytes) {
    if (options.actions.empty()) return;
    throw ConfigError("action", options.actions.front().first +
                                    ": a log in UBI counts each event once; name it as a click with click_action");
  }

  void count_other(const std::string& what) {
    const bool is_known = others.count(what) > 0;
    ++others[is_known || others.size() < kMaxOthers ? what : kFurtherOthers];
  }

  RowFault read_time(const dom::object& object, UbiRecord& record) {
    std::optional<double> time;
    const RowFault fault = irgan::read_time(text_of(object["timestamp"]), latest_time, time);
    record.time = time.value_or(-1.0);
    return fault;
  }

  RowFault read_rank(const dom::object& attributes, UbiRecord& record) {
    dom::element place;
    double ordinal = -1.0;
    if (!find_place(attributes, place)) return RowFault::none;
    has_ordinals = true;
    if (place.get(ordinal) != simdjson::SUCCESS || ordinal != std::floor(ordinal)) return RowFault::bad_rank;
    if (ordinal == 0.0 && rank_base == 1) return RowFault::rank_0;
    if (!(ordinal >= rank_base && ordinal < kMaxOrdinal + rank_base)) return RowFault::bad_rank;
    record.rank = static_cast<int>(ordinal) + 1 - rank_base;
    return RowFault::none;
  }

  // What an object of attributes says of the search beside its words.
  void read_contexts(const dom::object& attributes, UbiRecord& record) {
    dom::object own;  // as our preload module writes them
    const bool has_own = attributes["context"].get(own) == simdjson::SUCCESS;
    record.contexts.assign(contexts.size(), {});
    for (std::size_t i = 0; i < contexts.size(); ++i) {
      std::string& value = record.contexts[i];
      if (has_own) value = context_of(own[contexts[i]]);
      if (value.empty()) value = context_of(attributes[contexts[i]]);
      if (!value.empty()) has_context[i] = true;
    }
  }

  void keep(const std::string& query_id, const UbiRecord& record) {
    // Without an id, the same words in the same session are taken for one search.
    const std::string key = query_id.empty() ? '\0' + record.session + '\0' + record.words : query_id;
    lines.add(key, packed(record));
  }

  // What our preload module says of a page beside UBI's own: its first place (counted from 0), the site's query, and
  // the probabilities of a drawn one.
  RowFault read_page(const dom::object& object, UbiRecord& record) {
    dom::object attributes;
    if (object["query_attributes"].get(attributes) != simdjson::SUCCESS) return RowFault::none;
    read_contexts(attributes, record);
    std::int64_t first = 0;
    if (attributes["first"].get(first) == simdjson::SUCCESS && (first < 0 || first > kMaxOrdinal))
      return RowFault::bad_rank;
    record.rank = static_cast<int>(first);
    record.serialised_query = text_of(attributes["query"]);
    dom::array values;
    if (attributes["log_probabilities"].get(values) != simdjson::SUCCESS) return RowFault::none;
    for (const dom::element value : values) {
      double& number = record.log_probabilities.emplace_back(std::numeric_limits<double>::quiet_NaN());
      if (!value.is_null() && (value.get(number) != simdjson::SUCCESS || !(number <= 0.0)))
        return RowFault::bad_log_probability;
    }
    return record.log_probabilities.size() == record.hits.size() ? RowFault::none : RowFault::bad_log_probability;
  }

  RowFault take_query(const dom::object& object, UbiRecord& record) {
    record.words = text_of(object["user_query"]);
    const RowFault fault = read_time(object, record);
    if (fault != RowFault::none) return fault;
    dom::array hits;
    if (object["query_response_hit_ids"].get(hits) == simdjson::SUCCESS) {
      for (const dom::element hit : hits) record.hits.push_back(text_of(dom::element(hit)));
    }
    const RowFault page_fault = read_page(object, record);
    if (page_fault != RowFault::none) return page_fault;
    record.session = text_of(object["session_id"]);
    if (record.session.empty()) record.session = text_of(object["client_id"]);
    count_other(kQueries);
    keep(text_of(object["query_id"]), record);
    return RowFault::none;
  }

  RowFault take_event(const dom::object& object, UbiRecord& record, bool& is_pending) {
    const std::string action = text_of(object["action_name"]);
    const bool is_click = click_actions.is_click(action);
    if (!is_click && action != "impression") {
      count_other(action);
      return RowFault::none;
    }
    record.kind = is_click ? UbiRecord::Kind::click : UbiRecord::Kind::impression;
    dom::object attributes;
    dom::object thing;
    std::string inner_session;
    if (object["event_attributes"].get(attributes) == simdjson::SUCCESS) {
      if (attributes["object"].get(thing) == simdjson::SUCCESS) record.document_id = text_of(thing["object_id"]);
      inner_session = text_of(attributes["session_id"]);
      const RowFault rank_fault = read_rank(attributes, record);
      if (rank_fault != RowFault::none) return rank_fault;
      read_contexts(attributes, record);
    }
    if (record.document_id.empty()) return RowFault::no_document_id;
    if (record.kind == UbiRecord::Kind::impression && record.rank == 0) return RowFault::no_ordinal;
    const RowFault fault = read_time(object, record);
    if (fault != RowFault::none) return fault;
    record.words = text_of(object["user_query"]);
    record.session = text_of(object["session_id"]);
    if (record.session.empty()) record.session = inner_session;
    if (record.session.empty()) record.session = text_of(object["client_id"]);
    const std::string query_id = text_of(object["query_id"]);
    if (query_id.empty() && record.words.empty()) return RowFault::no_query;
    keep(query_id, record);
    is_pending = true;
    return RowFault::none;
  }

  void give(const std::vector<UbiRecord>& search, const EachRow& each, const Verdict& verdict);

  ClickActions click_actions;
  int rank_base;
  double latest_time;
  std::vector<std::string> contexts;
  std::vector<bool> has_context;  // whether a line said it
  bool has_ordinals = false;
  SortedRuns lines;
  std::map<std::string, std::uint64_t> others;
  bool has_impressions = false;
  dom::parser json;
};

namespace {

struct ShownHit {
  std::string document_id;
  int rank = 0;
  double time = -1.0;
  bool is_clicked = false;
  std::optional<double> log_probability;
};

std::string words_of(const std::vector<UbiRecord>& search) {
  for (const UbiRecord& record : search) {
    if (!record.words.empty()) return record.words;
  }
  return {};
}

// What the query says of the search, or else its first event that says it.
std::vector<std::string> contexts_of(const std::vector<UbiRecord>& search) {
  std::vector<std::string> contexts;
  for (const bool are_queries : {true, false}) {
    for (const UbiRecord& record : search) {
      if ((record.kind == UbiRecord::Kind::query) != are_queries) continue;
      contexts.resize(std::max(contexts.size(), record.contexts.size()));
      for (std::size_t i = 0; i < record.contexts.size(); ++i) {
        if (contexts[i].empty()) contexts[i] = record.contexts[i];
      }
    }
  }
  return contexts;
}

ShownHit* find_hit(std::vector<ShownHit>& page, const UbiRecord& event) {
  ShownHit* found = nullptr;
  for (ShownHit& hit : page) {
    if (hit.document_id != event.document_id) continue;
    if (hit.rank == event.rank) return &hit;
    if (found == nullptr && (event.kind == UbiRecord::Kind::click || event.rank == 0)) found = &hit;
  }
  return found;
}

}  // namespace

// Requires: all lines of one search, in the order of the log
void UbiSearches::State::give(const std::vector<UbiRecord>& search, const EachRow& each, const Verdict& verdict) {
  const std::string words = words_of(search);
  std::string session;
  for (const bool are_queries : {false, true}) {  // what events say is nearer to the user
    for (const UbiRecord& record : search) {
      if (session.empty() && (record.kind == UbiRecord::Kind::query) == are_queries) session = record.session;
    }
  }
  std::vector<ShownHit> page;
  for (const UbiRecord& record : search) {
    if (record.kind != UbiRecord::Kind::impression || words.empty()) continue;
    if (find_hit(page, record) != nullptr) {
      ++others[kRepeatedImpressions];
    } else {
      page.push_back({record.document_id, record.rank, record.time, false, {}});
    }
  }
  for (const UbiRecord& record : search) {
    if (!page.empty() || record.kind != UbiRecord::Kind::query || words.empty()) continue;
    for (const std::string& hit : record.hits) {
      page.push_back({hit, record.rank + static_cast<int>(page.size()) + 1, record.time, false, {}});
    }
  }
  for (const UbiRecord& record : search) {
    for (std::size_t i = 0; i < record.log_probabilities.size(); ++i) {
      UbiRecord hit;  // a place of its own on the page
      hit.kind = UbiRecord::Kind::impression;
      hit.document_id = record.hits[i];
      hit.rank = record.rank + static_cast<int>(i) + 1;
      ShownHit* shown = find_hit(page, hit);
      if (shown != nullptr && !std::isnan(record.log_probabilities[i]))
        shown->log_probability = record.log_probabilities[i];
    }
  }
  std::vector<ShownHit> elsewhere;  // clicked, not shown
  for (const UbiRecord& record : search) {
    if (record.kind == UbiRecord::Kind::query) continue;
    if (words.empty()) {
      verdict({record.file, record.line_number}, RowFault::no_query, record.document_id);
      continue;
    }
    verdict({record.file, record.line_number}, RowFault::none, {});
    if (record.kind != UbiRecord::Kind::click) continue;
    ShownHit* hit = find_hit(page, record);
    if (hit == nullptr) hit = find_hit(elsewhere, record);
    if (hit == nullptr) {
      elsewhere.push_back({record.document_id, record.rank, record.time, true, {}});
    } else if (hit->is_clicked) {
      ++others[kRepeatedClicks];
    } else {
      hit->is_clicked = true;
    }
  }
  ClickRow row;
  row.session = session;
  row.query = words;
  for (const UbiRecord& record : search) {
    if (row.serialised_query.empty()) row.serialised_query = record.serialised_query;
  }
  const std::vector<std::string> said = contexts_of(search);
  for (std::size_t i = 0; i < said.size(); ++i) row.contexts[i] = said[i];
  for (const std::vector<ShownHit>* part : {&page, &elsewhere}) {
    for (const ShownHit& hit : *part) {
      if (hit.document_id.empty()) continue;
      row.document_id = hit.document_id;
      row.rank = hit.rank;
      row.time = hit.time < 0.0 ? std::optional<double>() : hit.time;
      row.is_impression = part == &page;
      row.clicked = hit.is_clicked;
      row.log_probability = hit.log_probability;
      each(row);
    }
  }
}

UbiSearches::UbiSearches(const ClickLogOptions& options, double latest_time, std::size_t max_bytes)
    : state_(std::make_unique<State>(options, latest_time, max_bytes)) {}
UbiSearches::~UbiSearches() = default;

RowFault UbiSearches::take(std::string_view text, const Line& line, bool& is_pending) {
  State& s = *state_;
  is_pending = false;
  if (!simdjson::validate_utf8(text.data(), text.size())) return RowFault::not_utf8;
  dom::object object;
  if (error_of_text(s.json.parse(text.data(), text.size()).get(object)) != simdjson::SUCCESS) return RowFault::not_json;
  UbiRecord record;
  record.file = line.file;
  record.line_number = line.number;
  unwrap(object);
  if (is_bulk_line(object)) {
    s.count_other(kBulkLines);
    return RowFault::none;
  }
  if (is_event(object)) return s.take_event(object, record, is_pending);
  if (is_there(object["query_id"])) return s.take_query(object, record);
  return RowFault::no_query;
}

void UbiSearches::finish(const EachRow& each_row, const Verdict& verdict) {
  State& s = *state_;
  const auto each = [&](const ClickRow& row) {
    s.has_impressions = s.has_impressions || row.is_impression;
    each_row(row);
  };
  std::vector<UbiRecord> search;
  std::string id;
  s.lines.finish([&](std::string_view key, std::string_view value) {
    if (key != id || search.size() == kMaxSearch) {
      if (!search.empty()) s.give(search, each, verdict);
      UbiRecord words_alone;
      if (key == id) {
        words_alone.words = words_of(search);
        words_alone.contexts = contexts_of(search);
      }
      search.clear();
      if (key == id) search.push_back(words_alone);
      id = key;
    }
    search.push_back(unpacked(value));
  });
  if (!search.empty()) s.give(search, each, verdict);
}

bool UbiSearches::has_ordinals() const { return state_->has_ordinals; }

bool UbiSearches::has_context(std::string_view name) const {
  const auto place = std::find(state_->contexts.begin(), state_->contexts.end(), name);
  return place != state_->contexts.end() &&
         state_->has_context[static_cast<std::size_t>(place - state_->contexts.begin())];
}

bool UbiSearches::has_impressions() const { return state_->has_impressions; }

const std::map<std::string, std::uint64_t>& UbiSearches::others() const { return state_->others; }

std::optional<RowFault> UbiLines::take(std::string_view line, std::uint64_t line_number, const EachRow& /*each*/) {
  bool is_pending = false;
  const RowFault fault = searches_->take(line, {file_, line_number}, is_pending);
  return is_pending ? std::nullopt : std::optional<RowFault>(fault);
}

}  // namespace irgan

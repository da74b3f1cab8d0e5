#include "trainer/log/column_names.h"

#include <algorithm>
#include <initializer_list>

#include "irgan/feature_schema.h"
#include "trainer/text/near_name.h"

namespace irgan {
namespace {

using Names = std::initializer_list<std::string_view>;

// The most telling first.
constexpr std::array<std::string_view, 6> kActionColumns = {"action_name", "event_name", "event_type",
                                                            "action",      "event",      "type"};

// The needed columns first.
struct Usual {
  ClickColumn column;
  Names plain_names;
};
const Usual kUsual[] = {
    {ClickColumn::doc_id,
     {"docid", "document", "documentid", "doc", "item", "itemid", "sku", "product", "productid", "objectid", "url",
      "resultid", "page"}},
    {ClickColumn::query,
     {"search", "searchterm", "searchquery", "searchphrase", "keyword", "keywords", "term", "terms", "querytext",
      "userquery", "words", "q"}},
    {ClickColumn::query_id, {"queryid", "qid", "searchid"}},
    {ClickColumn::rank, {"rank", "position", "pos", "ordinal", "place", "resultposition", "resultrank"}},
    {ClickColumn::clicked,
     {"clicked", "click", "clicks", "isclick", "isclicked", "wasclicked", "hasclick", "hasclicked", "clickflag",
      "clickedflag", "clickyn"}},
    {ClickColumn::time, {"timestamp", "date", "datetime", "ts", "clicktime", "eventtime", "createdat", "timems"}},
    {ClickColumn::page_id, {"pageid", "irganpage", "searchpage"}},
    {ClickColumn::session, {"sessionid", "sid", "visitor", "visitorid", "user", "userid", "clientid", "cookie"}},
};
const Names kClicks = {"click", "clicks", "clicked", "clickthrough", "clickthru", "resultclick", "resultclicked"};
const Names kOthers = {"impression", "impressions", "view",      "views",    "viewed", "show",      "shown",
                       "display",    "displayed",   "render",    "rendered", "search", "searched",  "query",
                       "ranking",    "hover",       "scroll",    "watch",    "cart",   "addtocart", "addedtocart",
                       "basket",     "purchase",    "purchased", "buy",      "order",  "checkout",  "conversion",
                       "pageview",   "filter",      "request",   "login",    "logout", "noclick",   "skip"};

bool has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == '.' || c == ' ') continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return plain;
}

ColumnNames::ColumnNames(const std::vector<std::pair<std::string, std::string>>& columns,
                         const std::vector<std::string>& contexts)
    : known_(kClickColumnNames.begin(), kClickColumnNames.end()) {
  if (contexts.size() > kMaxContexts)
    throw ConfigError("context", contexts[kMaxContexts] + ": a log has at most " + std::to_string(kMaxContexts));
  for (const std::string& context : contexts) {
    const std::string why_not = why_no_context_name(context);
    if (!why_not.empty())
      throw ConfigError("context", context + ": its name " + why_not + "; a column NAME=THEIRS gives it a plain one");
    if (std::find(known_.begin(), known_.end(), context) != known_.end())
      throw ConfigError("context", context + ": is a column of the log with a meaning of its own, or stands twice");
    known_.push_back(context);
  }
  std::copy(known_.begin(), known_.end(), names_.begin());
  for (const auto& [known, theirs] : columns) {
    const auto place = std::find(known_.begin(), known_.end(), known);
    if (place == known_.end()) {
      std::string all;
      for (const std::string& name : known_) all.append(all.empty() ? "" : ", ").append(name);
      throw ConfigError("column", known + "=" + theirs + ": there is no column '" + known + "'; the known ones are " +
                                      all + meant(known, known_));
    }
    const auto i = static_cast<std::size_t>(place - known_.begin());
    names_[i] = theirs;
    is_given_[i] = true;
  }
}

bool ColumnNames::is_of(std::string_view name, ClickColumn column) const {
  if (column != ClickColumn::action || is_given(column)) return !name.empty() && (*this)[column] == name;
  return std::find(kActionColumns.begin(), kActionColumns.end(), name) != kActionColumns.end();
}

bool ColumnNames::is_known(std::string_view name) const {
  for (std::size_t k = 0; k < size(); ++k) {
    if (is_of(name, static_cast<ClickColumn>(k))) return true;
  }
  return false;
}

std::optional<ClickColumn> usual_meaning(std::string_view name) {
  const std::string plain = plain_name(name);
  for (const Usual& usual : kUsual) {
    if (has(usual.plain_names, plain)) return usual.column;
  }
  return std::nullopt;
}

std::string likely_columns(const std::vector<std::string>& names, const ColumnNames& known) {
  std::string text;
  for (const Usual& usual : kUsual) {
    const auto like = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
      return !known.is_known(name) && usual_meaning(name) == usual.column;
    });
    if (like == names.end()) continue;
    const std::string_view column = kClickColumnNames[static_cast<std::size_t>(usual.column)];
    text.append(text.empty() ? "" : ", ").append(column).append("=").append(*like);
  }
  return text;
}

std::string unclear_clicks(const std::string& place, std::string_view name) {
  const std::string theirs(name);
  return "is missing: " + place + ": does '" + theirs +
         "' say what was clicked? If it is 0 or 1, the column clicked=" + theirs +
         " says so; if it is a number of clicks, count=" + theirs + "; if each row is a click, clicked= (nothing)";
}

ClickActions::ClickActions(const std::vector<std::string>& names,
                           const std::vector<std::pair<std::string, double>>& weights)
    : is_given_(!names.empty()) {
  for (const std::string& name : names) plain_.push_back(plain_name(name));
  if (!is_given_) plain_.assign(kClicks.begin(), kClicks.end());
  for (const auto& [name, weight] : weights) {
    weights_.emplace_back(plain_name(name), weight);
    plain_.push_back(weights_.back().first);
  }
}

double ClickActions::weight(std::string_view action) const {
  if (weights_.empty()) return 1.0;
  const std::string plain = plain_name(action);
  const auto found =
      std::find_if(weights_.begin(), weights_.end(), [&](const auto& each) { return each.first == plain; });
  return found == weights_.end() ? 1.0 : found->second;
}

bool ClickActions::is_click(std::string_view action) const {
  return std::find(plain_.begin(), plain_.end(), plain_name(action)) != plain_.end();
}

bool ClickActions::is_other(std::string_view action) const {
  return !is_click(action) && (is_given_ || has(kOthers, plain_name(action)));
}

}  // namespace irgan

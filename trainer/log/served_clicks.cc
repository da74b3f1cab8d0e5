#include "trainer/log/served_clicks.h"

#include <algorithm>
#include <cmath>

#include "trainer/text/query_words.h"

namespace irgan {
namespace {

constexpr double kManyLost = 0.1;  // share of the clicks

constexpr const char* kUnknownPage = "clicks of a page that no log has";
constexpr const char* kNotOnPage = "clicks on what their page did not show";
constexpr const char* kOtherTime = "clicks more than an hour after the search, or before it";
constexpr const char* kNeverShown = "clicks on what no search with their words showed";
constexpr const char* kUntold = "clicks without page_id, or query and time";
constexpr const char* kRepeated = "clicks on what was clicked already";
constexpr const char* kRows = "rows without a click, beside the log of searches";

std::string pair_key(std::string_view words, std::string_view document) {
  std::string key = query_words_key(words);
  key += '\0';
  key += document;
  return key;
}

}  // namespace

void ServedClicks::add(const ClickRow& row) {
  if (!row.clicked) {
    ++num_rows_;
    return;
  }
  const std::size_t number = clicks_.size();
  Click& click = clicks_.emplace_back();
  click.time = row.time;
  click.count = row.count;
  click.session = &*sessions_.emplace(row.session).first;
  click.query_id = row.query_id;
  click.words = row.query;
  click.document = row.document_id;
  if (!row.page_id.empty()) {
    by_page_[std::string(row.page_id)].push_back(number);
    click.fate = Fate::unknown_page;
  } else if (row.query.empty() || !row.time) {
    click.fate = Fate::untold;
  } else {
    by_words_[pair_key(row.query, row.document_id)].clicks.push_back(number);
  }
}

void ServedClicks::take_page(ServedPage page, const EachRow& each) {
  auto held = std::make_shared<Held>();
  held->page = std::move(page);
  held->number = ++num_pages_;
  held->clicks.assign(held->page.documents.size(), 0.0);
  take_named(held);
  if (held->page.time) {
    newest_page_ = std::max(newest_page_, *held->page.time);
    take_by_words(held, each);
  }
  let_go(std::move(held), each);
  advance(newest_page_ - kServedDisorder, each);
}

void ServedClicks::take_named(const std::shared_ptr<Held>& page) {
  const auto named = page->page.id.empty() ? by_page_.end() : by_page_.find(page->page.id);
  if (named == by_page_.end()) return;
  const std::vector<std::string>& documents = page->page.documents;
  for (const std::size_t number : named->second) {
    Click& click = clicks_[number];
    const auto place = std::find(documents.begin(), documents.end(), click.document);
    click.fate = place == documents.end() ? Fate::not_on_page : Fate::by_page;
    if (click.fate == Fate::by_page) {
      mark(*page, static_cast<std::size_t>(place - documents.begin()), click);
    } else {
      click.words = page->page.words;
      click.query_id = page->page.query_id;
    }
  }
  by_page_.erase(named);  // a page that stands in two files is clicked once
}

void ServedClicks::take_by_words(const std::shared_ptr<Held>& page, const EachRow& each) {
  if (page->page.words.empty() || by_words_.empty()) return;
  const double time = *page->page.time;
  for (std::size_t place = 0; place < page->page.documents.size(); ++place) {
    const auto found = by_words_.find(pair_key(page->page.words, page->page.documents[place]));
    if (found == by_words_.end()) continue;
    Pair& pair = found->second;
    const auto is_earlier = [&](std::size_t number, double than) { return *clicks_[number].time < than; };
    if (!pair.is_sorted) {
      std::stable_sort(pair.clicks.begin(), pair.clicks.end(),
                       [&](std::size_t a, std::size_t b) { return is_earlier(a, *clicks_[b].time); });
    }
    pair.is_sorted = pair.is_shown = true;
    auto number = std::lower_bound(pair.clicks.begin(), pair.clicks.end(), time - kClockSlack, is_earlier);
    for (; number != pair.clicks.end() && *clicks_[*number].time <= time + kLongestVisit; ++number) {
      Click& click = clicks_[*number];
      if (click.fate != Fate::open || (click.page != nullptr && *click.page->page.time > time)) continue;
      if (click.page == nullptr) pending_.push({*click.time, *number});
      if (click.page != nullptr) let_go(std::move(click.page), each);
      click.page = page;
      click.place = place;
    }
  }
}

void ServedClicks::mark(Held& page, std::size_t place, const Click& click) {
  if (page.session.empty()) page.session = *click.session;
  const std::pair<std::size_t, double> event(place, click.count);
  if (std::find(page.events.begin(), page.events.end(), event) != page.events.end()) {
    ++num_repeated_;
    return;
  }
  page.events.push_back(event);
  page.clicks[place] += click.count;
}

// All searches that may be the click's own have been read.
void ServedClicks::settle(Click& click, const EachRow& each) {
  click.fate = Fate::by_words;
  mark(*click.page, click.place, click);
  let_go(std::move(click.page), each);
}

void ServedClicks::advance(double until, const EachRow& each) {
  while (!pending_.empty() && pending_.top().time + kClockSlack < until) {
    const std::size_t click = pending_.top().click;
    pending_.pop();
    settle(clicks_[click], each);
  }
}

// The last who lets a page go gives it.
// NOLINTNEXTLINE(performance-unnecessary-value-param): the caller holds it no longer
void ServedClicks::let_go(std::shared_ptr<Held> page, const EachRow& each) {
  if (page.use_count() > 1) return;
  const ServedPage& served = page->page;
  const std::string own_session = page->session.empty()
                                      ? "search " + (served.id.empty() ? std::to_string(page->number) : served.id)
                                      : std::string();
  ClickRow row;
  row.session = page->session.empty() ? std::string_view(own_session) : page->session;
  row.query = served.words;
  row.query_id = served.query_id;
  row.serialised_query = served.serialised_query;
  row.page_id = served.id;
  row.time = served.time;
  row.is_impression = true;
  for (std::size_t i = 0; i < served.contexts.size(); ++i) row.contexts[i] = served.contexts[i];
  for (std::size_t i = 0; i < served.documents.size(); ++i) {
    row.document_id = served.documents[i];
    row.rank = served.first + static_cast<int>(i) + 1;
    row.clicked = page->clicks[i] > 0.0;
    row.count = row.clicked ? page->clicks[i] : 1.0;
    row.log_probability.reset();
    if (!served.log_probabilities.empty() && !std::isnan(served.log_probabilities[i]))
      row.log_probability = served.log_probabilities[i];
    row.team = served.teams.empty() ? std::string_view() : std::string_view(served.teams[i]);
    each(row);
  }
}

void ServedClicks::give_alone(const Click& click, const EachRow& each) {
  if (click.words.empty() && click.query_id.empty()) return;
  ClickRow row;
  row.session = *click.session;
  row.query_id = click.query_id;
  row.query = click.words;
  row.document_id = click.document;
  row.time = click.time;
  row.count = click.count;
  each(row);
}

void ServedClicks::finish(const EachRow& each) {
  advance(std::numeric_limits<double>::infinity(), each);
  for (const auto& [key, pair] : by_words_) {
    for (const std::size_t number : pair.clicks) {
      if (clicks_[number].fate == Fate::open)
        clicks_[number].fate = pair.is_shown ? Fate::other_time : Fate::never_shown;
    }
  }
  for (const Click& click : clicks_) {
    switch (click.fate) {
      case Fate::by_page:
        ++num_by_page_;
        continue;
      case Fate::by_words:
        ++num_by_words_;
        continue;
      case Fate::unknown_page:
        ++counts_[kUnknownPage];
        break;
      case Fate::not_on_page:
        ++counts_[kNotOnPage];
        break;
      case Fate::other_time:
        ++counts_[kOtherTime];
        break;
      case Fate::never_shown:
        ++counts_[kNeverShown];
        break;
      default:
        ++counts_[kUntold];
    }
    give_alone(click, each);
  }
  if (num_repeated_ > 0) counts_[kRepeated] = num_repeated_;
  if (num_rows_ > 0) counts_[kRows] = num_rows_;
}

std::vector<std::string> ServedClicks::remarks() const {
  if (clicks_.empty())
    return {"the module's log says what was shown, not what was clicked: give the site's own log of clicks beside it"};
  std::vector<std::string> remarks = {"clicks joined to searches: " + std::to_string(num_by_page_) + " by page id, " +
                                      std::to_string(num_by_words_) + " by words, document and time"};
  const std::uint64_t num_lost = clicks_.size() - num_by_page_ - num_by_words_;
  if (static_cast<double>(num_lost) <= kManyLost * static_cast<double>(clicks_.size())) return remarks;
  const auto is_most = [&](const char* name) {
    const auto found = counts_.find(name);
    return found != counts_.end() && 2 * found->second > num_lost;
  };
  std::string& remark = remarks.emplace_back(std::to_string(num_lost) + " of " + std::to_string(clicks_.size()) +
                                             " clicks belong to no search of the module's log");
  if (is_most(kOtherTime)) remark += ": are their times UTC, and more than dates?";
  if (is_most(kUnknownPage)) remark += ": is a file of searches missing?";
  return remarks;
}

}  // namespace irgan

#include "trainer/log/omega_clicks.h"

#include <algorithm>
#include <utility>

namespace irgan {
namespace {

template <class To, class From>
std::vector<To> texts_of(const std::vector<From>& texts) {
  std::vector<To> result;
  result.reserve(texts.size());
  for (const From& text : texts) result.emplace_back(text);
  return result;
}

}  // namespace

void give_rows(const OmegaPage& page, const std::vector<double>& clicks, const EachRow& each) {
  ClickRow row;
  row.session = page.session;
  row.query = page.words;
  row.time = page.time;
  row.is_impression = true;
  for (std::size_t i = 0; i < page.docids.size(); ++i) {
    row.document_id = page.ids.empty() ? page.docids[i] : page.ids[i];
    row.rank = page.offset + static_cast<int>(i) + 1;
    row.clicked = clicks[i] > 0.0;
    row.count = row.clicked ? clicks[i] : 1.0;
    each(row);
  }
}

void OmegaClicks::add(std::string_view query_id, std::string_view docid, std::string_view document_id,
                      std::optional<double> time, std::string_view session) {
  const auto [place, is_new_query] = place_of_query_.try_emplace(std::string(query_id), queries_.size());
  if (is_new_query) queries_.emplace_back().id = query_id;
  Query& query = queries_[place->second];
  const auto [number, is_new_click] = query.place_of_docid.try_emplace(std::string(docid), query.clicks.size());
  if (is_new_click) query.clicks.emplace_back().document_id = document_id;
  Click& click = query.clicks[number->second];
  const std::string* whose = &*sessions_.emplace(session).first;
  if (time) {
    click.timed.push_back({*time, whose});
    query.has_times = true;
  } else if (!click.undated.empty() && click.undated.back().session == whose) {
    ++click.undated.back().count;
  } else {
    click.undated.push_back({whose, 1});
  }
}

void OmegaClicks::take_page(const OmegaPage& page, const EachRow& each) {
  const auto found = place_of_query_.find(std::string(page.query_id));
  if (found == place_of_query_.end()) {
    none_.assign(page.docids.size(), 0.0);
    give_rows(page, none_, each);
  } else if (page.time && queries_[found->second].has_times) {
    waiting_.emplace(*page.time, copy_of(page, found->second));
  } else {
    take_at_once(queries_[found->second], page, each);
  }
  if (!page.time) return;
  newest_page_ = std::max(newest_page_, *page.time);
  advance(newest_page_ - kOmegaDisorder, each);
}

void OmegaClicks::sort_times(Click& click) {
  if (!click.is_sorted) {
    std::sort(click.timed.begin(), click.timed.end(), [](const Timed& a, const Timed& b) { return a.time > b.time; });
  }
  click.is_sorted = true;
}

bool OmegaClicks::take_undated(Click& click) {
  if (click.undated.empty()) return false;
  if (--click.undated.back().count == 0) click.undated.pop_back();
  return true;
}

// By the order of the log alone.
void OmegaClicks::take_at_once(Query& query, const OmegaPage& page, const EachRow& each) {
  std::vector<double> clicks(page.docids.size(), 0.0);
  if (query.words.empty()) query.words = page.words;
  for (std::size_t i = 0; i < page.docids.size(); ++i) {
    const auto place = query.place_of_docid.find(std::string(page.docids[i]));
    if (place == query.place_of_docid.end()) continue;
    Click& click = query.clicks[place->second];
    click.is_shown = true;
    if (!take_undated(click)) {
      if (click.timed.empty() || click.holder != nullptr) continue;
      sort_times(click);
      click.timed.pop_back();
    }
    clicks[i] = 1.0;
  }
  give_rows(page, clicks, each);
}

std::shared_ptr<OmegaClicks::Held> OmegaClicks::copy_of(const OmegaPage& page, std::size_t query) {
  auto held = std::make_shared<Held>();
  held->query = query;
  held->words = page.words;
  held->session = page.session;
  held->time = *page.time;
  held->offset = page.offset;
  held->docids = texts_of<std::string>(page.docids);
  held->ids = texts_of<std::string>(page.ids);
  held->clicks.assign(page.docids.size(), 0.0);
  return held;
}

void OmegaClicks::hold(std::shared_ptr<Held> page, const EachRow& each) {
  Query& query = queries_[page->query];
  if (query.words.empty()) query.words = page->words;
  for (std::size_t i = 0; i < page->docids.size(); ++i) {
    const auto click = query.place_of_docid.find(page->docids[i]);
    if (click != query.place_of_docid.end()) show(click->second, page, i, each);
  }
  let_go(std::move(page), each);
}

void OmegaClicks::show(std::size_t number, const std::shared_ptr<Held>& page, std::size_t row, const EachRow& each) {
  Click& click = queries_[page->query].clicks[number];
  if (take_undated(click)) page->clicks[row] = 1.0;
  if (click.holder != nullptr && click.holder->time > page->time) return;  // it came too late
  click.is_shown = true;
  sort_times(click);
  settle(click, page->time, each);
  if (click.holder != nullptr) let_go(std::move(click.holder), each);
  if (click.timed.empty()) return;
  click.holder = page;
  click.row = row;
  if (!click.is_pending) pending_.push({click.timed.back().time, page->query, number});
  click.is_pending = true;
}

// Gives the clicks from before that time to the page that holds them, and lets it go when none is left.
void OmegaClicks::settle(Click& click, double before, const EachRow& each) {
  if (click.holder == nullptr) return;
  double& clicks = click.holder->clicks[click.row];
  for (; !click.timed.empty() && click.timed.back().time < before; click.timed.pop_back()) {
    if (clicks > 0.0) ++num_repeated_;
    clicks = 1.0;
  }
  if (click.timed.empty()) let_go(std::move(click.holder), each);
}

// All pages from before that time have come, but for those that came too late.
void OmegaClicks::advance(double until, const EachRow& each) {
  while (!waiting_.empty() && waiting_.begin()->first < until) {
    std::shared_ptr<Held> page = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    hold(std::move(page), each);
  }
  while (!pending_.empty() && pending_.top().time < until) {
    const Pending next = pending_.top();
    pending_.pop();
    Click& click = queries_[next.query].clicks[next.click];
    settle(click, until, each);
    click.is_pending = click.holder != nullptr;
    if (click.is_pending) pending_.push({click.timed.back().time, next.query, next.click});
  }
}

// The last who lets a page go gives it.
// NOLINTNEXTLINE(performance-unnecessary-value-param): the caller holds it no longer
void OmegaClicks::let_go(std::shared_ptr<Held> page, const EachRow& each) {
  if (page.use_count() > 1) return;
  give_rows({{},
             page->words,
             page->session,
             page->time,
             page->offset,
             texts_of<std::string_view>(page->docids),
             texts_of<std::string_view>(page->ids)},
            page->clicks, each);
}

void OmegaClicks::give_alone(const Query& query, const Click& click, const EachRow& each) {
  ClickRow row;
  (query.words.empty() ? row.query_id : row.query) = query.words.empty() ? query.id : query.words;
  row.document_id = click.document_id;
  for (const Undated& undated : click.undated) {
    row.session = *undated.session;
    row.count = static_cast<double>(undated.count);
    each(row);
  }
  row.count = 1.0;
  for (const Timed& timed : click.timed) {
    row.session = *timed.session;
    row.time = timed.time;
    each(row);
  }
}

std::uint64_t OmegaClicks::finish(const EachRow& each) {
  advance(std::numeric_limits<double>::infinity(), each);
  for (const Query& query : queries_) {
    for (const Click& click : query.clicks) {
      if (!click.is_shown) {
        give_alone(query, click, each);
        continue;
      }
      num_repeated_ += click.timed.size();
      for (const Undated& undated : click.undated) num_repeated_ += undated.count;
    }
  }
  return num_repeated_;
}

}  // namespace irgan

#include "trainer/omega_clicks.h"

#include <algorithm>
#include <limits>

namespace irgan {
namespace {

template <class To, class From>
std::vector<To> texts_of(const std::vector<From>& texts) {
  std::vector<To> result;
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
                      std::optional<double> time) {
  const auto [place, is_new_query] = place_of_query_.try_emplace(std::string(query_id), queries_.size());
  if (is_new_query) queries_.emplace_back().id = query_id;
  Query& query = queries_[place->second];
  const auto [number, is_new_click] = query.place_of_docid.try_emplace(std::string(docid), query.clicks.size());
  if (is_new_click) {
    Click& click = query.clicks.emplace_back();
    click.document_id = document_id;
    click.first_time = time;
  }
  Click& click = query.clicks[number->second];
  if (time) {
    click.times.push_back(*time);
    query.has_times = true;
  } else {
    ++click.num_undated;
  }
}

void OmegaClicks::take_page(const OmegaPage& page, const EachRow& each) {
  if (page.time) newest_page_ = std::max(newest_page_.value_or(*page.time), *page.time);
  const auto found = place_of_query_.find(std::string(page.query_id));
  if (found == place_of_query_.end()) {
    none_.assign(page.docids.size(), 0.0);
    give_rows(page, none_, each);
  } else if (page.time && queries_[found->second].has_times) {
    hold(found->second, page);
    give_known(queries_[found->second], each);
  } else {
    take_at_once(queries_[found->second], page, each);
  }
  if (page.time) advance(each);
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
    if (!page.ids.empty()) click.document_id = page.ids[i];
    if (click.num_undated > 0) {
      --click.num_undated;
    } else if (!click.times.empty() && click.holder == nullptr) {
      click.times.erase(std::min_element(click.times.begin(), click.times.end()));
    } else {
      continue;
    }
    clicks[i] = 1.0;
  }
  give_rows(page, clicks, each);
}

void OmegaClicks::hold(std::size_t place, const OmegaPage& page) {
  Query& query = queries_[place];
  if (query.words.empty()) query.words = page.words;
  Held& held = query.held.emplace_back();
  held.number = num_held_++;
  held.query_id = page.query_id;
  held.words = page.words;
  held.session = page.session;
  held.time = *page.time;
  held.offset = page.offset;
  held.docids = texts_of<std::string>(page.docids);
  held.ids = texts_of<std::string>(page.ids);
  held.clicks.assign(page.docids.size(), 0.0);
  for (std::size_t i = 0; i < held.docids.size(); ++i) {
    const auto click = query.place_of_docid.find(held.docids[i]);
    if (click != query.place_of_docid.end()) show(place, click->second, held, i);
  }
}

void OmegaClicks::show(std::size_t place, std::size_t number, Held& page, std::size_t row) {
  Click& click = queries_[place].clicks[number];
  if (!page.ids.empty()) click.document_id = page.ids[row];
  if (click.num_undated > 0) {
    --click.num_undated;
    page.clicks[row] = 1.0;
  }
  if (click.holder != nullptr && click.holder->time > page.time) return;  // lines need not be in the order of their times
  click.is_shown = true;
  if (!click.is_sorted) std::sort(click.times.rbegin(), click.times.rend());
  click.is_sorted = true;
  settle(click, page.time);
  if (click.holder != nullptr) --click.holder->num_open;
  click.holder = nullptr;
  if (click.times.empty()) return;
  click.holder = &page;
  click.row = row;
  ++page.num_open;
  if (!click.is_pending) pending_.push({click.times.back(), place, number});
  click.is_pending = true;
}

// Gives the clicks from before that time to the page that holds them, and lets it go when none is left.
void OmegaClicks::settle(Click& click, double before) {
  if (click.holder == nullptr) return;
  double& clicks = click.holder->clicks[click.row];
  for (; !click.times.empty() && click.times.back() < before; click.times.pop_back()) {
    if (clicks > 0.0) ++num_repeated_;
    clicks = 1.0;
  }
  if (!click.times.empty()) return;
  --click.holder->num_open;
  click.holder = nullptr;
}

// No page is to come that is older than the newest so far, but for a log that is out of order.
void OmegaClicks::advance(const EachRow& each) {
  while (!pending_.empty() && pending_.top().time < *newest_page_) {
    const Pending next = pending_.top();
    pending_.pop();
    Query& query = queries_[next.query];
    Click& click = query.clicks[next.click];
    settle(click, *newest_page_);
    click.is_pending = click.holder != nullptr;
    if (click.is_pending) pending_.push({click.times.back(), next.query, next.click});
    give_known(query, each);
  }
}

void OmegaClicks::give_known(Query& query, const EachRow& each) {
  for (; !query.held.empty() && query.held.front().num_open == 0; query.held.pop_front()) give(query.held.front(), each);
}

void OmegaClicks::give(const Held& page, const EachRow& each) {
  give_rows({page.query_id, page.words, page.session, page.time, page.offset, texts_of<std::string_view>(page.docids),
             texts_of<std::string_view>(page.ids)},
            page.clicks, each);
}

std::uint64_t OmegaClicks::finish(const EachRow& each) {
  std::list<Held> rest;
  for (Query& query : queries_) {
    for (Click& click : query.clicks) settle(click, std::numeric_limits<double>::infinity());
    rest.splice(rest.end(), query.held);
  }
  rest.sort([](const Held& a, const Held& b) { return a.number < b.number; });
  for (const Held& page : rest) give(page, each);
  for (const Query& query : queries_) {
    for (const Click& click : query.clicks) {
      const std::uint64_t num_left = click.num_undated + click.times.size();
      if (click.is_shown) num_repeated_ += num_left;
      if (click.is_shown || num_left == 0) continue;
      ClickRow row;
      (query.words.empty() ? row.query_id : row.query) = query.words.empty() ? query.id : query.words;
      row.document_id = click.document_id;
      row.time = click.first_time;
      row.count = static_cast<double>(num_left);
      each(row);
    }
  }
  return num_repeated_;
}

}  // namespace irgan

#include "trainer/evidence/spilled_clicks.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace irgan {
namespace {

constexpr char kClicks = 'C';
constexpr char kPage = 'P';

// Appends `text` so that keys sort as their texts do, whatever bytes these hold, and none is the beginning of another.
void append_ordered(std::string& key, std::string_view text) {
  for (const char letter : text) {
    key += letter;
    if (letter == '\0') key += '\xFF';
  }
  key.append(2, '\0');
}

std::string take_ordered(std::string_view& key) {
  std::string text;
  std::size_t i = 0;
  for (; key[i] != '\0' || key[i + 1] == '\xFF'; ++i) {
    text += key[i];
    if (key[i] == '\0') ++i;
  }
  key.remove_prefix(i + 2);
  return text;
}

template <class Number>
void append_bytes(std::string& bytes, Number number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <class Number>
Number take_bytes(std::string_view& bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return number;
}

// A page while equal ones are added to it.
struct PageSums {
  std::uint64_t opening = 0;
  std::vector<SpilledClicks::NamedShowing> showings;  // without ids
};

// Adds the records of one query up.
class QuerySums {
 public:
  QuerySums(const EvidenceRules& rules, const std::function<void(QueryEvidence&&)>& each)
      : rules_(rules), each_(each) {}

  void take(std::string_view key, std::string_view value) {
    const bool is_same = has_key_ && key == key_;
    if (!is_same) {
      end_key();
      key_ = key;
      has_key_ = true;
      std::string_view rest = key;
      std::string query_id = take_ordered(rest);
      if (has_query_ && query_id != evidence_.query_id) give();
      evidence_.query_id = std::move(query_id);
      has_query_ = true;
    }
    std::string_view kind = key_;
    take_ordered(kind);
    is_page_ = kind[0] == kPage;
    const bool is_dated = take_bytes<char>(value) != 0;
    if (is_page_) {
      take_page(value, is_dated, is_same);
    } else {
      sums_.add(take_sums(value, is_dated), rules_.decay);
    }
  }

  void end() {
    end_key();
    if (has_query_) give();
  }

 private:
  DecayedSum take_decayed(std::string_view& value, bool is_dated) const {
    DecayedSum sum;
    sum.value = take_bytes<double>(value);
    sum.time = take_bytes<double>(value);
    if (!is_dated) sum.time = rules_.first_time;
    return sum;
  }
  ClickSums take_sums(std::string_view& value, bool is_dated) const {
    ClickSums sums;
    sums.decayed = take_decayed(value, is_dated);
    sums.in_full = take_bytes<double>(value);
    return sums;
  }

  void take_page(std::string_view value, bool is_dated, bool is_same) {
    const auto opening = take_bytes<std::uint64_t>(value);
    page_.opening = is_same ? std::min(page_.opening, opening) : opening;
    for (std::size_t i = 0; !value.empty(); ++i) {
      const DecayedSum clicks = take_decayed(value, is_dated);
      const double shown = take_bytes<double>(value);
      const double last_clicks = take_bytes<double>(value);
      if (is_same) {
        page_.showings[i].clicks.add(clicks.value, clicks.time, rules_.page_decay);
        page_.showings[i].shown += shown;
        page_.showings[i].last_clicks += last_clicks;
      } else {
        page_.showings.push_back({{}, 0, clicks, shown, last_clicks});
      }
    }
  }

  void end_key() {
    if (!has_key_) return;
    std::string_view rest = key_;
    take_ordered(rest);
    rest.remove_prefix(1);
    if (!is_page_) {
      const double clicks = rules_.decays ? sums_.decayed.at(rules_.newest_time, rules_.decay) : sums_.in_full;
      evidence_.clicks.emplace(take_ordered(rest), clicks);
      sums_ = ClickSums();
      return;
    }
    Page page{evidence_.query_id, {}};
    bool is_clicked = false;
    for (const SpilledClicks::NamedShowing& showing : page_.showings) {
      is_clicked = is_clicked || showing.clicks.value > 0.0;
      std::string document_id = take_ordered(rest);
      const int rank = take_bytes<int>(rest);
      page.documents.push_back({std::move(document_id), rank, showing.clicks.at(rules_.newest_time, rules_.page_decay),
                                showing.shown, showing.last_clicks});
    }
    if (!is_clicked) ++evidence_.num_unclicked_pages;
    pages_.emplace_back(page_.opening, std::move(page));
    page_ = PageSums();
  }

  void give() {
    std::sort(pages_.begin(), pages_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [opening, page] : pages_) evidence_.pages.push_back(std::move(page));
    pages_.clear();
    each_(std::move(evidence_));
    evidence_ = QueryEvidence();
    has_query_ = false;
  }

  const EvidenceRules& rules_;
  const std::function<void(QueryEvidence&&)>& each_;
  std::string key_;
  bool has_key_ = false;
  bool is_page_ = false;
  bool has_query_ = false;
  ClickSums sums_;
  PageSums page_;
  QueryEvidence evidence_;
  std::vector<std::pair<std::uint64_t, Page>> pages_;  // with their first openings
};

}  // namespace

void SpilledClicks::add_clicks(std::string_view query_id, std::string_view document_id, const ClickSums& sums,
                               bool is_dated) {
  std::string key;
  append_ordered(key, query_id);
  key += kClicks;
  append_ordered(key, document_id);
  std::string value;
  append_bytes<char>(value, is_dated ? 1 : 0);
  append_bytes(value, sums.decayed.value);
  append_bytes(value, sums.decayed.time);
  append_bytes(value, sums.in_full);
  records_.add(key, value);
}

void SpilledClicks::add_page(std::string_view query_id, std::uint64_t opening,
                             const std::vector<NamedShowing>& showings, bool is_dated) {
  std::string key;
  append_ordered(key, query_id);
  key += kPage;
  std::string value;
  append_bytes<char>(value, is_dated ? 1 : 0);
  append_bytes(value, opening);
  for (const NamedShowing& showing : showings) {
    append_ordered(key, showing.document_id);
    append_bytes(key, showing.rank);
    append_bytes(value, showing.clicks.value);
    append_bytes(value, showing.clicks.time);
    append_bytes(value, showing.shown);
    append_bytes(value, showing.last_clicks);
  }
  records_.add(key, value);
}

void SpilledClicks::finish(const EvidenceRules& rules, const std::function<void(QueryEvidence&&)>& each) {
  QuerySums sums(rules, each);
  records_.finish([&](std::string_view key, std::string_view value) { sums.take(key, value); });
  sums.end();
}

}  // namespace irgan

#include "trainer/evidence/page_sums.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "trainer/machine/hash.h"

namespace irgan {
namespace {

constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);
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
  std::vector<ShowingSums> showings;
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
      ShowingSums sums;
      sums.clicks = take_decayed(value, is_dated);
      sums.shown = take_bytes<double>(value);
      sums.last_clicks = take_bytes<double>(value);
      if (is_same) {
        page_.showings[i].add(sums, rules_.page_decay);
      } else {
        page_.showings.push_back(sums);
      }
    }
  }

  void end_key() {
    if (!has_key_) return;
    std::string_view rest = key_;
    take_ordered(rest);
    rest.remove_prefix(1);
    if (!is_page_) {
      evidence_.clicks.emplace(take_ordered(rest), sums_.at_end(rules_));
      sums_ = ClickSums();
      return;
    }
    Page page{evidence_.query_id, {}};
    bool is_clicked = false;
    for (const ShowingSums& sums : page_.showings) {
      is_clicked = is_clicked || sums.clicks.value > 0.0;
      std::string document_id = take_ordered(rest);
      const int rank = take_bytes<int>(rest);
      page.documents.push_back(sums.at_end(std::move(document_id), rank, rules_));
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

void DistinctPages::merge(std::uint32_t query, std::uint64_t opening, const std::vector<Showing>& showings,
                          const Decay& decay) {
  std::uint64_t hash = mix_hash(0, query);
  for (const Showing& showing : showings) {
    hash = mix_hash(mix_hash(hash, showing.document), static_cast<std::uint64_t>(showing.rank));
  }
  std::uint32_t& head = by_hash_.emplace(hash, kNone).first->second;
  for (std::uint32_t i = head; i != kNone; i = entries_[i].next_of_hash) {
    if (!is_same(entries_[i], query, showings)) continue;
    entries_[i].first_opening = std::min(entries_[i].first_opening, opening);
    for (std::size_t k = 0; k < showings.size(); ++k) {
      showings_[entries_[i].first_showing + k].sums.add(showings[k].sums, decay);
    }
    return;
  }
  entries_.push_back({query, static_cast<std::uint32_t>(showings.size()), showings_.size(), opening, head});
  head = static_cast<std::uint32_t>(entries_.size() - 1);
  showings_.insert(showings_.end(), showings.begin(), showings.end());
}

bool DistinctPages::is_same(const Entry& entry, std::uint32_t query, const std::vector<Showing>& showings) const {
  if (entry.query != query || entry.num_showings != showings.size()) return false;
  for (std::size_t k = 0; k < showings.size(); ++k) {
    const Showing& own = showings_[entry.first_showing + k];
    if (own.document != showings[k].document || own.rank != showings[k].rank) return false;
  }
  return true;
}

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

void SpilledClicks::add_page(std::string_view query_id, std::uint64_t opening, const std::vector<Showing>& showings,
                             const StringTable& documents, bool is_dated) {
  std::string key;
  append_ordered(key, query_id);
  key += kPage;
  std::string value;
  append_bytes<char>(value, is_dated ? 1 : 0);
  append_bytes(value, opening);
  for (const Showing& showing : showings) {
    append_ordered(key, documents[showing.document]);
    append_bytes(key, showing.rank);
    append_bytes(value, showing.sums.clicks.value);
    append_bytes(value, showing.sums.clicks.time);
    append_bytes(value, showing.sums.shown);
    append_bytes(value, showing.sums.last_clicks);
  }
  records_.add(key, value);
}

void SpilledClicks::finish(const EvidenceRules& rules, const std::function<void(QueryEvidence&&)>& each) {
  QuerySums sums(rules, each);
  records_.finish([&](std::string_view key, std::string_view value) { sums.take(key, value); });
  sums.end();
}

}  // namespace irgan

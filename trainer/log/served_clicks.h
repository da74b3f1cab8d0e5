/// Which search of the preload module's log each click of a site's own log is of.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "irgan/click_row.h"

namespace irgan {

/// One line of the module's log: a page of hits that was served.
struct ServedPage {
  std::string id;                ///< that the module gave it; empty: none
  std::string words;             ///< typed; empty: not known
  std::string query_id;          ///< where the words are not known: an id of the query itself
  std::string serialised_query;  ///< in base64; empty: not known
  std::optional<double> time;    ///< seconds since 1970 UTC
  int first = 0;                 ///< number of the first document, counted from 0
  std::vector<std::string> documents;
  std::vector<double> log_probabilities;  ///< none, or one a document, NaN where it has none
  std::vector<std::string> teams;         ///< none, or one a document, "" where it has none
  std::vector<std::string> contexts;      ///< none, or a value each of ClickLogOptions::contexts
};

/// Seconds after a search in which a click that does not name its page can be one on it.
constexpr double kLongestVisit = 3600.0;
/// Seconds by which a click may be older than its search: many sites log whole seconds, and servers' clocks differ.
constexpr double kClockSlack = 2.0;
/// Seconds by which a search may stand behind a newer one in what is read.
constexpr double kServedDisorder = 300.0;

/// The clicks of a site's own log, until the searches that they belong to have been read.
///
/// A click that names a page is one on that page. Another one, with words and a time, goes to the latest search that
/// showed the document for these words (query_words_key) from kLongestVisit before it to kClockSlack after it. A search
/// that stands more than kServedDisorder behind a newer one may come too late. Events of one showing are counted once
/// for each count that they stand for: two clicks are one, a click and a purchase that counts 5 are 6.
///
/// What cannot be joined is a click alone if its query is known.
///
/// Threads: one a thread
/// Cost:    O(log n) a click and its search; memory by clicks, about 200 bytes each, and by the searches of the last
///          minutes that have clicks
class ServedClicks {
 public:
  /// Keeps a click; counts a row that is none, since the module's log says what was shown.
  ///
  /// Requires: no page was taken
  void add(const ClickRow& row);

  /// Gives the page's rows, or those of earlier ones, when their clicks are known. A page is of its clicks' session, or
  /// of one of its own.
  void take_page(ServedPage page, const EachRow& each);

  /// Gives the other pages, then the clicks that belong to none, as clicks alone.
  void finish(const EachRow& each);

  /// Clicks that are on no page, or on what was clicked already, and rows that are no clicks, by what they are.
  ///
  /// Requires: finish()
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }
  /// How clicks were joined, and what looks as if they and the searches did not belong together, in sentences.
  ///
  /// Requires: finish()
  std::vector<std::string> remarks() const;

 private:
  struct Held {
    ServedPage page;
    std::uint64_t number = 0;  ///< of all pages
    std::string_view session;
    std::vector<double> clicks;
    std::vector<std::pair<std::size_t, double>> events;  ///< by document, that were counted
  };
  enum class Fate { open, by_page, by_words, unknown_page, not_on_page, other_time, never_shown, untold };
  struct Click {
    std::optional<double> time;
    double count = 1.0;
    const std::string* session = nullptr;
    std::string query_id;
    std::string words;
    std::string document;
    std::shared_ptr<Held> page;  ///< the latest so far that may be its own
    std::size_t place = 0;       ///< of the document on it
    Fate fate = Fate::open;
  };
  struct Pair {
    std::vector<std::size_t> clicks;  ///< by time, once is_sorted
    bool is_sorted = false;
    bool is_shown = false;
  };
  struct Pending {
    double time = 0.0;
    std::size_t click = 0;
    bool operator<(const Pending& other) const { return time > other.time; }  // the earliest first
  };

  void take_named(const std::shared_ptr<Held>& page);
  void take_by_words(const std::shared_ptr<Held>& page, const EachRow& each);
  void mark(Held& page, std::size_t place, const Click& click);
  void settle(Click& click, const EachRow& each);
  void advance(double until, const EachRow& each);
  void let_go(std::shared_ptr<Held> page, const EachRow& each);
  void give_alone(const Click& click, const EachRow& each);

  std::unordered_set<std::string> sessions_;  // its elements never move, so pointers to them stay good
  std::vector<Click> clicks_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_page_;
  std::unordered_map<std::string, Pair> by_words_;  // and document
  std::priority_queue<Pending> pending_;
  double newest_page_ = -std::numeric_limits<double>::infinity();
  std::uint64_t num_pages_ = 0;
  std::uint64_t num_rows_ = 0;  // that were added and are no clicks
  std::uint64_t num_repeated_ = 0;
  std::uint64_t num_by_page_ = 0;
  std::uint64_t num_by_words_ = 0;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace irgan

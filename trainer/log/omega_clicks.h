/// Which page of Omega's search.log each line of its clicks.log is of.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "irgan/click_row.h"

namespace irgan {

/// A line of search.log or final.log.
struct OmegaPage {
  std::string_view query_id;
  std::string_view words;
  std::string_view session;
  std::optional<double> time;
  int offset = 0;  ///< of the first document, counted from 0
  std::vector<std::string_view> docids;
  std::vector<std::string_view> ids;  ///< the documents' own; none, or one for each docid
};

/// Gives a row for each document of the page; clicks: of each, 0 for none.
void give_rows(const OmegaPage& page, const std::vector<double>& clicks, const EachRow& each);

/// Seconds by which a page may stand behind a newer one in what is read: requests end in another order than they began
/// in, and servers' clocks differ.
constexpr double kOmegaDisorder = 300.0;

/// The clicks of clicks.log, until the searches that they belong to have been read.
///
/// A click with a time goes to the last page, by the pages' times, that showed the document for its query id at that
/// time or before; where all showed it later, to the first. A page that stands more than kOmegaDisorder behind a newer
/// one gets only what is left. Where the click or the page has no time, the k-th click on a document is taken for one
/// on the k-th page that showed it. Clicks beyond the first on a showing are on what was clicked already.
///
/// Threads: one a thread
/// Cost:    O(log n) a timed click or waiting page; memory by distinct clicked pairs of query id and docid, about 450
/// bytes each,
///          16 bytes a further click with a time, and each session of clicks.log once. Of the pages, about 2 kB for ten
///          documents with ids, those are kept whose queries have timed clicks and that are less than kOmegaDisorder
///          older than the newest; of older ones at most one for each clicked pair, until pages are that much newer
///          than its last click
class OmegaClicks {
 public:
  /// session: of the click, empty if it says none
  /// Requires: no page was taken
  void add(std::string_view query_id, std::string_view docid, std::string_view document_id, std::optional<double> time,
           std::string_view session);

  /// Gives the pages whose clicks are known now, each as one run of rows, in no order.
  void take_page(const OmegaPage& page, const EachRow& each);

  /// Gives the other pages, then the clicks on what no page showed, as clicks alone: a row for each that has a time,
  /// and one for those of a session that have none. Returns how many clicks fell on what was clicked already.
  std::uint64_t finish(const EachRow& each);

 private:
  /// A page whose clicks are not all known.
  struct Held {
    std::size_t query = 0;
    std::string words, session;
    double time = 0.0;
    int offset = 0;
    std::vector<std::string> docids, ids;
    std::vector<double> clicks;
  };
  struct Timed {
    double time = 0.0;
    const std::string* session = nullptr;
  };
  struct Undated {
    const std::string* session = nullptr;
    std::uint64_t count = 0;
  };
  struct Click {
    std::vector<Undated> undated;
    std::vector<Timed> timed;  ///< from the latest to the earliest, once is_sorted
    std::string document_id;
    std::shared_ptr<Held> holder;  ///< the last page that showed it, if `timed` has some since
    std::size_t row = 0;           ///< of it
    bool is_shown = false;
    bool is_sorted = false;
    bool is_pending = false;  ///< stands in the queue, as all do that have a holder
  };
  struct Query {
    std::string id;
    std::string words;  ///< once a search has said them
    bool has_times = false;
    std::unordered_map<std::string, std::size_t> place_of_docid;
    std::vector<Click> clicks;
  };
  struct Pending {
    double time = 0.0;
    std::size_t query = 0;
    std::size_t click = 0;
    bool operator<(const Pending& other) const { return time > other.time; }  // the earliest first
  };

  static void sort_times(Click& click);
  static bool take_undated(Click& click);
  static void give_alone(const Query& query, const Click& click, const EachRow& each);
  static void let_go(std::shared_ptr<Held> page, const EachRow& each);
  static std::shared_ptr<Held> copy_of(const OmegaPage& page, std::size_t query);
  void take_at_once(Query& query, const OmegaPage& page, const EachRow& each);
  void hold(std::shared_ptr<Held> page, const EachRow& each);
  void show(std::size_t click, const std::shared_ptr<Held>& page, std::size_t row, const EachRow& each);
  void settle(Click& click, double before, const EachRow& each);
  void advance(double until, const EachRow& each);

  std::unordered_map<std::string, std::size_t> place_of_query_;
  std::unordered_set<std::string> sessions_;  // its elements never move, so pointers to them stay good
  std::vector<Query> queries_;
  std::multimap<double, std::shared_ptr<Held>> waiting_;  // by time: an older one may still come
  std::priority_queue<Pending> pending_;
  std::vector<double> none_;
  double newest_page_ = -std::numeric_limits<double>::infinity();
  std::uint64_t num_repeated_ = 0;
};

}  // namespace irgan

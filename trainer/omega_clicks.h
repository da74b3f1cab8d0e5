/// Which page of Omega's search.log each line of its clicks.log is of.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "trainer/click_fields.h"

namespace irgan {

/// A line of search.log or final.log.
struct OmegaPage {
  std::string_view query_id;
  std::string_view words;
  std::string_view session;
  std::optional<double> time;
  int offset = 0;                      ///< of the first document, counted from 0
  std::vector<std::string_view> docids;
  std::vector<std::string_view> ids;   ///< the documents' own; none, or one for each docid
};

using EachRow = std::function<void(const ClickRow&)>;

/// Gives a row for each document of the page; clicks: of each, 0 for none.
void give_rows(const OmegaPage& page, const std::vector<double>& clicks, const EachRow& each);

/// The clicks of clicks.log, until the searches that they belong to have been read.
///
/// A click with a time goes to the last page, by the pages' times, that showed the document for its query id at that time or
/// before; where all showed it later, to the first. Where the click or the page has no time, the k-th click on a document
/// is taken for one on the k-th page that showed it. Clicks beyond the first on a showing are on what was clicked already.
///
/// Threads: one a thread
/// Cost:    memory by distinct clicked pairs of query id and docid, about 200 bytes each, and 8 bytes a click with a time; a
///          page is kept while clicks may still be its own: until a page came that is newer than they are
class OmegaClicks {
 public:
  /// Requires: no page was taken
  void add(std::string_view query_id, std::string_view docid, std::string_view document_id, std::optional<double> time);

  /// The pages to come are of another file: only those of one are taken to be in the order of their times.
  void begin_file() { newest_page_.reset(); }

  /// Gives the pages whose clicks are known now, each query's in their order.
  void take_page(const OmegaPage& page, const EachRow& each);

  /// Gives the other pages, then the clicks that no page accounts for, each as a click alone, and returns how many fell on
  /// what was clicked already.
  std::uint64_t finish(const EachRow& each);

 private:
  /// A page whose clicks are not all known.
  struct Held {
    std::uint64_t number = 0;  ///< among all that were held
    std::string query_id, words, session;
    double time = 0.0;
    int offset = 0;
    std::vector<std::string> docids, ids;
    std::vector<double> clicks;
    int num_open = 0;  ///< documents that may get further ones
  };
  struct Click {
    std::uint64_t num_undated = 0;
    std::vector<double> times;  ///< from the latest to the earliest, once is_sorted
    bool is_shown = false;
    std::string document_id;
    std::optional<double> first_time;
    Held* holder = nullptr;  ///< the last page that showed it, if `times` has some since
    std::size_t row = 0;     ///< of it
    bool is_sorted = false;
    bool is_pending = false;  ///< stands in the queue
  };
  struct Query {
    std::string id;
    std::string words;  ///< once a search has said them
    bool has_times = false;
    std::unordered_map<std::string, std::size_t> place_of_docid;
    std::vector<Click> clicks;
    std::list<Held> held;  ///< whose places clicks point to
  };
  struct Pending {
    double time = 0.0;
    std::size_t query = 0;
    std::size_t click = 0;
    bool operator<(const Pending& other) const { return time > other.time; }  // the earliest first
  };

  void take_at_once(Query& query, const OmegaPage& page, const EachRow& each);
  void hold(std::size_t place, const OmegaPage& page);
  void show(std::size_t place, std::size_t click, Held& page, std::size_t row);
  void settle(Click& click, double before);
  void advance(const EachRow& each);
  static void give(const Held& page, const EachRow& each);
  static void give_known(Query& query, const EachRow& each);

  std::unordered_map<std::string, std::size_t> place_of_query_;
  std::vector<Query> queries_;
  std::priority_queue<Pending> pending_;
  std::vector<double> none_;
  std::optional<double> newest_page_;  ///< of the file
  std::uint64_t num_held_ = 0;
  std::uint64_t num_repeated_ = 0;
};

}  // namespace irgan

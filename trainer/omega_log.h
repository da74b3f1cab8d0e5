/// The click logs of Omega 2, and what a template may add to them.
///
/// All are CSV. `search.log` has a line for each result page, without a header:
///
///     821f03288846297c2cf43c34766a38f7,"book","45,54",0
///
/// query id, words typed, docids shown, number of the first one counted from 0. `clicks.log` has a line for each click:
///
///     "821f03288846297c2cf43c34766a38f7","54"
///
/// query id, docid. `final.log`, which Omega's `postprocess` makes of both, has a header and one more column, how often
/// each docid was clicked:
///
///     QueryID,Query,Hits,Offset,Clicks
///     821f03288846297c2cf43c34766a38f7,book,"45,54",0,"45:0,54:2"
///
/// Omega's query id is the MD5 of the words, so a click says the query, not the page. Our extension: behind those columns
/// there may be others of the form name=value, each quoted by itself ($csv{...,1}), in any order:
///
///     821f03288846297c2cf43c34766a38f7,"book","45,54",0,"time=1714566605","session=9f3a","id=/a.html","id=/b,c.html"
///     "821f03288846297c2cf43c34766a38f7","54","time=1714566611","id=/b,c.html"
///
/// - id=: the document's own id, which is its unique-id term without the prefix; one for each docid, in their order (one
///   in clicks.log). Docids change when an index is rebuilt; ids do not. Without them docids are the documents' ids.
/// - time=: as in other logs. session=: whose search it was.
///
/// Columns of other names are passed over. A query id that is another for each search makes clicks exact.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "trainer/click_fields.h"
#include "trainer/delimited_row.h"

namespace irgan {

enum class OmegaForm { none, search, clicks, combined };

/// Returns which of Omega's logs a file is, by its first line.
OmegaForm omega_form(std::string_view first_line);
/// Whether that line is the header of final.log.
bool is_omega_header(std::string_view first_line);

/// The clicks of clicks.log, until the searches that they belong to have been read.
///
/// The k-th click on a document of a query is taken for one on the k-th page that showed it. Clicks beyond that are on
/// what was clicked already.
///
/// Threads: one a thread
/// Cost:    memory by distinct clicked pairs of query id and docid, about 150 bytes each
class OmegaClicks {
 public:
  struct Click {
    std::uint64_t count = 0;
    bool is_shown = false;
    std::string document_id;
    std::optional<double> time;  ///< of the first
  };
  struct Query {
    std::string id;
    std::string words;  ///< once a search has said them
    std::unordered_map<std::string, std::size_t> place_of_docid;
    std::vector<Click> clicks;
  };

  void add(std::string_view query_id, std::string_view docid, std::string_view document_id, std::optional<double> time);
  /// Returns what was clicked for a query id, or null.
  Query* find(std::string_view query_id);
  /// All, in the order of the log.
  std::vector<Query>& queries() { return queries_; }

 private:
  std::unordered_map<std::string, std::size_t> place_of_query_;
  std::vector<Query> queries_;
};

/// Reads the lines of one of Omega's logs.
///
/// Threads: one a thread
class OmegaLines {
 public:
  /// clicks: shared by the files that belong together
  OmegaLines(OmegaForm form, double latest_time, OmegaClicks* clicks)
      : form_(form), latest_time_(latest_time), clicks_(clicks) {}

  /// Gives the rows of a line. Pages are impressions; the header of final.log is to be left out.
  RowFault take(std::string_view line, const std::function<void(const ClickRow&)>& each);

 private:
  RowFault take_page(const std::function<void(const ClickRow&)>& each);
  RowFault take_click();
  RowFault read_additions(std::size_t first);
  bool read_counts(std::string_view text);
  void count_page(std::string_view query_id, std::string_view words);

  OmegaForm form_;
  double latest_time_;
  OmegaClicks* clicks_;
  DelimitedRow row_{','};
  // of the line
  std::vector<std::string_view> docids_;
  std::vector<std::string_view> ids_;
  std::vector<double> counts_;
  std::string_view session_;
  std::optional<double> time_;
};

/// Gives the clicks that no page accounts for, each as a click alone, and returns how many fell on what was clicked
/// already.
std::uint64_t give_rest(OmegaClicks& clicks, const std::function<void(const ClickRow&)>& each);

}  // namespace irgan

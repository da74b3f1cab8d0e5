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
/// Omega's query id is the MD5 of the words, so a click says the query, not the page. Our extension: behind those
/// columns there may be others of the form name=value, each quoted by itself ($csv{...,1}), in any order:
///
///     821f03288846297c2cf43c34766a38f7,"book","45,54",0,"time=1714566605","session=9f3a","id=/a.html","id=/b,c.html"
///     "821f03288846297c2cf43c34766a38f7","54","time=1714566611","id=/b,c.html"
///
/// - id=: the document's own id, which is its unique-id term without the prefix; one for each docid, in their order
/// (one
///   in clicks.log). Docids change when an index is rebuilt; ids do not. Without them docids are the documents' ids.
/// - time=: as in other logs; in both logs, it says which page of the same words a click is of. session=: whose search
/// it was.
///
/// Several search.log, of several servers or rotated, are read side by side by the times of their lines, those without
/// any first. Within a file lines may be kOmegaDisorder out of order; one with larger disorder is to be sorted by time,
/// or given as the files that it was made of.
///
/// Columns of other names are passed over. A query id that is another for each search makes clicks exact.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "trainer/log/click_fields.h"
#include "trainer/log/log_form.h"
#include "trainer/log/omega_clicks.h"
#include "trainer/machine/delimited_row.h"

namespace irgan {

enum class OmegaForm { none, search, clicks, combined };

/// Returns which of Omega's logs a file is, by its first line.
OmegaForm omega_form(std::string_view first_line);
/// Returns the time of the page in a line of search.log, if it says one.
std::optional<double> omega_page_time(std::string_view line);
/// Whether that line is the header of final.log.
bool is_omega_header(std::string_view first_line);

/// Reads the lines of one of Omega's logs.
///
/// Threads: one a thread
class OmegaLines : public LogForm {
 public:
  /// first_line: of the file
  /// clicks:     shared by the files that belong together; clicks.log, which fills it, is read before the others
  ///
  /// Requires: omega_form(first_line) is not none
  OmegaLines(std::string_view first_line, double latest_time, OmegaClicks* clicks)
      : form_(omega_form(first_line)),
        has_header_(is_omega_header(first_line)),
        latest_time_(latest_time),
        clicks_(clicks) {}

  /// Gives the rows of a line, or, of search.log, of earlier ones whose clicks are known now. Pages are impressions.
  std::optional<RowFault> take(std::string_view line, std::uint64_t line_number, const EachRow& each) override;

  bool is_first_line_data() const override { return !has_header_; }
  bool has_impressions() const override { return form_ != OmegaForm::clicks; }
  Turn turn() const override;
  std::optional<double> time_of(std::string_view line) const override { return omega_page_time(line); }
  std::string_view own_name() const override { return "one of Omega's logs"; }

 private:
  RowFault take_page(const EachRow& each);
  RowFault take_click();
  RowFault read_additions(std::size_t first);
  bool read_counts(std::string_view text);

  OmegaForm form_;
  bool has_header_;
  double latest_time_;
  OmegaClicks* clicks_;
  DelimitedRow row_{','};
  // of the line
  OmegaPage page_;
  std::vector<double> counts_;
};

}  // namespace irgan

/// The log of searches that the preload module writes (IRGAN_LOG), JSON Lines: plugin/preload/search_log.h has the
/// keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/log/log_form.h"
#include "trainer/log/served_clicks.h"

namespace irgan {

/// True if the first line of a file is one of the module's log.
bool is_served_log(std::string_view first_line);
/// Returns the time that a line of it says; nothing if it says none that can be read.
std::optional<double> served_time(std::string_view line);

/// Returns the id of a query of which only the serialised form, in base64, is known.
std::string id_of_serialised(const std::string& query);

/// Reads one file of the module's log: pages of hits, whose clicks other logs hold.
///
/// Documents go by the site's ids, or by Xapian's numbers where the module knew no ids. A search without words goes by
/// its serialised query.
///
/// Threads: one a thread
class ServedLines : public LogForm {
 public:
  /// clicks:   shared by the files that belong together; filled before any line is taken
  /// contexts: which of a search's contexts are wanted
  ServedLines(double latest_time, ServedClicks* clicks, std::vector<std::string> contexts = {});
  ~ServedLines() override;

  std::optional<RowFault> take(std::string_view line, std::uint64_t line_number, const EachRow& each) override;

  bool is_first_line_data() const override { return true; }
  bool has_impressions() const override { return true; }
  Turn turn() const override { return Turn::by_time; }
  std::string_view own_name() const override { return "the module's log of searches"; }
  std::optional<double> time_of(std::string_view line) const override { return served_time(line); }
  bool has_seen(std::string_view known) const override;
  bool has_names_by_line() const override { return !contexts_.empty(); }

 private:
  RowFault read(std::string_view line);

  struct Parser;
  std::unique_ptr<Parser> parser_;
  double latest_time_;
  ServedClicks* clicks_;
  std::vector<std::string> contexts_;
  std::vector<bool> has_seen_;  // each of them
  ServedPage page_;
};

}  // namespace irgan

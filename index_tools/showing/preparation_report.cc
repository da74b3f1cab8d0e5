#include "index_tools/showing/preparation_report.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <memory>
#include <sstream>

#include "index_tools/showing/figures.h"
#include "index_tools/showing/log_reading.h"
#include "index_tools/showing/progress_bar.h"

namespace irgan {
namespace {

constexpr std::size_t kRanksShown = 10;

void show_read(const PreparationReport& report, std::ostream& out) {
  if (report.num_left_out > 0)
    out << report.num_left_out << " queries of --queries are among --valid-queries: they are not trained on\n";
  for (const std::string& sentence : report.absent) out << sentence << '\n';
  show_reading(report.log, out);
  for (const ContextCount& count : report.contexts) out << context_line(count) << '\n';
  if (report.judgments) show_judgments(*report.judgments, out);
  if (!report.split.empty()) out << "split by " << report.split << '\n';
}

void show_unknown_queries(const PartReport& report, std::ostream& out) {
  const PoolLosses& losses = report.losses;
  if (losses.num_unknown_queries == 0) return;
  out << losses.num_unknown_queries << " query ids of the clicks or judgments are not in the query file";
  if (report.labels != LabelKind::grades) {
    out << "; they had " << std::llround(losses.num_unknown_clicks) << " of " << std::llround(losses.num_clicks_of_log)
        << " clicks (" << percent(losses.num_unknown_clicks, losses.num_clicks_of_log) << ')';
  }
  out << '\n';
}

void show_losses(const PartReport& report, std::ostream& out) {
  const PoolLosses& losses = report.losses;
  const char* unit = report.labels == LabelKind::grades ? " relevant documents"
                     : report.half_life_days > 0.0      ? " clicks (decayed)"
                                                        : " clicks";
  if (report.part != DataPart::all) out << (report.part == DataPart::training ? "training: " : "validation: ");
  out << report.num_with_pool << " queries with candidates of " << losses.num_queries << " ("
      << losses.num_without_evidence << " without clicks or judgments, " << losses.num_without_candidates
      << " without candidates), " << report.num_examples
      << (report.labels == LabelKind::impressions ? " distinct result pages" : " examples") << '\n';
  show_unknown_queries(report, out);
  out << std::llround(losses.num_positives) << unit << ", "
      << percent(losses.num_positives_outside_pool, losses.num_positives) << " of them outside the candidates, "
      << percent(losses.num_positives_unknown, losses.num_positives) << " on documents that the index does not have\n";
  const long long without_page = std::llround(losses.num_clicks_without_page);
  if (without_page > 0) {
    out << without_page << " clicks stand on no result page of the log and teach nothing: give logs of one form\n";
  }
  if (losses.num_added > 0) out << losses.num_added << " documents joined the candidates (--add-clicked)\n";
}

void show_decay(double half_life_days, std::optional<double> asked_days, std::ostream& out) {
  if (half_life_days > 0.0) {
    out << "a click counts half for every " << half_life_days << " days that it is older than the newest one";
  } else {
    out << "clicks count in full, whatever their age";
  }
  if (asked_days && *asked_days > 0.0 && half_life_days == 0.0) {
    out << ": the log has no times, which --half-life needs\n";
    return;
  }
  out << (asked_days ? " (--half-life)\n" : " (the default for such a log; --half-life changes it)\n");
}

}  // namespace

std::string context_line(const ContextCount& count) {
  std::string line = "context " + count.name + ":";
  for (const ContextCount::Value& value : count.values)
    line += (line.back() == ':' ? " " : ", ") + value.value + " (" + percent(value.clicks, count.num_clicks) + ')';
  if (count.values.empty()) line += " no value has clicks enough to be learnt from";
  if (count.num_rare > 0)
    line += "; rarer values, which count as unknown, " + percent(count.rare_clicks, count.num_clicks);
  if (count.missing_clicks > 0.0) line += "; none " + percent(count.missing_clicks, count.num_clicks);
  return line + " of the clicks";
}

PreparationListener shown_preparation(std::optional<double> asked_days, const Console& console) {
  const std::shared_ptr<ProgressBar> bar(new ProgressBar(console.progress("features")));
  PreparationListener listener;
  listener.on_read = [&console](const PreparationReport& report) { show_read(report, console.err); };
  listener.on_progress = [bar](double share) { bar->update(share); };
  listener.on_part = [bar, asked_days, &console](const PartReport& report) {
    bar->erase();
    show_losses(report, console.err);
    const bool is_of_clicks = report.labels != LabelKind::grades;
    if (is_of_clicks && report.part != DataPart::validation) show_decay(report.half_life_days, asked_days, console.err);
  };
  return listener;
}

std::string examination_line(const FittedClickModel& fitted) {
  if (fitted.examination.empty()) return "";
  std::ostringstream line;
  line << "examination by rank:" << std::fixed << std::setprecision(2);
  const std::size_t shown = std::min(fitted.examination.size(), kRanksShown);
  for (std::size_t r = 0; r < shown; ++r) line << ' ' << fitted.examination[r];
  if (shown < fitted.examination.size()) line << " ...";
  if (fitted.model == ClickModel::dbn) {
    line << "; users go on with chance " << fitted.habits.going_on << ", a click satisfies with "
         << fitted.habits.satisfaction;
  }
  return line.str();
}

}  // namespace irgan

#include "irgan/report_maker.h"

#include <cmath>
#include <map>

#include "trainer/reporting/compared_queries.h"
#include "trainer/reporting/feature_account.h"
#include "trainer/reporting/report_log.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {
namespace {

constexpr int kRanks = 20;  // further ones are hardly seen

std::vector<double> examination_of(const TrainingRecord& record) {
  std::vector<double> examination;
  if (record.networks.empty()) return examination;
  for (const double offset : record.networks.front().examination) examination.push_back(std::exp(offset));
  return examination;
}

// Counts the log's rows by rank, and the clicks on the hits that are shown.
void count_clicks(const ReportOptions& options, Report& report) {
  if (options.clicks.empty()) return;
  std::map<int, ReportedRank> ranks;
  const auto mark = [](const ClickRow& row, std::vector<ReportedQuery>& queries) {
    for (ReportedQuery& query : queries) {
      if (row.query_id != query.id && row.query != query.text) continue;
      for (auto* const list : {&query.first_stage, &query.of_the_model}) {
        for (ReportedHit& hit : *list) {
          if (row.document_id == hit.id) hit.clicks += row.count;
        }
      }
    }
  };
  read_rows(options.clicks, options.log_options, [&](const ClickRow& row) {
    if (row.rank >= 1 && row.rank <= kRanks) {
      ReportedRank& rank = ranks[row.rank];
      if (row.is_impression) rank.shown += row.count;
      if (row.clicked) rank.clicks += row.count;
    }
    if (!row.clicked) return;
    mark(row, report.winners);
    mark(row, report.losers);
  });
  const std::vector<double> examination = examination_of(report.record);
  for (auto& [number, rank] : ranks) {
    rank.rank = number;
    const auto i = static_cast<std::size_t>(number - 1);
    rank.examination = i < examination.size() ? examination[i] : std::nan("");
    report.ranks.push_back(rank);
  }
}

}  // namespace

Report make_report(const Site& site, const ReportOptions& options) {
  if (!options.model) throw ConfigError("model", "is missing");
  if (options.queries.empty()) throw ConfigError("queries", "is missing");
  constexpr double kComparing = 0.8;  // of the time
  const auto tell = [&](double share) {
    if (options.on_progress) options.on_progress(share);
  };
  Report report;
  report.model_version = options.model->version();
  report.num_documents = site.open().get_doccount();
  report.num_queries = options.queries.size();
  report.record = record_of(*options.model);
  compare_queries(
      site, options, [&](double share) { tell(kComparing * share); }, report);
  report.features = account_of_features(site, options);
  tell((1.0 + kComparing) / 2.0);
  count_clicks(options, report);
  judge_by_log(site, options, report);
  tell(1.0);
  return report;
}

}  // namespace irgan

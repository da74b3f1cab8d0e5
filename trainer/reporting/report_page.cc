#include "irgan/report_page.h"

#include <cmath>
#include <string>

#include "trainer/reporting/feature_glossary.h"
#include "trainer/reporting/html.h"
#include "trainer/reporting/page_assets.h"
#include "trainer/reporting/report_charts.h"
#include "trainer/reporting/report_log.h"

namespace irgan {
namespace {

constexpr double kSignificant = 0.05;

std::string paragraph(const std::string& text, const char* kind = "") {
  return std::string("<p") + (*kind == '\0' ? "" : std::string(" class=\"") + kind + '"') + '>' + escaped(text) +
         "</p>\n";
}

std::string tile(const std::string& number, const std::string& meaning) {
  return "<li><b>" + escaped(number) + "</b>" + escaped(meaning) + "</li>\n";
}

std::string sure(double p) {
  return p < kSignificant ? "So large a difference is hardly chance (p " + shown_number(p, 4) + ")."
                          : "But this may be chance (p " + shown_number(p, 4) + "): more judged queries would tell.";
}

std::string rise(double before, double after) {
  std::string text =
      "The quality of the first ten hits (nDCG@10) goes from " + shown_number(before) + " to " + shown_number(after);
  if (before > 0.0) {
    const double share = after / before - 1.0;
    text += std::string(" (") + (share >= 0 ? "+" : "−") + shown_percent(std::abs(share)) + ")";
  }
  return text;
}

// By judgments.
std::string judged_verdict(const Report& report) {
  const ReportedRanking& site = report.rankings.front();
  const bool is_better = site.gain.value > 0.0;
  const bool is_sure = site.p < kSignificant;
  const std::string first = is_better ? is_sure ? "The new order is better." : "The new order looks better."
                            : is_sure ? "The new order is worse: it should not go live."
                                      : "No gain is seen.";
  return first + ' ' + rise(site.ndcg.value, report.rankings.back().ndcg.value) + ", on " +
         std::to_string(report.num_judged) + " judged queries. " + sure(site.p);
}

// By the clicks that training held out.
std::string check_verdict(const ServingCheck& check) {
  const std::string first = check.served <= check.first_stage ? "By held-out clicks no gain is seen."
                            : check.p < kSignificant          ? "By held-out clicks the new order is better."
                                                              : "By held-out clicks the new order looks better.";
  return first + ' ' + rise(check.first_stage, check.served) + ", on " + std::to_string(check.num_queries) +
         " queries. " + sure(check.p);
}

std::string tiles(const Report& report) {
  if (report.rankings.empty()) return {};
  const ReportedRanking& site = report.rankings.front();
  std::size_t num_won = 0;
  std::size_t num_lost = 0;
  for (const double gain : report.gains) {
    num_won += gain > 0.0 ? 1 : 0;
    num_lost += gain < 0.0 ? 1 : 0;
  }
  return "<ul class=\"tiles\">\n" +
         tile(shown_percent(site.good_in_three) + " → " + shown_percent(report.rankings.back().good_in_three),
              "of searches have a good result among the first three") +
         tile(std::to_string(num_won) + " of " + std::to_string(report.num_judged),
              "queries are better than before; " + std::to_string(num_lost) + " are worse") +
         tile(shown_number(site.gain.low) + " to " + shown_number(site.gain.high),
              "is the gain in nDCG@10, with 95 % certainty") +
         "</ul>\n";
}

std::string marks(const ReportedHit& hit) {
  std::string text;
  if (hit.is_good)
    text += *hit.is_good ? " <span class=\"mark good\">good</span>" : " <span class=\"mark bad\">not good</span>";
  if (hit.clicks > 0.0)
    text +=
        " <span class=\"mark\">" + shown_number(hit.clicks, 0) + (hit.clicks == 1.0 ? " click" : " clicks") + "</span>";
  return text;
}

std::string hit_list(const std::vector<ReportedHit>& hits, bool with_reasons) {
  std::string text = "<ol>\n";
  for (const ReportedHit& hit : hits) {
    text += "<li>" + escaped(hit.title) + marks(hit);
    if (with_reasons) {
      text += "<small>" +
              (hit.rank_before > 0 ? "was " + std::to_string(hit.rank_before) : std::string("was not found before"));
      for (std::size_t i = 0; i < hit.reasons.size(); ++i) {
        text += (i == 0 ? "; because of " : ", ") + escaped(words_of(hit.reasons[i].first)) + ' ' +
                (hit.reasons[i].second >= 0 ? "+" : "−") + shown_number(std::abs(hit.reasons[i].second), 2);
      }
      text += "</small>";
    }
    text += "</li>\n";
  }
  return text + "</ol>\n";
}

std::string query_text(const ReportedQuery& query, bool is_open, bool is_judged) {
  std::string text = std::string("<details class=\"query\"") + (is_open ? " open" : "") + "><summary>“" +
                     escaped(query.text.empty() ? query.id : query.text) + "”";
  if (is_judged) text += ": " + shown_number(query.before, 2) + " → " + shown_number(query.after, 2);
  return text + "</summary>\n<div class=\"pairs\"><div><h3>Before</h3>\n" + hit_list(query.first_stage, false) +
         "</div><div><h3>Now</h3>\n" + hit_list(query.of_the_model, true) + "</div></div></details>\n";
}

std::string query_list(const std::string& heading, const std::vector<ReportedQuery>& queries, bool is_judged) {
  if (queries.empty()) return {};
  std::string text = "<h2>" + escaped(heading) + "</h2>\n";
  for (const ReportedQuery& query : queries) text += query_text(query, &query == &queries.front(), is_judged);
  return text;
}

std::string findings(const Report& report) {
  std::string text = "<h2>What the site’s own search had not found</h2>\n";
  if (report.num_found == 0) {
    return text +
           paragraph(
               "Nothing: this model only puts the hits of the site’s own search into a new order. A generator over "
               "the whole collection, or a click memory, finds more.");
  }
  text += paragraph(
      std::to_string(report.num_found) + " of the first ten hits of " + std::to_string(report.num_queries) +
      " queries" +
      (report.num_judged > 0 ? "; " + std::to_string(report.num_found_good) + " of them are judged good" : "") + ".");
  for (const ReportedQuery& query : report.found) {
    text += "<details class=\"query\"><summary>“" + escaped(query.text) + "”</summary>\n" +
            hit_list(query.of_the_model, true) + "</details>\n";
  }
  return text;
}

std::string facts(const Report& report) {
  const TrainingRecord& record = report.record;
  std::vector<std::vector<std::string>> rows{{"model", report.model_version},
                                             {"documents in the index", std::to_string(report.num_documents)},
                                             {"queries asked for this report", std::to_string(report.num_queries)},
                                             {"of them judged", std::to_string(report.num_judged)}};
  if (record.training) {
    rows.push_back({"queries learnt from", std::to_string(record.training->num_queries)});
    rows.push_back({"rows learnt from", std::to_string(record.training->num_rows)});
  }
  if (record.validation) rows.push_back({"queries held out", std::to_string(record.validation->num_queries)});
  if (!record.from.empty()) rows.push_back({"goes on from", record.from});
  return "<h2>The model</h2>\n<div class=\"facts\">\n" + table("What it was made of", {"fact", "value"}, rows) +
         "</div>\n";
}

std::string part(const std::string& heading, const std::string& figures) {
  return figures.empty() ? std::string() : "<h2>" + escaped(heading) + "</h2>\n" + figures;
}

// Nothing in a script may end it.
std::string safe_script(std::string script) {
  for (const char* const end : {"</script", "</SCRIPT", "</Script"}) {
    for (std::size_t at = script.find(end); at != std::string::npos; at = script.find(end, at))
      script.insert(at + 1, "\\");
  }
  return script;
}

}  // namespace

std::string verdict_of(const Report& report) {
  if (!report.rankings.empty()) return judged_verdict(report);
  if (const std::string by_log = later_verdict(report); !by_log.empty()) return by_log;
  if (report.record.check) return check_verdict(*report.record.check);
  return "There are no judgments, no later log and no held-out clicks: whether the new order is better is not known.";
}

std::string report_page(const Report& report, const std::string& chart_script) {
  const bool is_judged = !report.rankings.empty();
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>Is the new order better?</title>\n<style>" +
      std::string(kPageStyle) +
      "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#figures\">To the figures</a>\n<main>\n";
  page += "<h1>Is the new order better?</h1>\n" + paragraph(verdict_of(report), "verdict") + tiles(report);
  page += query_list(is_judged ? "Queries that gained most" : "Queries that changed most", report.winners, is_judged);
  page += query_list("Queries that lost most", report.losers, is_judged);
  page += "<div id=\"figures\"></div>\n";
  page += part("Against other orders", rankings_chart(report) + gains_chart(report));
  page += part("By a later log", later_log_table(report));
  page += part("Clicks", ranks_chart(report));
  page += part("Features", importance_chart(report) + values_chart(report));
  page += part("Training", players_chart(report) + generator_chart(report) + history_chart(report));
  page += findings(report) + facts(report) + part("Day by day", served_when(report));
  page += "</main>\n<script type=\"application/json\" id=\"data\">" + chart_data(report) + "</script>\n";
  if (!chart_script.empty()) page += "<script>" + safe_script(chart_script) + "</script>\n";
  return page + "<script>" + kPageScript + "</script>\n</body>\n</html>\n";
}

}  // namespace irgan

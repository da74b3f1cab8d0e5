// Fits the click models that say how likely a click is to a log of result pages, and prints them as JSON.
//
// Use: irgan_click_model_fits LOG     LOG: TSV with a header; session, query_id, rank, doc_id, clicked, the rows of a
// page together. No ranker helps them: all documents of a query begin alike.
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "trainer/labels/dynamic_bayesian_model.h"
#include "trainer/labels/position_based_model.h"

using namespace irgan;

namespace {

struct Row {
  std::string query;
  std::string document;
  int rank = 0;
  bool is_clicked = false;
};

using Page = std::vector<Row>;

std::vector<Page> read_pages(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw Error(path + ": cannot be read");
  std::vector<Page> pages;
  std::string before;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string session;
    Row row;
    if (!(fields >> session >> row.query >> row.rank >> row.document >> row.is_clicked) || row.rank < 1)
      throw Error(path + ": not a row of a page: " + line);
    const std::string page = session + '\t' + row.query;
    if (page != before) pages.emplace_back();
    before = page;
    pages.back().push_back(std::move(row));
  }
  return pages;
}

/// The log as both models take it; pairs stand in the order of their names, and so those of a query together.
struct Counts {
  std::vector<std::string> names;  // "query document"
  std::vector<ShownPair> shown;
  std::vector<ClickedPair> clicked;
  std::vector<ViewedPage> views;
  std::size_t num_ranks = 0;

  explicit Counts(const std::vector<Page>& pages) {
    std::map<std::pair<std::string, std::string>, std::map<int, ShowingCount>> showings;
    for (const Page& page : pages) {
      for (const Row& row : page) {
        ShowingCount& count = showings[{row.query, row.document}][row.rank];
        count.rank = row.rank;
        count.shown += 1.0;
        count.clicks += row.is_clicked ? 1.0 : 0.0;
        num_ranks = std::max(num_ranks, static_cast<std::size_t>(row.rank));
      }
    }
    std::map<std::string, std::size_t> queries;
    std::map<std::pair<std::string, std::string>, std::uint32_t> numbers;
    for (const auto& [pair, by_rank] : showings) {
      numbers.emplace(pair, static_cast<std::uint32_t>(names.size()));
      names.push_back(pair.first + ' ' + pair.second);
      shown.emplace_back();
      double clicks = 0.0;
      for (const auto& [rank, count] : by_rank) {
        shown.back().showings.push_back(count);
        clicks += count.clicks;
      }
      clicked.push_back({queries.emplace(pair.first, queries.size()).first->second, 1.0, clicks});
    }
    for (const Page& page : pages) {
      ViewedPage view;
      view.views = 1.0;
      const ViewedDocument* last = nullptr;
      for (const Row& row : page) view.documents.push_back({numbers.at({row.query, row.document}), row.rank, 0.0});
      for (std::size_t i = page.size(); i-- > 0 && last == nullptr;) {
        if (!page[i].is_clicked) continue;
        view.documents[i].last_clicks = 1.0;
        last = &view.documents[i];
      }
      views.push_back(std::move(view));
    }
  }

  // A document's prior is the clicks of its query, spread over its showings.
  void set_priors() {
    double clicks = 0.0;
    double showings = 0.0;
    std::map<std::size_t, std::pair<double, double>> of_query;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      double count = 0.0;
      for (const ShowingCount& one : shown[i].showings) count += one.shown;
      of_query[clicked[i].query].first += clicked[i].clicks;
      of_query[clicked[i].query].second += count;
      clicks += clicked[i].clicks;
      showings += count;
    }
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const auto& [query_clicks, query_showings] = of_query[clicked[i].query];
      shown[i].prior_attraction = query_level(query_clicks, query_showings, clicks / showings);
    }
  }
};

nlohmann::json by_name(const std::vector<std::string>& names, const std::vector<double>& numbers) {
  nlohmann::json result = nlohmann::json::object();
  for (std::size_t i = 0; i < names.size(); ++i) result[names[i]] = numbers[i];
  return result;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw Error("one log is needed");
  Counts counts(read_pages(argv[1]));
  counts.set_priors();
  const PositionBasedModel pbm =
      fit_position_based(counts.shown, std::vector<double>(counts.num_ranks, 1.0), /*prior_showings=*/1.0);
  const DynamicBayesianModel dbn = fit_dynamic_bayesian(counts.views, counts.clicked);
  std::cout << nlohmann::json{{"pbm",
                               {{"examination", pbm.examination},
                                {"attraction", by_name(counts.names, pbm.attraction)}}},
                              {"dbn",
                               {{"going_on", dbn.habits.going_on},
                                {"attraction", by_name(counts.names, dbn.attraction)},
                                {"satisfaction", by_name(counts.names, dbn.satisfaction)}}}}
            << '\n';
} catch (const std::exception& error) {
  std::cerr << "irgan_click_model_fits: " << error.what() << '\n';
  return 1;
}

#include "trainer/simulation/simulated_users.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <utility>

#include "irgan/errors.h"
#include "trainer/log/column_names.h"
#include "trainer/machine/delimited_row.h"
#include "trainer/machine/timestamps.h"

namespace irgan {
namespace {

constexpr int kSecondsADay = 86400;

}  // namespace

double UserModel::chance(int rank, int label, int highest_label) const {
  if (rank > num_ranks) return 0.0;
  const double examination = std::pow(static_cast<double>(rank), -examination_exponent);
  const std::size_t kind = label <= 0 ? 0 : label < highest_label ? 1 : 2;
  return examination * click_chance[kind];
}

int draw_sessions(const UserModel& users, std::mt19937_64& random) {
  // exp(mu + 1/2) is the mean of a log-normal with deviation 1.
  std::lognormal_distribution<double> sessions(std::log(users.mean_sessions) - 0.5, 1.0);
  return std::max(1, static_cast<int>(sessions(random)));
}

void check_date(const std::string& date) {
  const bool is_day = date.size() == 10 && date[4] == '-' && date[7] == '-';
  const std::optional<double> time = is_day ? parse_time(date) : std::nullopt;
  if (!time) throw ConfigError("date", date + ": must be a day as YYYY-MM-DD");
  if (*time > static_cast<double>(std::time(nullptr))) throw ConfigError("date", date + ": must not be in the future");
}

double expected_clicks(const UserModel& users, const ShownPage& page, int highest_label) {
  double clicks = 0.0;
  for (std::size_t i = 0; i < page.size(); ++i)
    clicks += users.chance(static_cast<int>(i) + 1, page[i].label, highest_label);
  return clicks;
}

SimulatedUsers::SimulatedUsers(const UserModel& users, std::string date, std::uint64_t seed, Extra extra,
                               std::vector<std::string> contexts, std::ostream* log)
    : users_(users), date_(std::move(date)), extra_(extra), contexts_(std::move(contexts)), log_(log), random_(seed) {
  const std::optional<double> midnight = parse_time(date_);
  if (!midnight) throw ConfigError("date", date_ + ": must be a day as YYYY-MM-DD");
  midnight_ = *midnight;
  const ColumnNames can_be_read({}, contexts_);
  if (!log_) return;
  *log_ << "session\ttime\tquery_id\tdoc_id\trank\tclicked";
  if (extra_ == Extra::log_probability) *log_ << "\tlog_probability";
  if (extra_ == Extra::team) *log_ << "\tteam";
  for (const std::string& context : contexts_) *log_ << '\t' << context;
  *log_ << '\n';
}

void SimulatedUsers::ask(const QueryRow& query, int highest_label, const PageFor& page_for, const After& after) {
  std::uniform_int_distribution<int> second(0, kSecondsADay - 1);
  std::uniform_real_distribution<double> uniform;
  const int sessions = draw_sessions(users_, random_);
  std::vector<bool> clicked;
  for (int s = 0; s < sessions; ++s) {
    const std::string session = date_ + '-' + std::to_string(++num_sessions_);
    const std::string start = session + '\t' + utc_text(midnight_ + second(random_)) + '\t' + query.id + '\t';
    const ShownPage& page = page_for(session);
    clicked.clear();
    for (std::size_t i = 0; i < page.size(); ++i) {
      clicked.push_back(uniform(random_) < users_.chance(static_cast<int>(i) + 1, page[i].label, highest_label));
    }
    num_clicks_ += static_cast<std::size_t>(std::count(clicked.begin(), clicked.end(), true));
    if (log_) write(start, page, clicked, query.context);
    if (after) after(page, clicked);
  }
}

void SimulatedUsers::write(const std::string& start, const ShownPage& page, const std::vector<bool>& clicked,
                           const SearchContext& context) {
  std::string end;
  for (const std::string& name : contexts_) {
    const auto known = context.find(name);
    end += '\t' + (known == context.end() ? std::string() : tsv_cell(known->second));
  }
  for (std::size_t i = 0; i < page.size(); ++i) {
    *log_ << start << tsv_cell(page[i].document_id) << '\t' << i + 1 << '\t' << (clicked[i] ? 1 : 0);
    if (extra_ == Extra::log_probability) {
      *log_ << '\t';
      if (page[i].log_probability) *log_ << *page[i].log_probability;
    }
    if (extra_ == Extra::team) *log_ << '\t' << page[i].team;
    *log_ << end << '\n';
  }
}

}  // namespace irgan

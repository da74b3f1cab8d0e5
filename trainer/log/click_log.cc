#include "trainer/log/click_log.h"

#include <chrono>
#include <limits>
#include <queue>
#include <tuple>

#include "trainer/log/click_log_tally.h"
#include "trainer/log/click_rows.h"
#include "trainer/log/omega_log.h"
#include "trainer/log/ubi_log.h"
#include "trainer/machine/output_file.h"
#include "trainer/machine/text_input.h"

namespace irgan {
namespace {

constexpr double kDay = 86400.0;
constexpr std::size_t kUbiMemory = 128 << 20;  // bytes of lines until some go to a temporary file

// True for lines that no form of log counts: nothing but spaces and tabs.
bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

ClickLogOptions checked(ClickLogOptions options) {
  if (options.rank_base && *options.rank_base != 0 && *options.rank_base != 1) {
    throw ConfigError("rank_base", std::to_string(*options.rank_base) + ": must be 0 or 1");
  }
  if (!(options.max_bad >= 0.0 && options.max_bad <= 1.0)) {
    throw ConfigError("max_bad", number_text(options.max_bad) + ": must be between 0 and 1");
  }
  return options;
}

// One file of a log; `rows`, `omega` or `is_ubi_file` says its form.
struct LogFile {
  LogFile(const std::string& path, std::ostream* rejects) : input(path), tally(path, rejects) {}

  void reject(RowFault fault, std::string_view line) {
    const std::string place = input.place();
    tally.reject(fault, std::string_view(place).substr(0, place.rfind(':')), input.line_number(), line);
  }

  TextInput input;
  ClickLogTally tally;
  std::string first_line;
  bool is_first_line_data = false;
  std::unique_ptr<ClickRows> rows;
  std::unique_ptr<OmegaLines> omega;
  OmegaForm omega_form = OmegaForm::none;
  bool is_ubi_file = false;
};

}  // namespace

struct ClickLogReader::State {
  State(const std::vector<std::string>& paths, ClickLogOptions options_given)
      : options(checked(std::move(options_given))) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    latest_time = std::chrono::duration<double>(now).count() + kDay;
    if (paths.empty()) throw ConfigError("clicks", "is missing: name the click log");
    std::ostream* rejects_stream = nullptr;
    if (!options.rejects_path.empty()) {
      rejects = std::make_unique<OutputFile>(options.rejects_path);
      rejects_stream = &rejects->stream();
    }
    for (const std::string& path : paths) {
      files.push_back(std::make_unique<LogFile>(path, rejects_stream));
      read_first_line(*files.back());
    }
    check_rank_base(false);
  }

  // Headers had all names. Of JSON Lines only the end tells, and a day may lack what others have.
  void check_names() const {
    for (const auto& [known, theirs] : options.columns) {
      const LogFile* json = nullptr;
      bool is_seen = false;
      for (const auto& file : files) {
        if (file->rows == nullptr) continue;
        is_seen = is_seen || file->rows->has_seen(known);
        if (json == nullptr && file->rows->is_json()) json = file.get();
      }
      if (json == nullptr || is_seen) continue;
      throw ConfigError("column", known + "=" + theirs + ": no line of " + json->input.path() +
                                      " has a value under the key '" + theirs + "'");
    }
  }

  // Of JSON Lines only the end tells whether there are ranks.
  void check_rank_base(bool at_end) const {
    if (!options.rank_base) return;
    for (const auto& file : files) {
      if (file->rows != nullptr && (file->rows->has_seen("rank") || (file->rows->is_json() && !at_end))) return;
    }
    const LogFile& first = *files.front();
    throw ConfigError(
        "rank_base", std::to_string(*options.rank_base) + ": " + first.input.path() +
                         (first.rows != nullptr
                              ? " has no ranks; a column rank=THEIRS gives their name"
                              : std::string(" is ") + (first.is_ubi_file ? "OpenSearch's UBI" : "one of Omega's logs") +
                                    ", whose ranks are known to begin at 0"));
  }

  void read_first_line(LogFile& file) {
    std::string_view line;
    do {
      if (!file.input.next(line)) throw FormatError(file.input.path() + ": the click log is empty");
    } while (is_blank(line));
    const char first = line[line.find_first_not_of(" \t")];
    if (first == '[') {
      throw FormatError(file.input.place() +
                        ": the click log is a JSON array; JSON Lines are read, one object a line"
                        " (jq -c '.[]' makes them)");
    }
    file.first_line = line;
    const bool is_named = !options.columns.empty();  // who names columns has a log of columns
    if (!is_named && first == '{' && is_ubi(line)) {
      file.is_ubi_file = file.is_first_line_data = true;
      if (ubi == nullptr) ubi = std::make_unique<UbiSearches>(latest_time, kUbiMemory);
      return;
    }
    file.omega_form = first == '{' ? OmegaForm::none : omega_form(line);
    if (file.omega_form != OmegaForm::none) {
      if (is_named) {
        throw ConfigError("column", options.columns.begin()->first + "=" + options.columns.begin()->second + ": " +
                                        file.input.path() + " is one of Omega's logs, whose columns have no names");
      }
      file.omega = std::make_unique<OmegaLines>(file.omega_form, latest_time, &omega_clicks);
      file.is_first_line_data = !is_omega_header(line);
      return;
    }
    file.rows = std::make_unique<ClickRows>(options, latest_time, line, file.input);
    file.is_first_line_data = file.rows->is_json();
  }

  void take(LogFile& file, std::size_t number, std::string_view line,
            const std::function<void(const ClickRow&)>& each) {
    if (is_blank(line)) return;
    RowFault fault = RowFault::none;
    bool is_pending = false;
    if (file.rows != nullptr) {
      ClickRow click;
      fault = file.rows->parse(line, click);
      if (fault == RowFault::none) {
        file.tally.accept();
        return each(click);
      }
    } else if (file.omega != nullptr) {
      fault = file.omega->take(line, each);
    } else {
      fault = ubi->take(line, {number, file.input.line_number()}, is_pending);
    }
    if (is_pending) return;
    if (fault == RowFault::none) {
      file.tally.accept();
    } else {
      file.reject(fault, line);
    }
  }

  void read_file(std::size_t number, const std::function<void(const ClickRow&)>& each) {
    LogFile& file = *files[number];
    if (file.is_first_line_data) take(file, number, file.first_line, each);
    for (std::string_view line; file.input.next(line);) take(file, number, line, each);
  }

  // A line without a usable time is as old as the one before it.
  double search_time(std::string_view line, double before) const {
    const double time = omega_page_time(line).value_or(before);
    return time <= latest_time ? time : before;
  }

  // Omega's searches by their times, since logs are rotated and several servers write them. Where times are equal or
  // none, in the order of the files.
  void read_searches(const std::vector<std::size_t>& numbers, const std::function<void(const ClickRow&)>& each) {
    struct Next {
      double time = 0.0;
      std::size_t file = 0;
      std::string_view line;
      bool operator<(const Next& other) const {
        return std::tie(time, file) > std::tie(other.time, other.file);
      }  // the earliest first
    };
    std::priority_queue<Next> queue;
    for (const std::size_t i : numbers) {
      queue.push(
          {search_time(files[i]->first_line, -std::numeric_limits<double>::infinity()), i, files[i]->first_line});
    }
    while (!queue.empty()) {
      Next next = queue.top();
      queue.pop();
      LogFile& file = *files[next.file];
      take(file, next.file, next.line, each);
      if (!file.input.next(next.line)) continue;
      next.time = search_time(next.line, next.time);
      queue.push(next);
    }
  }

  // Omega's clicks before its searches, and these where the first of them stands.
  void read_files(const std::function<void(const ClickRow&)>& each) {
    std::vector<std::size_t> searches;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files[i]->omega_form == OmegaForm::clicks) read_file(i, each);
      if (files[i]->omega_form == OmegaForm::search) searches.push_back(i);
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files[i]->omega_form == OmegaForm::clicks) continue;
      if (files[i]->omega_form != OmegaForm::search || searches.size() == 1) {
        read_file(i, each);
      } else if (i == searches.front()) {
        read_searches(searches, each);
      }
    }
  }

  void finish_ubi(const std::function<void(const ClickRow&)>& each) {
    LogFile* first = nullptr;
    for (const auto& file : files) {
      if (first == nullptr && file->is_ubi_file) first = file.get();
    }
    if (first == nullptr) return;
    ubi->finish(
        [&](const ClickRow& row) {
          has_ubi_impressions = has_ubi_impressions || row.is_impression;
          each(row);
        },
        [&](const UbiSearches::Line& line, RowFault fault, std::string_view what) {
          LogFile& file = *files[line.file];
          if (fault == RowFault::none) return file.tally.accept();
          const std::string place = file.input.place();
          file.tally.reject(fault, std::string_view(place).substr(0, place.rfind(':')), line.number, what);
        });
    first->tally.summary().others = ubi->others();
  }

  void finish_omega(const std::function<void(const ClickRow&)>& each) {
    const std::uint64_t num_repeated = omega_clicks.finish(each);
    for (const auto& file : files) {
      if (num_repeated == 0 || file->omega_form != OmegaForm::clicks) continue;
      file->tally.summary().others["clicks on what was clicked already"] = num_repeated;
      return;
    }
  }

  ClickLogOptions options;
  double latest_time = 0.0;
  std::unique_ptr<OutputFile> rejects;
  std::vector<std::unique_ptr<LogFile>> files;
  OmegaClicks omega_clicks;
  std::unique_ptr<UbiSearches> ubi;
  bool has_ubi_impressions = false;
};

ClickLogReader::ClickLogReader(const std::string& path, ClickLogOptions options)
    : ClickLogReader(std::vector<std::string>{path}, std::move(options)) {}
ClickLogReader::ClickLogReader(const std::vector<std::string>& paths, ClickLogOptions options)
    : state_(std::make_unique<State>(paths, std::move(options))) {}
ClickLogReader::~ClickLogReader() = default;

void ClickLogReader::read(const std::function<void(const ClickRow&)>& each) {
  State& s = *state_;
  s.read_files(each);
  s.finish_omega(each);
  s.finish_ubi(each);
  if (s.rejects != nullptr) s.rejects->commit();
  for (const auto& file : s.files) {
    file->tally.check(s.options.max_bad, file->rows != nullptr ? file->rows->hint() : std::string());
  }
  s.check_names();
  s.check_rank_base(true);
}

const ClickLogSummary& ClickLogReader::summary(std::size_t i) const { return state_->files[i]->tally.summary(); }

bool ClickLogReader::has_impressions() const {
  for (const auto& file : state_->files) {
    if (file->rows != nullptr && file->rows->has_impressions()) return true;
    if (file->omega_form == OmegaForm::search || file->omega_form == OmegaForm::combined) return true;
  }
  return state_->has_ubi_impressions;
}

}  // namespace irgan

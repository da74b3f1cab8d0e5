#include "irgan/click_log.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <queue>
#include <tuple>
#include <utility>

#include "trainer/log/click_log_tally.h"
#include "trainer/log/click_rows.h"
#include "trainer/log/held_lines.h"
#include "trainer/log/log_form.h"
#include "trainer/log/omega_log.h"
#include "trainer/log/served_log.h"
#include "trainer/log/ubi_log.h"
#include "trainer/machine/output_file.h"
#include "trainer/machine/text_input.h"

namespace irgan {
namespace {

constexpr double kDay = 86400.0;
constexpr std::size_t kUbiMemory = 128 << 20;  // bytes of lines until some go to a temporary file

// True for lines that no form of log counts: nothing but spaces and tabs.
bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

// "sep=;", with which spreadsheets begin a file.
bool is_separator_line(std::string_view line) { return line.size() == 5 && line.substr(0, 4) == "sep="; }

bool have_same_bytes(const std::string& path, const std::string& other) {
  std::ifstream a(path, std::ios::binary);
  std::ifstream b(other, std::ios::binary);
  return a && b && std::equal(std::istreambuf_iterator<char>(a), {}, std::istreambuf_iterator<char>(b), {});
}

ClickLogOptions checked(ClickLogOptions options) {
  if (options.rank_base && *options.rank_base != 0 && *options.rank_base != 1) {
    throw ConfigError("rank_base", std::to_string(*options.rank_base) + ": must be 0 or 1");
  }
  if (!(options.max_bad >= 0.0 && options.max_bad <= 1.0)) {
    throw ConfigError("max_bad", number_text(options.max_bad) + ": must be between 0 and 1");
  }
  return options;
}

// One file of a log.
struct LogFile {
  LogFile(const std::string& path, std::ostream* rejects) : input(path), tally(path, rejects) {}

  // Counts a line as usable or not.
  void judge(RowFault fault, std::uint64_t line_number, std::string_view line) {
    if (fault == RowFault::none) return tally.accept();
    const std::string place = input.place();
    tally.reject(fault, std::string_view(place).substr(0, place.rfind(':')), line_number, line);
  }

  TextInput input;
  ClickLogTally tally;
  std::string first_line;
  std::unique_ptr<LogForm> form;
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
      rejects = std::make_unique<OutputFile>(options.rejects_path, Readers::owner);
      rejects_stream = &rejects->stream();
    }
    refuse_twice(paths);
    for (const std::string& path : paths) {
      files.push_back(std::make_unique<LogFile>(path, rejects_stream));
      read_first_line(*files.back());
      has_served = has_served || is_served(*files.back());
    }
    remark_copies(paths);
    for (std::size_t i = 0; i < files.size(); ++i) files[i]->form = form_of(i);
    check_rank_base(false);
    check_contexts(false);
  }

  // A file that two patterns match, or that has two names, would count twice.
  static void refuse_twice(const std::vector<std::string>& paths) {
    std::map<std::pair<dev_t, ino_t>, std::string> known;
    for (const std::string& path : paths) {
      struct stat file {};
      if (::stat(path.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) continue;
      const auto [before, is_new] = known.emplace(std::make_pair(file.st_dev, file.st_ino), path);
      if (!is_new)
        throw ConfigError("clicks",
                          path + ": is the same file as " + before->second + ", whose rows would count twice");
    }
  }

  // Two days of few rows without times may be equal, so copies are read, and named.
  void remark_copies(const std::vector<std::string>& paths) {
    std::multimap<off_t, std::string> by_size;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      struct stat file {};
      if (::stat(paths[i].c_str(), &file) != 0 || !S_ISREG(file.st_mode)) continue;
      const auto [begin, end] = by_size.equal_range(file.st_size);
      const auto before =
          std::find_if(begin, end, [&](const auto& other) { return have_same_bytes(paths[i], other.second); });
      if (before != end) {
        files[i]->tally.summary().remarks.push_back("holds the same bytes as " + before->second +
                                                    "; all its rows count again");
      }
      by_size.emplace(file.st_size, paths[i]);
    }
  }

  // Headers had all names. Of JSON Lines only the end tells, and a day may lack what others have.
  void check_names() const {
    for (const auto& [known, theirs] : options.columns) {
      const LogFile* json = nullptr;
      bool is_seen = false;
      for (const auto& file : files) {
        is_seen = is_seen || file->form->has_seen(known);
        if (json == nullptr && file->form->has_names_by_line()) json = file.get();
      }
      if (json == nullptr || is_seen || theirs.empty()) continue;
      throw ConfigError("column", known + "=" + theirs + ": no line of " + json->input.path() +
                                      " has a value under the key '" + theirs + "'");
    }
  }

  // One file may lack what others have, such as that of a day before it was logged. Beside the module's searches other
  // files hold clicks alone, and do not say what a search was.
  void check_contexts(bool at_end) const {
    const auto counts = [this](const auto& file) { return !has_served || is_served(*file); };
    for (const std::string& context : options.contexts) {
      const bool is_seen = std::any_of(files.begin(), files.end(), [&](const auto& file) {
        return counts(file) && (file->form->has_seen(context) || (file->form->has_names_by_line() && !at_end));
      });
      if (is_seen) continue;
      const LogFile& first = **std::find_if(files.begin(), files.end(), counts);
      const std::string own_name(first.form->own_name());
      throw ConfigError("context",
                        context + ": " + first.input.path() +
                            (own_name.empty() ? " has no such column; a column " + context + "=THEIRS gives its name"
                                              : " is " + own_name + ", and says no such thing"));
    }
  }

  // Of JSON Lines only the end tells whether there are ranks.
  void check_rank_base(bool at_end) const {
    if (!options.rank_base) return;
    for (const auto& file : files) {
      if (file->form->has_seen("rank") || (file->form->has_names_by_line() && !at_end)) return;
    }
    const LogFile& first = *files.front();
    const std::string own_name(first.form->own_name());
    throw ConfigError("rank_base",
                      std::to_string(*options.rank_base) + ": " + first.input.path() +
                          (own_name.empty() ? " has no ranks; a column rank=THEIRS gives their name"
                                            : " is " + own_name + ", whose ranks are known to begin at 0"));
  }

  static void read_first_line(LogFile& file) {
    std::string_view line;
    do {
      if (!file.input.next(line)) throw FormatError(file.input.path() + ": the click log is empty");
    } while (is_blank(line) || is_separator_line(line));
    const char first = line[line.find_first_not_of(" \t")];
    if (first == '[') {
      throw FormatError(file.input.place() +
                        ": the click log is a JSON array; JSON Lines are read, one object a line"
                        " (jq -c '.[]' makes them)");
    }
    if (line.find('\r') != std::string_view::npos) {
      throw FormatError(file.input.place() + ": the lines end in CR alone (tr '\\r' '\\n' mends them)");
    }
    file.first_line = line;
  }

  static bool is_served(const LogFile& file) { return is_served_log(file.first_line); }

  std::unique_ptr<LogForm> form_of(std::size_t number) {
    const LogFile& file = *files[number];
    const std::string& line = file.first_line;
    if (is_served(file)) return std::make_unique<ServedLines>(latest_time, &served, options.contexts);
    const bool is_json = line[line.find_first_not_of(" \t")] == '{';
    const bool is_named = !options.columns.empty();  // who names columns has a log of columns
    if (!is_named && is_json && is_ubi(line)) {
      if (ubi == nullptr) {
        ubi = std::make_unique<UbiSearches>(options, latest_time, kUbiMemory);
        first_ubi_file = number;
      }
      return std::make_unique<UbiLines>(number, ubi.get());
    }
    if (is_json || omega_form(line) == OmegaForm::none) {
      return std::make_unique<ClickRows>(options, latest_time, line, file.input, &json_keys, has_served);
    }
    if (is_named) {
      throw ConfigError("column", options.columns.begin()->first + "=" + options.columns.begin()->second + ": " +
                                      file.input.path() + " is one of Omega's logs, whose columns have no names");
    }
    return std::make_unique<OmegaLines>(line, latest_time, &omega_clicks);
  }

  void take(std::size_t number, std::string_view line, const EachRow& each) {
    if (is_blank(line)) return;
    LogFile& file = *files[number];
    if (file.form->is_waiting(line)) return held.add(number, file.input.line_number(), line);
    if (!held.empty()) {
      const std::string copy(line);  // a line lives as long as its input is left alone, which release() may not do
      release(each);
      return take_now(file, file.input.line_number(), copy, each);
    }
    take_now(file, file.input.line_number(), line, each);
  }

  static void take_now(LogFile& file, std::uint64_t line_number, std::string_view line, const EachRow& each) {
    const std::optional<RowFault> fault = file.form->take(line, line_number, each);
    if (fault.has_value()) file.judge(*fault, line_number, line);
  }

  // From here on no line of JSON waits: all of them say what they can.
  void release(const EachRow& each) {
    json_keys.is_known = true;
    held.release([&](std::size_t number, std::uint64_t line_number, std::string_view line) {
      take_now(*files[number], line_number, line, each);
    });
  }

  void read_file(std::size_t number, const EachRow& each) {
    LogFile& file = *files[number];
    if (file.form->is_first_line_data()) take(number, file.first_line, each);
    for (std::string_view line; file.input.next(line);) take(number, line, each);
  }

  // A line without a usable time is as old as the one before it.
  double search_time(const LogForm& form, std::string_view line, double before) const {
    const double time = form.time_of(line).value_or(before);
    return time <= latest_time ? time : before;
  }

  // Searches by their times, since logs are rotated and several servers write them. Where times are equal or none, in
  // the order of the files.
  void read_searches(const std::vector<std::size_t>& numbers, const EachRow& each) {
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
      queue.push({search_time(*files[i]->form, files[i]->first_line, -std::numeric_limits<double>::infinity()), i,
                  files[i]->first_line});
    }
    while (!queue.empty()) {
      Next next = queue.top();
      queue.pop();
      LogFile& file = *files[next.file];
      take(next.file, next.line, each);
      if (!file.input.next(next.line)) continue;
      next.time = search_time(*file.form, next.line, next.time);
      queue.push(next);
    }
  }

  // The module's searches come last, since all others say what was clicked on them.
  void read_all(const EachRow& each) {
    std::vector<std::size_t> searches;
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < files.size(); ++i) (is_served(*files[i]) ? searches : others).push_back(i);
    const EachRow take_click = [&](const ClickRow& row) { served.add(row); };
    const EachRow& of_others = searches.empty() ? each : take_click;
    read_files(others, of_others);
    finish_omega(of_others);
    finish_ubi(of_others);
    if (searches.empty()) return;
    read_files(searches, each);
    served.finish(each);
    ClickLogSummary& summary = files[searches.front()]->tally.summary();
    summary.others = served.counts();
    const std::vector<std::string> remarks = served.remarks();
    summary.remarks.insert(summary.remarks.end(), remarks.begin(), remarks.end());
  }

  // Those that go by time stand where the first of them does.
  void read_files(const std::vector<std::size_t>& numbers, const EachRow& each) {
    std::vector<std::size_t> by_time;
    for (const std::size_t i : numbers) {
      if (files[i]->form->turn() == LogForm::Turn::before_others) read_file(i, each);
      if (files[i]->form->turn() == LogForm::Turn::by_time) by_time.push_back(i);
    }
    for (const std::size_t i : numbers) {
      const LogForm::Turn turn = files[i]->form->turn();
      if (turn == LogForm::Turn::before_others) continue;
      if (turn == LogForm::Turn::in_order || by_time.size() == 1) {
        read_file(i, each);
      } else if (i == by_time.front()) {
        read_searches(by_time, each);
      }
    }
    release(each);
  }

  void finish_ubi(const EachRow& each) {
    if (ubi == nullptr) return;
    ubi->finish(each, [&](const UbiSearches::Line& line, RowFault fault, std::string_view what) {
      files[line.file]->judge(fault, line.number, what);
    });
    files[first_ubi_file]->tally.summary().others = ubi->others();
  }

  void finish_omega(const EachRow& each) {
    const std::uint64_t num_repeated = omega_clicks.finish(each);
    for (const auto& file : files) {
      if (num_repeated == 0 || file->form->turn() != LogForm::Turn::before_others) continue;
      file->tally.summary().others["clicks on what was clicked already"] = num_repeated;
      return;
    }
  }

  ClickLogOptions options;
  double latest_time = 0.0;
  std::optional<double> last_time;  // of the rows so far
  std::unique_ptr<OutputFile> rejects;
  std::vector<std::unique_ptr<LogFile>> files;
  JsonLogKeys json_keys;
  HeldLines held;
  OddRows odd;
  OmegaClicks omega_clicks;
  ServedClicks served;
  bool has_served = false;  // whether the module's log of searches is among the files
  std::unique_ptr<UbiSearches> ubi;
  std::size_t first_ubi_file = 0;
};

ClickLogReader::ClickLogReader(const std::string& path, ClickLogOptions options)
    : ClickLogReader(std::vector<std::string>{path}, std::move(options)) {}
ClickLogReader::ClickLogReader(const std::vector<std::string>& paths, ClickLogOptions options)
    : state_(std::make_unique<State>(paths, std::move(options))) {}
ClickLogReader::~ClickLogReader() = default;

void ClickLogReader::read(const EachRow& each_row) {
  State& s = *state_;
  const EachRow each = [&](const ClickRow& row) {
    s.odd.see(row);
    if (row.time) s.last_time = row.time;
    if (s.options.after && s.last_time && !(*s.last_time > *s.options.after)) return;
    if (!s.options.by_words || row.query.empty() || row.query_id.empty()) return each_row(row);
    ClickRow by_words = row;
    by_words.query_id = {};
    each_row(by_words);
  };
  s.read_all(each);
  for (const auto& file : s.files) file->form->finish(file->tally.summary());
  for (std::string& remark : s.odd.remarks()) s.files.front()->tally.summary().remarks.push_back(std::move(remark));
  if (s.rejects != nullptr) s.rejects->commit();
  for (const auto& file : s.files) file->tally.check(s.options.max_bad, file->form->hint());
  s.check_names();
  s.check_rank_base(true);
  s.check_contexts(true);
}

const ClickLogSummary& ClickLogReader::summary(std::size_t i) const { return state_->files[i]->tally.summary(); }

bool ClickLogReader::has_impressions() const {
  return std::any_of(state_->files.begin(), state_->files.end(),
                     [](const auto& file) { return file->form->has_impressions(); });
}

}  // namespace irgan

#include "plugin/preload/settings.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <set>
#include <system_error>

#include "plugin/src/process/fork_gate.h"
#include "plugin/src/process/held_signals.h"
#include "plugin/src/process/printable.h"

namespace irgan {
namespace {

constexpr std::size_t kMaxProblems = 100;  // told in one process: a service that runs for months must not fill a disk

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

// The program may change its working directory later.
std::string path(const char* name) {
  const std::string text = variable(name);
  std::error_code failed;
  const std::filesystem::path absolute = std::filesystem::absolute(text, failed);
  return text.empty() || failed ? text : absolute.string();
}

// Returns `otherwise` if the variable is not set; tells, and clears `good`, if it is no number in the range.
double number(const char* name, double otherwise, double largest, bool& good) {
  const std::string text = variable(name);
  if (text.empty()) return otherwise;
  double value = 0.0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && value >= 0.0 && value <= largest)
    return value;
  good = false;
  tell_once(std::string(name) + "=" + text + ": must be a number from 0 to " +
            std::to_string(static_cast<int>(largest)) + "; no search is reranked");
  return otherwise;
}

// Clears `log` if the form is not known.
SearchLogForm log_form(std::string& log) {
  const std::string text = variable("IRGAN_LOG_FORM");
  if (text.empty() || text == "own") return SearchLogForm::own;
  if (text == "ubi") return SearchLogForm::ubi;
  tell_once("IRGAN_LOG_FORM=" + text + ": must be own or ubi; no search is logged");
  log.clear();
  return SearchLogForm::own;
}

PreloadSettings read_settings() {
  constexpr double kDay = 86400.0;  // a bound that bounds nothing
  PreloadSettings settings;
  bool good = true;
  settings.model = path("IRGAN_MODEL");
  settings.shadow = path("IRGAN_SHADOW");
  settings.vectors = path("IRGAN_VECTORS");
  settings.context = variable("IRGAN_CONTEXT");
  settings.log = path("IRGAN_LOG");
  settings.metrics = path("IRGAN_METRICS");
  settings.log_form = log_form(settings.log);
  settings.share = number("IRGAN_SHARE", settings.share, 1.0, good);
  settings.explore = number("IRGAN_EXPLORE", settings.explore, 1.0, good);
  const double seconds =
      number("IRGAN_TIME_LIMIT", std::chrono::duration<double>(settings.time_limit).count(), kDay, good);
  settings.time_limit = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::duration<double>(seconds));
  if (!good) settings.share = 0.0;
  return settings;
}

}  // namespace

const PreloadSettings& preload_settings() {
  // Never destroyed: programs search until the very end.
  const ForkPass pass;
  static const PreloadSettings& settings = *new PreloadSettings(read_settings());
  return settings;
}

namespace {

// Whether a problem was told before, in this or other words for its numbers: shares and revisions that change as an
// index does are no new problem.
bool is_new(const std::string& problem) {
  std::string without_digits;
  std::copy_if(problem.begin(), problem.end(), std::back_inserter(without_digits),
               [](char letter) { return letter < '0' || letter > '9'; });
  const ForkPass pass;
  static ForkSafeMutex& mutex = *new ForkSafeMutex;
  static std::set<std::string>& told = *new std::set<std::string>;
  const std::lock_guard<ForkSafeMutex> lock(mutex);
  return told.size() < kMaxProblems && told.insert(without_digits).second;
}

}  // namespace

void tell_once(const std::string& problem) {
  if (!is_new(problem)) return;
  const std::string line = printable("xapian-irgan: " + problem) + '\n';
  // In one write, past the program's own buffers, so that no line of its is torn.
  if (write_without_signals(STDERR_FILENO, line.data(), line.size()) < 0) return;  // there is nobody to be told
}

}  // namespace irgan

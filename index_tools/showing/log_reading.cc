#include "index_tools/showing/log_reading.h"

#include "trainer/log/click_log_tally.h"

namespace irgan {
namespace {

constexpr std::size_t kNameShown = 60;  // of what a log calls an action, in bytes

}  // namespace

void show_lines(const ClickLogSummary& file, std::ostream& out) {
  for (const auto& [what, count] : file.others)
    out << file.path << ": " << count << ' ' << excerpt(what, kNameShown) << " (counted apart)\n";
  for (const std::string& remark : file.remarks) out << file.path << ": " << remark << '\n';
  if (file.num_rejected == 0) return;
  out << file.path << ": " << file.num_rejected << " of " << file.num_good + file.num_rejected
      << " lines passed over:\n";
  for (const auto& [reason, rejected] : file.rejected) {
    out << "  " << reason << ": " << rejected.count << '\n';
    for (const std::string& place : rejected.first) out << "    " << place << '\n';
  }
}

void show_reading(const LogReading& reading, std::ostream& out) {
  for (const ClickLogSummary& file : reading.files) show_lines(file, out);
  if (reading.num_in_place == 0) return;
  out << reading.num_in_place
      << " rows have a query id that the query file does not have: they count for the query with their words\n";
}

}  // namespace irgan

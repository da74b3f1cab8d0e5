/// Where a command writes.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>

#include "index_tools/showing/progress_bar.h"

namespace irgan {

/// Results go to `out`, remarks and faults to `err`; progress is drawn on `err` only where that is a terminal.
///
/// The streams must outlive this.
class Console {
 public:
  static constexpr std::size_t kUsualWidth = 80;  ///< where nobody says how wide the terminal is

  Console(std::ostream& to_out, std::ostream& to_err, std::size_t columns = kUsualWidth, bool draws_progress = false)
      : out(to_out), err(to_err), width(columns), draws_progress_(draws_progress) {}

  /// The process's own stdout and stderr, which show foreign text as TerminalText does where they are a terminal. Once
  /// a process. The width is that of COLUMNS, else of the terminal that stdout is; it stays
  /// between 40 and 100, since longer lines are hard to read. Longer lines are broken, but not those that go into a
  /// file or a pipe, which programs read.
  static Console of_process();

  /// Returns a bar that is erased when it goes out of scope.
  ProgressBar progress(std::string label, std::string unit = "", double total = std::nan("")) const {
    return ProgressBar(err, draws_progress_, std::move(label), width, std::move(unit), total);
  }

  /// The same without progress and remarks, and without results if `without_results`.
  Console quiet(bool without_results) const;

  /// The same without what goes to `out`: result() is kept in `result` instead, which must outlive this.
  Console keeping(nlohmann::json& result) const;

  /// Says what the command came to, as one object. Its keys stay what they are: index_tools/README.md lists them, and
  /// what is not known, or was not asked for, is null.
  void result(const nlohmann::json& object) const;

  std::ostream& out;
  std::ostream& err;
  const std::size_t width;  ///< of help and tables, in columns

 private:
  Console(const Console& other, std::ostream& to_out, std::ostream& to_err, bool draws_progress, nlohmann::json* result)
      : out(to_out), err(to_err), width(other.width), draws_progress_(draws_progress), result_(result) {}

  const bool draws_progress_;
  nlohmann::json* const result_ = nullptr;
};

}  // namespace irgan

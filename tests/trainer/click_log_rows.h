/// Reads whole click logs, for tests of what reading them gives.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "irgan/click_log.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan {

/// A row whose texts outlive the callback.
struct KeptRow {
  explicit KeptRow(const ClickRow& row)
      : session(row.session),
        query_id(row.query_id),
        query(row.query),
        document_id(row.document_id),
        team(row.team),
        rest(row) {}
  std::string session, query_id, query, document_id, team;
  ClickRow rest;
};

/// Returns the usable rows of the log at `path`.
inline std::vector<KeptRow> rows_of(const std::string& path, const ClickLogOptions& options = {}) {
  ClickLogReader reader(path, options);
  std::vector<KeptRow> rows;
  reader.read([&](const ClickRow& row) { rows.emplace_back(row); });
  CHECK(reader.summary().num_good == rows.size());
  return rows;
}

/// Options with which no number of unusable lines is an error.
inline ClickLogOptions tolerant() {
  ClickLogOptions options;
  options.max_bad = 1.0;
  return options;
}

/// Returns the one reason for which lines of a log with the text `log` are refused, without what it says in brackets;
/// "" if all are good.
inline std::string reason_of(const std::string& log, ClickLogOptions options = tolerant()) {
  const ScratchFolder folder;
  ClickLogReader reader(folder.write("log", log), std::move(options));
  reader.read([](const ClickRow&) {});
  REQUIRE(reader.summary().rejected.size() <= 1);
  if (reader.summary().rejected.empty()) return "";
  const std::string& reason = reader.summary().rejected.begin()->first;
  return reason.substr(0, reason.find(" ("));
}

}  // namespace irgan

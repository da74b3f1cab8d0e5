#include "plugin/preload/search_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "irgan/errors.h"
#include "plugin/src/model/base64.h"
#include "plugin/src/process/held_signals.h"
#include "plugin/src/process/utc_text.h"

namespace irgan {
namespace {

using Json = nlohmann::ordered_json;
using Terms = std::set<std::string>;

constexpr std::size_t kTextsRemembered = 8;  // a page parses its query for a few fields at most

struct ParsedText {
  std::string text;
  Terms terms;
};

std::deque<ParsedText>& texts_of_this_thread() {
  thread_local std::deque<ParsedText> texts;
  return texts;
}

Terms terms_of(const Xapian::Query& query) { return {query.get_terms_begin(), query.get_terms_end()}; }

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::string serialised(const Xapian::Query& query) {
  try {
    return encode_base64(query.serialise());
  } catch (const Xapian::UnimplementedError&) {
    return {};
  }
}

// The site's own ids; else Xapian's numbers.
Json ids_shown(const ServedSearch& search) {
  if (!search.ids.empty()) return search.ids;
  Json ids = Json::array();
  for (const Xapian::docid docid : search.page) ids.push_back(std::to_string(docid));
  return ids;
}

Json shadow_of(const ServedSearch& search) {
  if (search.shadow_model.empty()) return {};
  return {{"model", search.shadow_model}, {"ids", search.shadow_ids}};
}

Json own_line(const ServedSearch& search, const std::string& time) {
  Json line;
  line["page"] = or_null(search.page_id);
  line["time"] = time;
  line["database"] = search.database;
  line["query"] = or_null(serialised(search.query));
  line["text"] = or_null(search.text);
  line["first"] = search.page.get_firstitem();
  line["docids"] = std::vector<Xapian::docid>(search.page.begin(), search.page.end());
  line["ids"] = search.ids.empty() ? Json() : Json(search.ids);
  line["model"] = or_null(search.model);
  line["log_probabilities"] = nullptr;
  if (!search.log_probabilities.empty())
    line["log_probabilities"] = search.log_probabilities;  // NaN is written as null
  line["shadow"] = shadow_of(search);
  line["context"] = search.context.empty() ? Json() : Json(search.context);
  return line;
}

Json ubi_line(const ServedSearch& search, const std::string& time) {
  Json attributes;
  attributes["first"] = search.page.get_firstitem();
  attributes["model"] = or_null(search.model);
  attributes["database"] = search.database;
  attributes["query"] = or_null(serialised(search.query));
  if (!search.log_probabilities.empty()) attributes["log_probabilities"] = search.log_probabilities;
  if (!search.shadow_model.empty()) attributes["shadow"] = shadow_of(search);
  if (!search.context.empty()) attributes["context"] = search.context;
  Json line;
  line["application"] = "xapian-irgan";
  line["query_id"] = search.page_id;
  line["user_query"] = search.text;
  line["timestamp"] = time;
  line["query_response_hit_ids"] = ids_shown(search);
  line["query_attributes"] = std::move(attributes);
  return line;
}

// Whether the open `file` is what stands at `path`.
bool is_at(int file, const std::string& path) {
  struct stat open_file {
  }, present{};
  return file >= 0 && fstat(file, &open_file) == 0 && stat(path.c_str(), &present) == 0 &&
         open_file.st_dev == present.st_dev && open_file.st_ino == present.st_ino;
}

}  // namespace

std::string line_of(const ServedSearch& search, SearchLogForm form, std::chrono::system_clock::time_point now) {
  const std::string time = utc_text(now);
  const Json line = form == SearchLogForm::own ? own_line(search, time) : ubi_line(search, time);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

// Asked of the system for each page: a child that was forked would go on with its parent's numbers.
std::string new_page_id() {
  std::array<unsigned char, 12> bytes;
  if (getentropy(bytes.data(), bytes.size()) != 0)
    throw Error(std::string("the system gives no random number for a page's id: ") + std::strerror(errno));
  constexpr const char* kDigits = "0123456789abcdef";
  std::string id;
  for (const unsigned char byte : bytes) {
    id += kDigits[byte >> 4];
    id += kDigits[byte & 15];
  }
  return id;
}

// The program may change its working directory.
SearchLog::SearchLog(const std::string& path, SearchLogForm form)
    : path_(std::filesystem::absolute(path).string()), form_(form) {}

SearchLog::~SearchLog() {
  if (file_ >= 0) close(file_);
}

// Keeps the old file if there can be no new one.
void SearchLog::open_anew() {
  // A pipe that nobody reads must fail, not block. What people searched for is for the owner's eyes; an older file
  // keeps its mode.
  const int opened = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
  if (opened < 0) return;
  if (file_ >= 0) close(file_);
  file_ = opened;
  is_torn_ = false;
}

void SearchLog::write(const ServedSearch& search) {
  std::string line = line_of(search, form_, std::chrono::system_clock::now());
  const std::lock_guard<ForkSafeMutex> lock(mutex_);
  errno = 0;
  if (!is_at(file_, path_)) open_anew();
  if (is_torn_) line.insert(line.begin(), '\n');
  const ssize_t num_written = file_ < 0 ? -1 : write_without_signals(file_, line.data(), line.size());
  if (num_written == static_cast<ssize_t>(line.size())) {
    is_torn_ = false;
    return;
  }
  is_torn_ |= num_written > 0;
  throw Error("the log " + path_ + " cannot be written: " + std::strerror(num_written < 0 ? errno : ENOSPC));
}

void remember_parsed(const std::string& text, const Xapian::Query& query) {
  std::deque<ParsedText>& texts = texts_of_this_thread();
  texts.push_front({text, terms_of(query)});
  if (texts.size() > kTextsRemembered) texts.pop_back();
}

std::string text_parsed_to(const Xapian::Query& query) {
  const Terms all = terms_of(query);
  for (const ParsedText& parsed : texts_of_this_thread()) {
    if (!parsed.terms.empty() && std::includes(all.begin(), all.end(), parsed.terms.begin(), parsed.terms.end())) {
      return parsed.text;
    }
  }
  return {};
}

}  // namespace irgan

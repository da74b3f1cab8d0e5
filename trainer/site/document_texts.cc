#include "trainer/site/document_texts.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "trainer/machine/json_fields.h"

namespace irgan {
namespace {

namespace dom = simdjson::dom;

void append(std::string_view part, std::string& text) {
  if (part.empty()) return;
  if (!text.empty()) text += ' ';
  text += part;
}

void append(dom::element element, std::string& text) {
  std::string_view part;
  dom::array items;
  if (element.get_string().get(part) == simdjson::SUCCESS) {
    append(part, text);
  } else if (element.get_array().get(items) == simdjson::SUCCESS) {
    for (const dom::element item : items) append(item, text);
  }
}

// omindex's and scriptindex's form: a line NAME=TEXT each.
std::string from_lines(const std::string& data, const std::vector<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields) {
    std::istringstream lines(data);
    for (std::string line; std::getline(lines, line);) {
      if (line.compare(0, field.size(), field) == 0 && line[field.size()] == '=')
        append(line.substr(field.size() + 1), text);
    }
  }
  return text;
}

// What omindex knows of a page beside its text.
constexpr std::array<std::string_view, 8> kOmegaFacts{"url",     "type", "modtime", "size",
                                                      "created", "md5",  "topic",   "language"};

using Record = std::vector<std::pair<std::string, std::string>>;

// The lines NAME=TEXT of omindex and scriptindex; none if the data have any other line.
Record record_in(const std::string& data) {
  Record record;
  std::istringstream lines(data);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const std::size_t equals = line.find('=');
    const std::string name = line.substr(0, equals);
    const auto is_name_byte = [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_'; };
    if (equals == std::string::npos || name.size() < 2 || !std::all_of(name.begin(), name.end(), is_name_byte)) {
      return {};
    }
    record.emplace_back(name, line.substr(equals + 1));
  }
  return record;
}

bool has(const Record& record, std::string_view name) {
  return std::any_of(record.begin(), record.end(), [=](const auto& field) { return field.first == name; });
}

bool is_of_omindex(const Record& record) { return has(record, "url") && has(record, "sample"); }

template <std::size_t kSize>
bool is_one_of(const std::array<std::string_view, kSize>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string omindex_text(const Record& record) {
  std::string text;
  for (const std::string_view wanted : {"caption", "title", "sample"}) {
    for (const auto& [name, value] : record) {
      if (name == wanted) append(value, text);
    }
  }
  return text;
}

// All that a record says in words, where nobody told which of its fields are the text.
std::string all_texts(const Record& record) {
  std::string text;
  for (const auto& [name, value] : record) {
    if (!is_one_of(kOmegaFacts, name)) append(value, text);
  }
  return text;
}

}  // namespace

struct DocumentTexts::Parser {
  dom::parser json;
};

DocumentTexts::DocumentTexts(Xapian::Database db, const IndexLayout& layout, std::vector<std::string> fields,
                             std::shared_ptr<const TextFile> text_file)
    : db_(std::move(db)),
      fields_(std::move(fields)),
      takes_whole_data_(fields_.empty()),
      text_file_(std::move(text_file)),
      parser_(std::make_unique<Parser>()) {
  if (!fields_.empty()) return;
  for (const TextField& field : layout.fields) {
    if (!field.from_clicks) fields_.push_back(field.name);
  }
}

DocumentTexts::~DocumentTexts() = default;

std::optional<std::string> DocumentTexts::text_of(Xapian::docid docid, const std::string& id) const {
  if (text_file_) return text_file_->text_of(id);
  const std::string data = db_.get_document(docid, Xapian::DOC_ASSUME_VALID).get_data();
  std::string text;
  dom::object object;
  if (error_of_text(parser_->json.parse(data).get_object().get(object)) == simdjson::SUCCESS) {
    for (const std::string& field : fields_) {
      dom::element element;
      if (object[field].get(element) == simdjson::SUCCESS) append(element, text);
    }
  } else {
    const Record record = takes_whole_data_ ? record_in(data) : Record();
    text = is_of_omindex(record) ? omindex_text(record) : from_lines(data, fields_);
    if (text.empty()) text = all_texts(record);
    if (text.empty() && takes_whole_data_) text = data;
  }
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace irgan

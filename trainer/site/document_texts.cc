#include "trainer/site/document_texts.h"

#include <simdjson.h>

#include <sstream>
#include <string_view>
#include <utility>

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
  if (parser_->json.parse(data).get_object().get(object) == simdjson::SUCCESS) {
    for (const std::string& field : fields_) {
      dom::element element;
      if (object[field].get(element) == simdjson::SUCCESS) append(element, text);
    }
  } else {
    text = from_lines(data, fields_);
    if (text.empty() && takes_whole_data_) text = data;
  }
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace irgan

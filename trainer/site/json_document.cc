#include "trainer/site/json_document.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "irgan/errors.h"

namespace irgan {
namespace {

namespace dom = simdjson::dom;

[[noreturn]] void refuse(const std::string& place, const std::string& reason) {
  throw FormatError(place + ": " + reason);
}

std::string id_of(dom::element element, const std::string& key, const std::string& place) {
  std::string_view text;
  if (element.get_string().get(text) == simdjson::SUCCESS && !text.empty()) return std::string(text);
  std::int64_t number = 0;
  if (element.get_int64().get(number) == simdjson::SUCCESS) return std::to_string(number);
  refuse(place, "'" + key + "' is neither a text nor a whole number");
}

std::vector<std::string> texts_of(dom::element element, const std::string& key, const std::string& place) {
  std::string_view text;
  if (element.is_null()) return {};
  if (element.get_string().get(text) == simdjson::SUCCESS) return {std::string(text)};
  dom::array items;
  std::vector<std::string> texts;
  if (element.get_array().get(items) != simdjson::SUCCESS)
    refuse(place, "'" + key + "' is neither a text nor an array of texts");
  for (const dom::element item : items) {
    if (item.is_null()) continue;
    if (item.get_string().get(text) != simdjson::SUCCESS)
      refuse(place, "'" + key + "' holds something else than texts");
    texts.emplace_back(text);
  }
  return texts;
}

}  // namespace

struct JsonDocumentReader::State {
  std::string id_key;
  std::vector<std::string> text_keys;
  std::vector<std::string> value_keys;
  std::vector<std::string> unseen;  // of both
  dom::parser parser;

  bool find(dom::object object, const std::string& key, dom::element& element) {
    if (object[key].get(element) != simdjson::SUCCESS) return false;
    const auto first_time = std::find(unseen.begin(), unseen.end(), key);
    if (first_time != unseen.end()) unseen.erase(first_time);
    return true;
  }
};

JsonDocumentReader::JsonDocumentReader(std::string id_key, std::vector<std::string> text_keys,
                                       std::vector<std::string> value_keys)
    : state_(std::make_unique<State>()) {
  state_->id_key = std::move(id_key);
  state_->text_keys = std::move(text_keys);
  state_->value_keys = std::move(value_keys);
  state_->unseen = state_->text_keys;
  state_->unseen.insert(state_->unseen.end(), state_->value_keys.begin(), state_->value_keys.end());
}

JsonDocumentReader::~JsonDocumentReader() = default;

std::string JsonDocumentReader::unseen_key() const { return state_->unseen.empty() ? "" : state_->unseen.front(); }

JsonDocument JsonDocumentReader::read(std::string_view line, const std::string& place) {
  dom::object object;
  const auto error = state_->parser.parse(line.data(), line.size()).get_object().get(object);
  if (error != simdjson::SUCCESS) refuse(place, std::string("not a JSON object: ") + simdjson::error_message(error));
  JsonDocument document;
  dom::element element;
  if (object[state_->id_key].get(element) != simdjson::SUCCESS) refuse(place, "there is no '" + state_->id_key + "'");
  document.id = id_of(element, state_->id_key, place);
  for (const std::string& key : state_->text_keys) {
    if (state_->find(object, key, element)) document.texts[key] = texts_of(element, key, place);
  }
  for (const std::string& key : state_->value_keys) {
    if (!state_->find(object, key, element) || element.is_null()) continue;
    double number = 0.0;
    if (element.get_double().get(number) != simdjson::SUCCESS) refuse(place, "'" + key + "' is no number");
    document.values[key] = number;
  }
  return document;
}

}  // namespace irgan

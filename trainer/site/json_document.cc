#include "trainer/site/json_document.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "irgan/errors.h"
#include "trainer/machine/json_fields.h"

namespace irgan {
namespace {

namespace dom = simdjson::dom;

constexpr const char* kReplacement = "\xEF\xBF\xBD";  // U+FFFD

[[noreturn]] void refuse(const std::string& place, const std::string& reason) {
  throw FormatError(place + ": " + reason);
}

std::string id_of(dom::element element, const std::string& key, const std::string& place) {
  std::string_view text;
  if (element.get_string().get(text) == simdjson::SUCCESS && !text.empty()) return std::string(text);
  std::int64_t number = 0;
  if (element.get_int64().get(number) == simdjson::SUCCESS) return std::to_string(number);
  std::uint64_t large = 0;
  if (element.get_uint64().get(large) == simdjson::SUCCESS) return std::to_string(large);
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

// The four hexadecimal digits of \uXXXX at `at`; -1 if there are none.
long escaped_unit(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  long unit = 0;
  for (const char c : text.substr(at + 2, 4)) {
    const int digit = c >= '0' && c <= '9'                     ? c - '0'
                      : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                               : -1;
    if (digit < 0) return -1;
    unit = 16 * unit + digit;
  }
  return unit;
}

// The length of the character of UTF-8 at the front; 0 if it is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (length > 2) {  // no longer than need be, no surrogates, no more than Unicode has
    const unsigned two = first * 256U + byte(1);
    if (two < 0xE0A0 || (two >= 0xEDA0 && two < 0xEE00) || (two >= 0xF000 && two < 0xF090) || two >= 0xF490) return 0;
  }
  return length;
}

}  // namespace

std::string with_whole_characters(std::string_view json) {
  std::string text;
  for (std::size_t at = 0; at < json.size();) {
    std::size_t length = 1;
    if (json[at] == '\\') {
      const long unit = escaped_unit(json, at);
      const bool is_high = unit >= 0xD800 && unit < 0xDC00;
      const bool is_low = unit >= 0xDC00 && unit < 0xE000;
      const long next = is_high ? escaped_unit(json, at + 6) : -1;
      const bool is_pair = next >= 0xDC00 && next < 0xE000;
      length = is_pair ? 12 : unit >= 0 ? 6 : std::min<std::size_t>(2, json.size() - at);
      if (is_low || (is_high && !is_pair)) {
        text += kReplacement;
      } else {
        text += json.substr(at, length);
      }
    } else if ((length = utf8_length(json.substr(at))) > 0) {
      text += json.substr(at, length);
    } else {
      text += kReplacement;
      length = 1;
    }
    at += length;
  }
  return text;
}

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
  dom::element whole;
  JsonDocument document;
  auto error = error_of_text(state_->parser.parse(line.data(), line.size()).get(whole));
  if (error == simdjson::STRING_ERROR || error == simdjson::UTF8_ERROR) {
    document.is_not_utf8 = error == simdjson::UTF8_ERROR;
    document.mended = with_whole_characters(line);
    error = error_of_text(state_->parser.parse(document.mended).get(whole));
  }
  if (error == simdjson::NUMBER_ERROR)
    refuse(place, "not a JSON object: a number in it is misspelt or beyond 64 bits; large ids can stand in quotes");
  if (error == simdjson::SUCCESS && whole.is_array())
    refuse(place, "not a JSON object: an array, where each document is a line of its own (jq -c '.[]' parts them)");
  if (error == simdjson::SUCCESS) error = whole.get_object().get(object);
  if (error != simdjson::SUCCESS) refuse(place, std::string("not a JSON object: ") + simdjson::error_message(error));
  dom::element element;
  if (object[state_->id_key].get(element) != simdjson::SUCCESS) refuse(place, "there is no '" + state_->id_key + "'");
  document.id = id_of(element, state_->id_key, place);
  if (!document.mended.empty() && document.id.find(kReplacement) != std::string::npos)
    refuse(place, "'" + state_->id_key + "' holds half a character");
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

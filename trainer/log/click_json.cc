#include "trainer/log/click_json.h"

#include <simdjson.h>

namespace irgan {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kMaxKeysShown = 300;  // bytes of a message

bool is_text(ClickColumn column) {
  return column == ClickColumn::session || column == ClickColumn::query_id || column == ClickColumn::query ||
         column == ClickColumn::doc_id || column == ClickColumn::team;
}

std::string_view without_space_behind(std::string_view token) {
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

struct ClickJson::Parser {
  // False if the value is not JSON.
  bool take(ondemand::value& value, ClickColumn column, std::string_view& text) {
    ondemand::json_type type;
    if (value.type().get(type) != simdjson::SUCCESS) return false;
    switch (type) {
      case ondemand::json_type::string:
        return value.get_string().get(text) == simdjson::SUCCESS;
      case ondemand::json_type::number:
        text = without_space_behind(value.raw_json_token());
        double ignored;  // checked here, since a number kept as an id is not looked at again
        return value.get_double().get(ignored) == simdjson::SUCCESS;
      case ondemand::json_type::boolean: {
        bool is_true = false;
        if (value.get_bool().get(is_true) != simdjson::SUCCESS) return false;
        text = is_true ? "true" : "false";
        return true;
      }
      case ondemand::json_type::null: {
        bool is_null = false;
        text = {};
        return value.is_null().get(is_null) == simdjson::SUCCESS && is_null;
      }
      default:
        // No number reads like this, so that {"count": {"$numberLong": "3"}} is a bad count and not a count of 1.
        text = is_text(column) ? std::string_view() : std::string_view("{");
        return true;
    }
  }

  bool take_object(ondemand::object& object, ClickFields& fields) {
    const bool is_first = first_keys.empty();
    for (auto field : object) {
      std::string_view key;
      ondemand::value value;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
      if (is_first && first_keys.size() < kMaxKeysShown) {
        first_keys.append(first_keys.empty() ? "" : ", ").append(key.substr(0, kMaxKeysShown));
      }
      if (field.value().get(value) != simdjson::SUCCESS) return false;
      std::string_view text;
      bool is_taken = false;
      for (std::size_t i = 0; i < kNumClickColumns; ++i) {
        if (names[i] != key) continue;
        const ClickColumn column = static_cast<ClickColumn>(i);
        if (!is_taken && !take(value, column, text)) return false;  // a value can be read once, though for two columns
        is_taken = true;
        fields[column] = text;
      }
    }
    return true;
  }

  std::array<std::string, kNumClickColumns> names;
  std::string first_keys;
  std::string padded;  // simdjson reads a little behind the end
  ondemand::parser json;
};

ClickJson::ClickJson(std::array<std::string, kNumClickColumns> names) : parser_(std::make_unique<Parser>()) {
  parser_->names = std::move(names);
}
ClickJson::~ClickJson() = default;

const std::string& ClickJson::first_keys() const { return parser_->first_keys; }

RowFault ClickJson::parse(std::string_view line, ClickFields& fields) {
  fields.clear();
  if (!simdjson::validate_utf8(line.data(), line.size())) return RowFault::not_utf8;
  std::string& padded = parser_->padded;
  padded.reserve(line.size() + simdjson::SIMDJSON_PADDING);
  padded.assign(line);
  ondemand::document document;
  ondemand::object object;
  if (parser_->json.iterate(padded).get(document) != simdjson::SUCCESS) return RowFault::not_json;
  if (document.get_object().get(object) != simdjson::SUCCESS) return RowFault::not_json;
  if (!parser_->take_object(object, fields)) return RowFault::not_json;
  const bool is_at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return is_at_end ? RowFault::none : RowFault::not_json;
}

}  // namespace irgan

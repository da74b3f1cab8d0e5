#include "trainer/log/click_json.h"

#include <simdjson.h>

#include "trainer/machine/json_fields.h"

namespace irgan {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kMaxFirstKeys = 40;
constexpr std::size_t kMaxKeyShown = 100;         // bytes of a message
constexpr std::uint64_t kNumLinesAsked = 10'000;  // whose keys are looked at one by one
constexpr std::string_view kEnvelope = "_source";

bool is_text(ClickColumn column) {
  return column >= context_column(0) || column == ClickColumn::session || column == ClickColumn::query_id ||
         column == ClickColumn::query || column == ClickColumn::doc_id || column == ClickColumn::team ||
         column == ClickColumn::action || column == ClickColumn::serialised_query || column == ClickColumn::page_id;
}

std::string_view without_space_behind(std::string_view token) {
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

struct ClickJson::Parser {
  explicit Parser(const ColumnNames& names_given) : names(names_given) {}

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

  // False if it is not JSON.
  bool take_object(ondemand::object& object, ClickFields& fields, bool is_inside) {
    for (auto field : object) {
      std::string_view key;
      ondemand::value value;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
      if (field.value().get(value) != simdjson::SUCCESS) return false;
      std::string_view text;
      bool is_taken = false;
      for (std::size_t i = 0; i < names.size(); ++i) {
        const ClickColumn column = static_cast<ClickColumn>(i);
        if (!names.is_of(key, column)) continue;
        if (!is_taken && !take(value, column, text)) return false;  // a value can be read once, though for two columns
        is_taken = true;
        has_key[i] = true;
        fields[column] = text;
      }
      if (num_lines <= kNumLinesAsked) look_at(key, is_taken);
      if (is_taken || is_inside || key != kEnvelope) continue;
      ondemand::object inside;
      if (value.get_object().get(inside) == simdjson::SUCCESS && !take_object(inside, fields, true)) return false;
    }
    return true;
  }

  void look_at(std::string_view key, bool is_taken) {
    if (num_lines == 1 && first_keys.size() < kMaxFirstKeys) first_keys.emplace_back(key.substr(0, kMaxKeyShown));
    if (!is_taken && unclear_key.empty() && usual_meaning(key) == ClickColumn::clicked) unclear_key = key;
  }

  ColumnNames names;
  std::array<bool, kNumLogColumns> has_key{};
  std::uint64_t num_lines = 0;
  std::vector<std::string> first_keys;
  std::string unclear_key;
  std::string padded;  // simdjson reads a little behind the end
  ondemand::parser json;
};

ClickJson::ClickJson(const ColumnNames& names) : parser_(std::make_unique<Parser>(names)) {}
ClickJson::~ClickJson() = default;

bool ClickJson::has_key(ClickColumn column) const { return parser_->has_key[static_cast<std::size_t>(column)]; }
const std::string& ClickJson::unclear_key() const { return parser_->unclear_key; }
const std::vector<std::string>& ClickJson::first_keys() const { return parser_->first_keys; }

RowFault ClickJson::parse(std::string_view line, ClickFields& fields) {
  fields.clear();
  parser_->has_key = {};
  if (!simdjson::validate_utf8(line.data(), line.size())) return RowFault::not_utf8;
  std::string& padded = parser_->padded;
  padded.reserve(line.size() + simdjson::SIMDJSON_PADDING);
  padded.assign(line);
  ondemand::document document;
  ondemand::object object;
  if (error_of_text(parser_->json.iterate(padded).get(document)) != simdjson::SUCCESS) return RowFault::not_json;
  if (document.get_object().get(object) != simdjson::SUCCESS) return RowFault::not_json;
  ++parser_->num_lines;
  if (!parser_->take_object(object, fields, false)) return RowFault::not_json;
  const bool is_at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return is_at_end ? RowFault::none : RowFault::not_json;
}

}  // namespace irgan

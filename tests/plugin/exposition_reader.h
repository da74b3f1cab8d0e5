/// A strict reader of Prometheus' text form, version 0.0.4.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace irgan {

/// Reads all samples, each under its name with labels as written: `a_total{reason="x"}`.
///
/// Throws: std::runtime_error naming the line for what a scraper would refuse, and for more: families without HELP and
///         TYPE before their samples, samples of another family between them, names that stand twice, counters below 0
///         or without the end "_total", histograms that fall or lack +Inf, summaries without sum and count
class ExpositionReader {
 public:
  explicit ExpositionReader(const std::string& text) {
    if (text.empty() || text.back() != '\n') fail("the text does not end in a line end");
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      line_ = line;
      line.front() == '#' ? read_comment(line) : read_sample(line);
    }
    end_family();
  }

  double operator[](const std::string& sample) const {
    const auto found = samples_.find(sample);
    if (found == samples_.end()) throw std::runtime_error("there is no sample " + sample);
    return found->second;
  }
  bool has(const std::string& sample) const { return samples_.count(sample) > 0; }
  const std::map<std::string, std::string>& types() const { return types_; }

 private:
  [[noreturn]] void fail(const std::string& why) const { throw std::runtime_error(why + ": " + line_); }

  static bool is_name(const std::string& text) {
    if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:") ==
           std::string::npos;
  }

  void read_comment(const std::string& line) {
    std::istringstream in(line);
    std::string hash, kind, name, rest;
    in >> hash >> kind >> name;
    std::getline(in, rest);
    if (hash != "#" || !is_name(name) || rest.size() < 2) fail("no comment that we know");
    if (kind == "HELP") {
      end_family();
      if (!helped_.insert(name).second) fail("a second HELP");
      family_ = name;
    } else if (kind == "TYPE") {
      if (name != family_ || types_.count(name) > 0) fail("a TYPE that does not follow its HELP");
      const std::set<std::string> known = {" counter", " gauge", " histogram", " summary"};
      if (known.count(rest) == 0) fail("an unknown type");
      types_[name] = rest.substr(1);
      const bool is_total = name.size() > 6 && name.substr(name.size() - 6) == "_total";
      if ((rest == " counter") != is_total) fail("only counters end in _total");
    } else {
      fail("neither HELP nor TYPE");
    }
  }

  void read_sample(const std::string& line) {
    const std::size_t space = line.rfind(' ');
    if (space == std::string::npos) fail("no value");
    const std::string key = line.substr(0, space);
    const std::string number = line.substr(space + 1);
    std::size_t used = 0;
    const double value = std::stod(number, &used);
    if (used != number.size()) fail("no number");
    const std::string name = key.substr(0, key.find('{'));
    check_name(name);
    read_labels(key.substr(name.size()));
    if (types_[family_] != "gauge" && !(value >= 0.0)) fail("below 0");
    if (!samples_.emplace(key, value).second) fail("stands twice");
    of_family_.emplace_back(key, value);
  }

  void check_name(const std::string& name) const {
    if (!is_name(name) || types_.count(family_) == 0) fail("a sample without a family");
    const std::string& type = types_.at(family_);
    const std::string rest = name.substr(0, family_.size()) == family_ ? name.substr(family_.size()) : "?";
    const bool is_good = type == "histogram" ? rest == "_bucket" || rest == "_sum" || rest == "_count"
                         : type == "summary" ? rest == "_sum" || rest == "_count"
                                             : rest.empty();
    if (!is_good) fail("a sample of another family than " + family_);
  }

  void read_labels(const std::string& text) const {
    if (text.empty()) return;
    if (text.back() != '}') fail("labels without an end");
    std::size_t at = 1;
    while (at < text.size() - 1) {
      const std::size_t equal = text.find("=\"", at);
      if (equal == std::string::npos || !is_name(text.substr(at, equal - at))) fail("no label");
      at = text.find('"', equal + 2);
      if (at == std::string::npos) fail("a label without an end");
      if (text.substr(equal + 2, at - equal - 2).find('\\') != std::string::npos) fail("an escape");
      ++at;
      if (at < text.size() - 1 && text[at++] != ',') fail("no comma between labels");
    }
  }

  void end_family() {
    if (family_.empty()) return;
    if (types_.count(family_) == 0) fail("a HELP without TYPE");
    if (types_[family_] == "histogram") check_histogram();
    of_family_.clear();
  }

  void check_histogram() {
    double last_bound = -std::numeric_limits<double>::infinity();
    double last = 0.0;
    const std::string begin = family_ + "_bucket{le=\"";
    for (const auto& [key, value] : of_family_) {
      if (key.compare(0, begin.size(), begin) != 0) continue;
      const double bound = std::stod(key.substr(begin.size()));
      if (!(bound > last_bound) || value < last) fail("buckets of " + family_ + " fall");
      last_bound = bound;
      last = value;
    }
    if (!std::isinf(last_bound) || !has(family_ + "_sum") || last != (*this)[family_ + "_count"])
      fail("the histogram " + family_ + " is not whole");
  }

  std::string line_;
  std::string family_;
  std::set<std::string> helped_;
  std::map<std::string, std::string> types_;
  std::map<std::string, double> samples_;
  std::vector<std::pair<std::string, double>> of_family_;
};

}  // namespace irgan

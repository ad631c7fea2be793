#include <cstdio>
#include <cstdlib>
#include <unordered_map>

#include "io/counts/h5ad_column.hpp"

namespace scvigor {

namespace {

using Kind = AnnotationColumn::Kind;

std::string with_digits(double number, int digits) {
  char text[40] = "";
  std::snprintf(text, sizeof text, "%.*g", digits, number);
  return text;
}

// The fewest digits, from the 15 that R shows, that give the number back.
std::string exact_text(double number) {
  std::string text;
  for (int digits = 15; digits <= 17; ++digits) {
    text = with_digits(number, digits);
    if (std::strtod(text.c_str(), nullptr) == number) break;
  }
  return text;
}

// With 15 digits, unless different numbers would look alike.
std::vector<std::string> text_of_numbers(const std::vector<double>& numbers) {
  std::unordered_map<std::string, double> seen;
  std::vector<std::string> text;
  bool are_distinct = true;
  for (const double number : numbers) {
    text.push_back(with_digits(number, 15));
    const auto [entry, is_new] = seen.emplace(text.back(), number);
    are_distinct =
        are_distinct && (is_new || entry->second == number || number != number);
  }
  for (std::size_t i = 0; i < numbers.size() && !are_distinct; ++i)
    text[i] = exact_text(numbers[i]);
  return text;
}

// Levels, each once, and the level of each category; -1: it stands for a
// missing value.
struct Levels {
  std::vector<std::string> text;
  std::vector<std::int32_t> of_category;
};

Levels levels_of(const AnnotationColumn& categories) {
  Levels levels;
  std::unordered_map<std::string, std::int32_t> known;
  const std::vector<std::string> text = as_text(categories);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_missing =
        !categories.missing.empty() && categories.missing[i] != 0;
    if (is_missing) {
      levels.of_category.push_back(-1);
      continue;
    }
    const auto next = static_cast<std::int32_t>(levels.text.size());
    const auto [entry, is_new] = known.emplace(text[i], next);
    if (is_new) levels.text.push_back(text[i]);
    levels.of_category.push_back(entry->second);
  }
  return levels;
}

}  // namespace

AnnotationColumn read_factor(const h5::Dataset& codes,
                             const AnnotationColumn& categories, bool ordered) {
  if (codes.element() != h5::Element::kInteger || codes.dims().size() != 1)
    codes.fail("does not hold the codes of a categorical column.");
  const Levels levels = levels_of(categories);
  const auto n_categories =
      static_cast<std::int64_t>(levels.of_category.size());
  AnnotationColumn column;
  column.kind = Kind::kFactor;
  column.ordered = ordered;
  column.text = levels.text;
  const auto read = codes.read_all<std::int64_t>();
  column.codes.resize(read.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (read[i] < -1 || read[i] >= n_categories)
      codes.fail("holds code " + std::to_string(read[i]) + ", but there are " +
                 std::to_string(n_categories) + " categories.");
    const std::int32_t level =
        read[i] < 0 ? -1
                    : levels.of_category[static_cast<std::size_t>(read[i])];
    if (level >= 0) {
      column.codes[i] = level;
    } else {
      column.missing.resize(read.size(), 0);
      column.missing[i] = 1;
    }
  }
  return column;
}

std::vector<std::string> as_text(const AnnotationColumn& column) {
  std::vector<std::string> text;
  switch (column.kind) {
    case Kind::kText:
      text = column.text;
      break;
    case Kind::kNumber:
      text = text_of_numbers(column.numbers);
      break;
    case Kind::kInteger:
      for (const std::int32_t value : column.codes)
        text.push_back(std::to_string(value));
      break;
    case Kind::kLogical:
      for (const std::int32_t value : column.codes)
        text.emplace_back(value ? "TRUE" : "FALSE");
      break;
    case Kind::kFactor:
      for (const std::int32_t code : column.codes)
        text.push_back(static_cast<std::size_t>(code) < column.text.size()
                           ? column.text[static_cast<std::size_t>(code)]
                           : "");
      break;
  }
  for (std::size_t i = 0; i < column.missing.size(); ++i)
    if (column.missing[i]) text[i].clear();
  return text;
}

}  // namespace scvigor

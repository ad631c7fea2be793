#include <algorithm>
#include <cmath>

#include "io/model_file/value_file.hpp"

namespace scvigor {

namespace {

using Kind = FileValue::Kind;

// What a float32 holds exactly takes half the space.
bool fits_float(const std::vector<double>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double number) {
    return !std::isnan(number) &&
           (std::isinf(number) ||
            (std::fabs(number) <= std::numeric_limits<float>::max() &&
             static_cast<double>(static_cast<float>(number)) == number));
  });
}

// A text that is none of the values.
std::string mark_of_missing(const std::vector<std::string>& text) {
  std::string mark = "NA";
  while (std::find(text.begin(), text.end(), mark) != text.end()) mark += "_";
  return mark;
}

std::vector<std::int64_t> dims_of(const FileValue& value) {
  if (!value.shape.empty()) return value.shape;
  return {static_cast<std::int64_t>(value.size())};
}

h5::Handle write_numbers(const h5::Writer& file, hid_t parent,
                         const std::string& name, const FileValue& value) {
  if (!fits_float(value.numbers))
    return file.dataset(parent, name, H5T_NATIVE_DOUBLE, dims_of(value),
                        value.numbers.data());
  const std::vector<float> narrow(value.numbers.begin(), value.numbers.end());
  return file.dataset(parent, name, H5T_NATIVE_FLOAT, dims_of(value),
                      narrow.data());
}

h5::Handle write_logical(const h5::Writer& file, hid_t parent,
                         const std::string& name, const FileValue& value) {
  std::vector<std::int8_t> narrow;
  for (const std::int32_t element : value.whole)
    narrow.push_back(element == FileValue::kMissing
                         ? std::int8_t{-1}
                         : static_cast<std::int8_t>(element != 0));
  return file.dataset(parent, name, H5T_NATIVE_INT8, dims_of(value),
                      narrow.data());
}

h5::Handle write_bytes(const h5::Writer& file, hid_t parent,
                       const std::string& name, const FileValue& value) {
  const std::vector<std::uint8_t> bytes(value.whole.begin(), value.whole.end());
  return file.dataset(parent, name, H5T_NATIVE_UINT8, dims_of(value),
                      bytes.data());
}

h5::Handle write_text(const h5::Writer& file, hid_t parent,
                      const std::string& name, const FileValue& value) {
  std::vector<std::string> text = value.text;
  std::string mark;
  for (std::size_t i = 0; i < value.missing.size(); ++i) {
    if (!value.missing[i]) continue;
    if (mark.empty()) mark = mark_of_missing(value.text);
    text[i] = mark;
  }
  const h5::PaddedText padded(text);
  h5::Handle data = file.dataset(parent, name, padded.type.get(),
                                 dims_of(value), padded.bytes.data());
  if (!mark.empty()) file.text_attribute(data.get(), "missing", {mark});
  return data;
}

h5::Handle write_list(const h5::Writer& file, hid_t parent,
                      const std::string& name, const FileValue& value) {
  h5::Handle group = file.group(parent, name);
  const bool named = !value.names.empty();
  if (!named && !value.members.empty())
    file.integer_attribute(group.get(), "unnamed", {1});
  if (value.kind == Kind::kNull)
    file.integer_attribute(group.get(), "null", {1});
  for (std::size_t i = 0; i < value.members.size(); ++i)
    write_value(file, group.get(),
                named ? to_link_name(value.names[i]) : std::to_string(i + 1),
                value.members[i]);
  return group;
}

h5::Handle write_kind(const h5::Writer& file, hid_t parent,
                      const std::string& name, const FileValue& value) {
  switch (value.kind) {
    case Kind::kLogical:
      return write_logical(file, parent, name, value);
    case Kind::kInteger:
      return file.dataset(parent, name, H5T_NATIVE_INT32, dims_of(value),
                          value.whole.data());
    case Kind::kNumber:
      return write_numbers(file, parent, name, value);
    case Kind::kText:
      return write_text(file, parent, name, value);
    case Kind::kBytes:
      return write_bytes(file, parent, name, value);
    default:
      return write_list(file, parent, name, value);
  }
}

}  // namespace

std::string to_link_name(const std::string& name) {
  if (name.empty()) return "%";
  if (name == ".") return "%2E";
  std::string link;
  for (const char c : name)
    link += c == '/' ? "%2F" : c == '%' ? "%25" : std::string(1, c);
  return link;
}

void write_value(const h5::Writer& file, hid_t parent, const std::string& name,
                 const FileValue& value) {
  const h5::Handle object = write_kind(file, parent, name, value);
  if (value.shape.size() == 1)
    file.integer_attribute(object.get(), "array", {1});
  for (const auto& [label, attribute] : value.attributes)
    if (attribute.kind == Kind::kText)
      file.text_attribute(object.get(), label, attribute.text, attribute.shape);
    else
      file.integer_attribute(object.get(), label,
                             {attribute.whole.begin(), attribute.whole.end()},
                             attribute.shape);
}

}  // namespace scvigor

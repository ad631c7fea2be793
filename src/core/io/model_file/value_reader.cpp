#include <algorithm>

#include "io/hdf5/h5_text.hpp"
#include "io/model_file/value_file.hpp"

namespace scvigor {

namespace {

using Kind = FileValue::Kind;

// More than any model has; a file that leads in circles stops here.
constexpr int kMaxDepth = 32;
constexpr int kMaxMembers = 100000;

bool is_marked(const h5::Node& node, const std::string& name) {
  const auto mark = h5::integer_attribute(node, name);
  return mark && !mark->empty() && mark->front() != 0;
}

FileValue read_text_values(const h5::Dataset& data) {
  FileValue value;
  value.kind = Kind::kText;
  value.text = h5::read_text(data);
  const auto mark = h5::text_attribute(data, "missing");
  if (mark && !mark->empty())
    for (const std::string& text : value.text)
      value.missing.push_back(text == mark->front());
  return value;
}

FileValue read_whole(const h5::Dataset& data) {
  FileValue value;
  const bool narrow = H5Tget_size(data.type()) == 1;
  const bool logical = narrow && H5Tget_sign(data.type()) != H5T_SGN_NONE;
  value.kind = logical  ? Kind::kLogical
               : narrow ? Kind::kBytes
                        : Kind::kInteger;
  value.whole = data.read_all<std::int32_t>();
  if (logical)
    for (std::int32_t& element : value.whole)
      element = element < 0 ? FileValue::kMissing : element != 0;
  return value;
}

FileValue read_dataset(const h5::Dataset& data) {
  if (data.element() == h5::Element::kText) return read_text_values(data);
  FileValue value;
  if (data.element() == h5::Element::kInteger &&
      H5Tget_size(data.type()) <= sizeof(std::int32_t)) {
    value = read_whole(data);
  } else if (data.is_number()) {
    value.kind = Kind::kNumber;
    value.numbers = data.read_all<double>();
  } else {
    data.fail("holds neither numbers nor text.");
  }
  if (data.dims().size() > 1 || is_marked(data, "array"))
    value.shape = data.dims();
  return value;
}

// Reads a tree and counts what it meets.
class ListReader {
 public:
  FileValue read(const h5::Group& group, int depth) {
    FileValue list;
    if (is_marked(group, "null")) return list;
    if (depth > kMaxDepth)
      group.fail("is nested too deeply: the file is damaged.");
    list.kind = Kind::kList;
    std::vector<std::string> links = group.members_in_order();
    const bool named = !is_marked(group, "unnamed");
    if (!named) links = numbered(group, links.size());
    for (const std::string& link : links) {
      if (++n_members_ > kMaxMembers)
        group.fail("has too many members: the file is damaged.");
      list.members.push_back(
          group.kind(link) == h5::NodeKind::kGroup
              ? read(group.group(link), depth + 1)
              : read_dataset(h5::Dataset::open(group, link)));
      if (named) list.names.push_back(from_link_name(link));
    }
    return list;
  }

 private:
  static std::vector<std::string> numbered(const h5::Group& group,
                                           std::size_t n) {
    std::vector<std::string> links;
    for (std::size_t i = 1; i <= n; ++i) {
      links.push_back(std::to_string(i));
      if (!group.has(links.back()))
        group.fail("lacks its member " + links.back() +
                   ": the file is damaged.");
    }
    return links;
  }

  int n_members_ = 0;
};

}  // namespace

std::string from_link_name(const std::string& name) {
  if (name == "%") return "";
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const std::string code = name.substr(i, 3);
    const char c = code == "%2F"   ? '/'
                   : code == "%25" ? '%'
                   : code == "%2E" ? '.'
                                   : '\0';
    plain += c ? c : name[i];
    if (c) i += 2;
  }
  return plain;
}

FileValue read_list(const h5::Group& group) {
  return ListReader().read(group, 0);
}

}  // namespace scvigor

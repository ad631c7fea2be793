#include "io/hdf5/h5_text.hpp"
#include "util/utf8.hpp"

namespace scvigor::h5 {

namespace {

// Attributes are small; a larger one is damage.
constexpr double kMaxBytes = 1 << 24;

struct Attribute {
  Handle handle;
  Handle type;
  Handle space;
  std::size_t size = 0;
};

std::optional<Attribute> open_attribute(const Node& node,
                                        const std::string& name,
                                        bool (*wanted)(Element)) {
  if (!has_attribute(node, name)) return std::nullopt;
  Attribute attribute;
  attribute.handle = Handle(node.call("read an attribute of", [&] {
    return H5Aopen(node.id(), name.c_str(), H5P_DEFAULT);
  }));
  attribute.type = Handle(node.call("read an attribute of", [&] {
    return H5Aget_type(attribute.handle.get());
  }));
  if (!wanted(classify(attribute.type.get()))) return std::nullopt;
  attribute.space = Handle(node.call("read an attribute of", [&] {
    return H5Aget_space(attribute.handle.get());
  }));
  const hssize_t size = node.call("read an attribute of", [&] {
    return H5Sget_simple_extent_npoints(attribute.space.get());
  });
  const std::size_t width = H5Tget_size(attribute.type.get());
  if (static_cast<double>(size) * static_cast<double>(width) > kMaxBytes)
    node.fail("has an attribute `" + name +
              "` of an impossible size: the "
              "file is damaged.");
  attribute.size = static_cast<std::size_t>(size);
  return attribute;
}

std::vector<std::string> read_variable(const Node& node,
                                       const Attribute& attribute) {
  const Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5Tget_cset(attribute.type.get()));
  std::vector<char*> pointers(attribute.size, nullptr);
  node.call("read an attribute of", [&] {
    return H5Aread(attribute.handle.get(), type.get(), pointers.data());
  });
  std::vector<std::string> text;
  for (const char* pointer : pointers)
    text.push_back(pointer ? to_utf8(pointer) : "");
  H5Dvlen_reclaim(type.get(), attribute.space.get(), H5P_DEFAULT,
                  pointers.data());
  return text;
}

}  // namespace

bool has_attribute(const Node& node, const std::string& name) {
  return node.call("look for an attribute of",
                   [&] { return H5Aexists(node.id(), name.c_str()); }) > 0;
}

std::optional<std::vector<std::string>> text_attribute(
    const Node& node, const std::string& name) {
  const auto attribute =
      open_attribute(node, name, [](Element e) { return e == Element::kText; });
  if (!attribute) return std::nullopt;
  if (attribute->size == 0) return std::vector<std::string>();
  if (H5Tis_variable_str(attribute->type.get()) > 0)
    return read_variable(node, *attribute);
  const std::size_t width = H5Tget_size(attribute->type.get());
  std::string bytes(attribute->size * width, '\0');
  node.call("read an attribute of", [&] {
    return H5Aread(attribute->handle.get(), attribute->type.get(),
                   bytes.data());
  });
  std::vector<std::string> text;
  for (std::size_t i = 0; i < attribute->size; ++i)
    text.push_back(to_utf8(bytes.substr(i * width, width)));
  return text;
}

std::string text_attribute_or_empty(const Node& node, const std::string& name) {
  const auto text = text_attribute(node, name);
  return text && !text->empty() ? text->front() : "";
}

std::optional<std::vector<std::int64_t>> integer_attribute(
    const Node& node, const std::string& name) {
  const auto attribute = open_attribute(node, name, [](Element e) {
    return e == Element::kInteger || e == Element::kBoolean;
  });
  if (!attribute) return std::nullopt;
  std::vector<std::int64_t> values(attribute->size);
  if (values.empty()) return values;
  node.call("read an attribute of", [&] {
    return H5Aread(attribute->handle.get(), H5T_NATIVE_INT64, values.data());
  });
  return values;
}

}  // namespace scvigor::h5

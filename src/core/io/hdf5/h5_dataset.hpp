#ifndef SCVIGOR_CORE_IO_HDF5_H5_DATASET_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_DATASET_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5/h5.hpp"

namespace scvigor::h5 {

// What an element of a dataset or an attribute is. Anything odd (integers
// with padding bits, foreign floats, nested types) is kOther: never read.
enum class Element { kInteger, kFloat, kBoolean, kText, kOther };
Element classify(hid_t type);

// HDF5's name for the numbers that C++ holds.
template <class T>
hid_t native_type();
template <>
inline hid_t native_type<std::int8_t>() {
  return H5T_NATIVE_INT8;
}
template <>
inline hid_t native_type<std::int32_t>() {
  return H5T_NATIVE_INT32;
}
template <>
inline hid_t native_type<std::int64_t>() {
  return H5T_NATIVE_INT64;
}
template <>
inline hid_t native_type<float>() {
  return H5T_NATIVE_FLOAT;
}
template <>
inline hid_t native_type<double>() {
  return H5T_NATIVE_DOUBLE;
}

// An array in a file, or one member of an array of structs.
class Dataset : public Node {
 public:
  // Refuses a dataset that claims more than the file can hold, and one whose
  // compression this HDF5 does not have.
  static Dataset open(const Group& parent, const std::string& name);

  const std::vector<std::int64_t>& dims() const { return dims_; }
  std::int64_t size() const { return size_; }  // elements
  Element element() const { return element_; }
  bool is_number() const {
    return element_ == Element::kInteger || element_ == Element::kFloat ||
           element_ == Element::kBoolean;
  }
  hid_t type() const { return type_.get(); }

  // Edges of a chunk; 1 each where the dataset has no chunks.
  std::vector<std::int64_t> chunk() const;

  // Names of the members of a struct, none for anything else; and the view
  // of one of them.
  std::vector<std::string> members() const;
  Dataset member(const std::string& name) const;

  // Reads the box that starts at `first` and has the edges `count`, as T.
  // Numbers that T cannot hold become its nearest.
  template <class T>
  void read(const std::vector<std::int64_t>& first,
            const std::vector<std::int64_t>& count, T* out) const {
    read_as(native_type<T>(), first, count, out, H5P_DEFAULT);
  }
  // All of it.
  template <class T>
  std::vector<T> read_all() const {
    std::vector<T> values(static_cast<std::size_t>(size_));
    read(std::vector<std::int64_t>(dims_.size(), 0), dims_, values.data());
    return values;
  }
  void read_as(hid_t memory_type, const std::vector<std::int64_t>& first,
               const std::vector<std::int64_t>& count, void* out,
               hid_t transfer) const;

 private:
  using Node::Node;
  double chunk_bytes() const;
  void check_storage() const;

  std::vector<std::int64_t> dims_;
  std::int64_t size_ = 0;
  Handle type_;
  Element element_ = Element::kOther;
  std::string member_;
};

}  // namespace scvigor::h5

#endif

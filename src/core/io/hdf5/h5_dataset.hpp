#ifndef SCVIGOR_CORE_IO_HDF5_H5_DATASET_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_DATASET_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5/h5_storage.hpp"
#include "io/hdf5/h5_type.hpp"

namespace scvigor::h5 {

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

// Whether a dataset may have chunks that were never written. All of their
// values are one, the fill value, whatever size the dataset claims.
enum class Unwritten { kRefused, kAllowed };

// An array in a file, or one member of an array of structs.
class Dataset : public Node {
 public:
  // Refuses a dataset that claims more than the file can hold, and one whose
  // compression this HDF5 does not have.
  static Dataset open(const Group& parent, const std::string& name,
                      Unwritten unwritten = Unwritten::kRefused);

  const std::vector<std::int64_t>& dims() const { return dims_; }
  std::int64_t size() const { return size_; }  // elements
  Element element() const { return element_; }
  bool is_number() const {
    return element_ == Element::kInteger || element_ == Element::kFloat ||
           element_ == Element::kBoolean;
  }
  hid_t type() const { return type_.get(); }
  std::size_t width() const { return H5Tget_size(type_.get()); }  // bytes
  const Storage& storage() const { return storage_; }
  double bytes() const;        // unpacked
  double chunk_bytes() const;  // unpacked

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
    announce_values(sizeof(T));
    std::vector<T> values(static_cast<std::size_t>(size_));
    read(std::vector<std::int64_t>(dims_.size(), 0), dims_, values.data());
    return values;
  }
  void read_as(hid_t memory_type, const std::vector<std::int64_t>& first,
               const std::vector<std::int64_t>& count, void* out,
               hid_t transfer) const;
  // Fails where parts that were never written make it larger than the file
  // can hold.
  void check_written() const { check_claim(Unwritten::kRefused); }
  // What reading all values takes, with so many bytes in memory for each.
  void announce_values(std::size_t bytes_each) const;

 private:
  using Node::Node;
  void read_extent();
  void check_claim(Unwritten unwritten) const;

  std::vector<std::int64_t> dims_;
  std::int64_t size_ = 0;
  Handle type_;
  Element element_ = Element::kOther;
  Storage storage_;
  std::string member_;
};

// The number of dimensions of a dataset, without a look at anything else.
int rank_of(const Group& parent, const std::string& name);

}  // namespace scvigor::h5

#endif

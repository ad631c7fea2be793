#ifndef SCVIGOR_CORE_IO_HDF5_H5_NUMBERS_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_NUMBERS_HPP

#include <cstdint>
#include <cstring>
#include <vector>

#include "io/hdf5/h5_dataset.hpp"

namespace scvigor::h5 {

// Makes numbers of the bytes of a dataset of numbers. HDF5 can do so too, but
// takes its time even where nothing is to be converted.
class NumberDecoder {
 public:
  // `data` must outlive it.
  explicit NumberDecoder(const Dataset& data);

  std::size_t width() const { return width_; }

  // Elements as the file has them; T is double or std::int64_t.
  template <class T>
  void decode(const unsigned char* bytes, std::int64_t n, T* out) {
    with_values(bytes, n, [&](auto value) {
      for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(value(i));
    });
  }

  // Calls visit(i, value) for each element that is not 0, with a double.
  template <class Visit>
  void for_nonzero(const unsigned char* bytes, std::int64_t n, Visit&& visit) {
    with_values(bytes, n, [&](auto value) {
      for (std::int64_t i = 0; i < n; ++i)
        if (value(i) != 0) visit(i, static_cast<double>(value(i)));
    });
  }

 private:
  enum class Kind {
    kI8,
    kU8,
    kI16,
    kU16,
    kI32,
    kU32,
    kI64,
    kU64,
    kF32,
    kF64,
    kOther  // HDF5 converts it: big-endian, half precision
  };
  static Kind kind_of(hid_t type);

  template <class T>
  static auto reader(const unsigned char* bytes) {
    return [bytes](std::int64_t i) {
      T value;
      std::memcpy(&value, bytes + i * static_cast<std::int64_t>(sizeof(T)),
                  sizeof(T));
      return value;
    };
  }

  // Calls work(value), where value(i) is element i.
  template <class Work>
  void with_values(const unsigned char* bytes, std::int64_t n, Work&& work) {
    switch (kind_) {
      case Kind::kI8:
        return work(reader<std::int8_t>(bytes));
      case Kind::kU8:
        return work(reader<std::uint8_t>(bytes));
      case Kind::kI16:
        return work(reader<std::int16_t>(bytes));
      case Kind::kU16:
        return work(reader<std::uint16_t>(bytes));
      case Kind::kI32:
        return work(reader<std::int32_t>(bytes));
      case Kind::kU32:
        return work(reader<std::uint32_t>(bytes));
      case Kind::kI64:
        return work(reader<std::int64_t>(bytes));
      case Kind::kU64:
        return work(reader<std::uint64_t>(bytes));
      case Kind::kF32:
        return work(reader<float>(bytes));
      case Kind::kF64:
        return work(reader<double>(bytes));
      case Kind::kOther:
        return work(reader<double>(converted(bytes, n)));
    }
  }
  const unsigned char* converted(const unsigned char* bytes, std::int64_t n);

  const Dataset& data_;
  Handle type_;
  std::size_t width_;
  Kind kind_;
  std::vector<unsigned char> scratch_;
};

}  // namespace scvigor::h5

#endif

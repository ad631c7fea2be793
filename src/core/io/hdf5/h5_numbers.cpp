#include "io/hdf5/h5_numbers.hpp"

#include <algorithm>

namespace scvigor::h5 {

namespace {

// Booleans are an enum over integers.
Handle number_type(hid_t type) {
  return Handle(H5Tget_class(type) == H5T_ENUM ? H5Tget_super(type)
                                               : H5Tcopy(type));
}

}  // namespace

NumberDecoder::NumberDecoder(const Dataset& data)
    : data_(data),
      type_(number_type(data.type())),
      width_(data.width()),
      kind_(kind_of(type_.get())) {}

NumberDecoder::Kind NumberDecoder::kind_of(hid_t type) {
  const std::pair<hid_t, Kind> kinds[] = {
      {H5T_NATIVE_INT8, Kind::kI8},   {H5T_NATIVE_UINT8, Kind::kU8},
      {H5T_NATIVE_INT16, Kind::kI16}, {H5T_NATIVE_UINT16, Kind::kU16},
      {H5T_NATIVE_INT32, Kind::kI32}, {H5T_NATIVE_UINT32, Kind::kU32},
      {H5T_NATIVE_INT64, Kind::kI64}, {H5T_NATIVE_UINT64, Kind::kU64},
      {H5T_NATIVE_FLOAT, Kind::kF32}, {H5T_NATIVE_DOUBLE, Kind::kF64}};
  for (const auto& [native, kind] : kinds)
    if (H5Tequal(type, native) > 0) return kind;
  return Kind::kOther;
}

const unsigned char* NumberDecoder::converted(const unsigned char* bytes,
                                              std::int64_t n) {
  const auto length = static_cast<std::size_t>(n);
  scratch_.resize(length * std::max(width_, sizeof(double)));
  std::memcpy(scratch_.data(), bytes, length * width_);
  data_.call("convert", [&] {
    return H5Tconvert(type_.get(), H5T_NATIVE_DOUBLE, length, scratch_.data(),
                      nullptr, H5P_DEFAULT);
  });
  return scratch_.data();
}

}  // namespace scvigor::h5

#include "io/hdf5/h5_type.hpp"

namespace scvigor::h5 {

namespace {

bool plain_order(hid_t type) {
  const H5T_order_t order = H5Tget_order(type);
  return order == H5T_ORDER_LE || order == H5T_ORDER_BE;
}

bool plain_integer(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  return (size == 1 || size == 2 || size == 4 || size == 8) &&
         H5Tget_precision(type) == 8 * size && H5Tget_offset(type) == 0 &&
         plain_order(type);
}

// IEEE 754 with 16, 32 or 64 bits.
bool plain_float(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  const std::size_t exponent_bits = size == 2 ? 5 : size == 4 ? 8 : 11;
  const std::size_t mantissa_bits = 8 * size - 1 - exponent_bits;
  std::size_t sign = 0, exponent = 0, exponent_size = 0;
  std::size_t mantissa = 0, mantissa_size = 0;
  return (size == 2 || size == 4 || size == 8) && plain_order(type) &&
         H5Tget_precision(type) == 8 * size && H5Tget_offset(type) == 0 &&
         H5Tget_fields(type, &sign, &exponent, &exponent_size, &mantissa,
                       &mantissa_size) >= 0 &&
         sign == 8 * size - 1 && exponent == mantissa_bits &&
         exponent_size == exponent_bits && mantissa == 0 &&
         mantissa_size == mantissa_bits &&
         H5Tget_ebias(type) == (std::size_t{1} << (exponent_bits - 1)) - 1;
}

// h5py's bool: an enum of FALSE and TRUE.
bool is_boolean(hid_t type) {
  const Handle base(H5Tget_super(type));
  if (base.get() < 0 || !plain_integer(base.get()) ||
      H5Tget_size(base.get()) != 1 || H5Tget_nmembers(type) != 2)
    return false;
  for (unsigned member = 0; member < 2; ++member) {
    char* name = H5Tget_member_name(type, member);
    const std::string text = name ? name : "";
    H5free_memory(name);
    signed char value = -1;
    if (text != (member ? "TRUE" : "FALSE") ||
        H5Tget_member_value(type, member, &value) < 0 ||
        value != static_cast<signed char>(member))
      return false;
  }
  return true;
}

}  // namespace

Element classify(hid_t type) {
  const Silence silence;
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return plain_integer(type) ? Element::kInteger : Element::kOther;
    case H5T_FLOAT:
      return plain_float(type) ? Element::kFloat : Element::kOther;
    case H5T_ENUM:
      return is_boolean(type) ? Element::kBoolean : Element::kOther;
    case H5T_STRING:
      return Element::kText;
    default:
      return Element::kOther;
  }
}

std::string describe_type(hid_t type) {
  const Silence silence;
  const std::string bits = std::to_string(8 * H5Tget_size(type)) + "-bit ";
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return bits + "integers";
    case H5T_FLOAT:
      return bits + "floating-point numbers";
    case H5T_ENUM:
      return is_boolean(type) ? "TRUE and FALSE" : "values of an enumeration";
    case H5T_STRING:
      return "text";
    case H5T_COMPOUND:
      return "structs of several values";
    case H5T_REFERENCE:
      return "references";
    case H5T_VLEN:
      return "lists of any length";
    case H5T_ARRAY:
      return "arrays";
    case H5T_OPAQUE:
      return "raw bytes";
    case H5T_BITFIELD:
      return "bits";
    default:
      return "values of an unknown kind";
  }
}

}  // namespace scvigor::h5

#ifndef SCVIGOR_TESTS_MOCK_DEVICE_HPP
#define SCVIGOR_TESTS_MOCK_DEVICE_HPP

#include <ATen/core/Tensor.h>

namespace support {

// LibTorch's device of tensors that have a shape and no numbers, as a device
// from which nothing can be read back: item(), copies to the CPU, and all else
// whose shape depends on numbers are errors. What LibTorch's C++ library cannot
// do on it (its Python package can) is added here, once.
at::Device mock_device();

// Makes a tensor one of that device, for all that refer to it: set_data() does
// that for real devices alone.
void move_to_mock_device(const at::Tensor& tensor);

}  // namespace support

#endif

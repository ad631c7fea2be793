#include "kernels/log_counts.hpp"

#include "kernels/kernels.hpp"

namespace scvigor {

at::Tensor log1p_counts(const at::Tensor& x) {
  return kernels_for(x.device()).log1p_counts(x);
}

}  // namespace scvigor

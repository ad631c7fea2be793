#include "kernels/adam.hpp"

#include <cmath>

#include "kernels/kernels.hpp"

namespace scvigor {

template <class T>
AdamConstants<T>::AdamConstants(const AdamStep& s)
    : beta1(static_cast<T>(s.beta1)),
      beta2(static_cast<T>(s.beta2)),
      eps(static_cast<T>(s.eps)),
      coupled_decay(static_cast<T>(s.decoupled ? 0.0 : s.weight_decay)),
      decoupled_factor(
          static_cast<T>(s.decoupled ? 1.0 - s.lr * s.weight_decay : 1.0)),
      grad_scale(static_cast<T>(s.grad_scale)) {
  const double t = static_cast<double>(s.t);
  step_size = static_cast<T>(s.lr / (1.0 - std::pow(s.beta1, t)));
  root_factor = static_cast<T>(1.0 / std::sqrt(1.0 - std::pow(s.beta2, t)));
}
template struct AdamConstants<float>;
template struct AdamConstants<double>;

void adam_updates(std::vector<AdamUpdate>& updates) {
  if (updates.empty()) return;
  for (auto& update : updates)
    if (!update.g.is_contiguous()) update.g = update.g.contiguous();
  kernels_for(updates.front().w.device()).adam(updates);
}

}  // namespace scvigor

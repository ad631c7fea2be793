#include "model/add_levels.hpp"

#include <ATen/core/grad_mode.h>

#include "model/build.hpp"

namespace scvigor {
namespace {

// Numbers of levels of each covariate, before and after.
struct LevelCounts {
  std::vector<std::int64_t> before;
  std::vector<std::int64_t> after;
};

std::size_t n_fixed(const StateEntry& entry) {
  return entry.parts.size() - entry.n_one_hot;
}

// One row per level; the first ones are those of the reference.
void copy_rows(const at::Tensor& from, const at::Tensor& to) {
  to.narrow(0, 0, from.size(0)).copy_(from);
}

void copy_rows_and_mean(const at::Tensor& from, const at::Tensor& to) {
  copy_rows(from, to);
  const auto n_new = to.size(0) - from.size(0);
  if (n_new > 0) to.narrow(0, from.size(0), n_new).copy_(from.mean(0));
}

// A covariate with more than one level has a part of its own.
void copy_one_hot(const StateEntry& from, const StateEntry& to,
                  const LevelCounts& levels) {
  if (to.n_one_hot == 0) return;
  std::size_t old_part = n_fixed(from);
  std::size_t new_part = n_fixed(to);
  for (std::size_t k = 0; k < levels.after.size(); ++k) {
    if (levels.after[k] <= 1) continue;
    const at::Tensor& rows = to.parts[new_part++];
    if (levels.before[k] > 1)
      copy_rows(from.parts[old_part++], rows);
    else
      rows[0].zero_();
  }
}

void copy_entry(const StateEntry& from, const StateEntry& to,
                const LevelCounts& levels) {
  if (to.tag.kind == StateKind::kLibraryPrior) {
    const at::Tensor& old = from.parts.front();
    to.parts.front().narrow(1, 0, old.size(1)).copy_(old);
    return;
  }
  for (std::size_t i = 0; i < n_fixed(to); ++i) {
    if (from.parts[i].sizes() == to.parts[i].sizes())
      to.parts[i].copy_(from.parts[i]);
    else
      copy_rows_and_mean(from.parts[i], to.parts[i]);
  }
  copy_one_hot(from, to, levels);
}

}  // namespace

void copy_reference_weights(const Vae& reference, Vae& query) {
  const at::NoGradGuard no_grad;
  const LevelCounts levels{covariate_levels(reference.options()),
                           covariate_levels(query.options())};
  const auto& from = reference.state().entries();
  const auto& to = query.state().entries();
  for (std::size_t i = 0; i < to.size(); ++i)
    copy_entry(from[i], to[i], levels);
}

}  // namespace scvigor

#ifndef SCVIGOR_MODEL_HPP
#define SCVIGOR_MODEL_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "scvigor/counts.hpp"
#include "scvigor/options.hpp"

namespace scvigor {

class Vae;

// One tensor of a model as plain data, under its name in scvi-tools'
// state_dict, row by row. Whole numbers (num_batches_tracked) are exact.
struct StateTensor {
  std::string name;
  std::vector<std::int64_t> shape;  // empty: a scalar
  std::vector<double> values;
};
using State = std::vector<StateTensor>;

// A variational autoencoder with its weights. Movable, not copyable.
class Model {
 public:
  // Fresh weights drawn with `seed`. The library prior is needed only with
  // use_observed_lib_size = FALSE.
  Model(const ModelOptions& options, std::uint64_t seed,
        const LibraryPrior& prior = {});
  // The weights of a saved model.
  Model(const ModelOptions& options, const State& state);
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  const ModelOptions& options() const;
  State state() const;
  std::int64_t n_parameters() const;

  Vae& vae() { return *vae_; }
  const Vae& vae() const { return *vae_; }

 private:
  std::unique_ptr<Vae> vae_;
};

}  // namespace scvigor

#endif

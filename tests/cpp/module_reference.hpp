#ifndef SCVIGOR_TESTS_MODULE_REFERENCE_HPP
#define SCVIGOR_TESTS_MODULE_REFERENCE_HPP

#include <map>
#include <memory>
#include <string>

#include "model/vae.hpp"
#include "reference.hpp"
#include "scvigor/model.hpp"

// Tensors under the names of the reference files.
using ModuleOutputs = std::map<std::string, at::Tensor>;

// One module_*.h5: the model it describes, with its weights and minibatch.
class ModuleCase {
 public:
  ModuleCase(const std::string& path, scvigor::Precision precision);
  // A file that holds several: weights and minibatch of these groups.
  ModuleCase(const std::string& path, const scvigor::ModelOptions& options,
             const std::string& weights, const std::string& inputs);

  const reference::File& file() const { return file_; }
  scvigor::Precision precision() const { return precision_; }
  scvigor::Model& model() { return *model_; }
  scvigor::Vae& vae() { return model_->vae(); }
  const scvigor::Minibatch& batch() const { return batch_; }
  double kl_weight() const { return kl_weight_; }

  // The forward pass with the stored noise.
  ModuleOutputs outputs(const scvigor::Mode& mode);
  // The decoder in batch `code`, in evaluation mode.
  ModuleOutputs transformed(std::int64_t code);

 private:
  void read(const scvigor::ModelOptions& options, const std::string& weights);
  at::Tensor input(const std::string& name) const;
  at::Tensor codes(const std::string& name) const;

  reference::File file_;
  std::string inputs_;
  scvigor::Precision precision_;
  std::unique_ptr<scvigor::Model> model_;
  scvigor::Minibatch batch_;
  scvigor::Noise noise_;
  double kl_weight_ = 1.0;
};

// What a file's `config` attribute says, as our options.
scvigor::ModelOptions options_of_config(const std::string& json);

// The weights in a group of a file.
scvigor::State state_of(const reference::File& file, const std::string& group);

#endif

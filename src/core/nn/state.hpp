#ifndef SCVIGOR_CORE_NN_STATE_HPP
#define SCVIGOR_CORE_NN_STATE_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace scvigor {

// One tensor of a module under its name in scvi-tools' state_dict. It may be
// stored in several parts (the column blocks of a linear weight) and
// transposed (inputs x outputs), which the outside does not see.
struct StateEntry {
  std::string name;
  std::vector<at::Tensor> parts;  // stacked along dimension 0
  bool transposed = false;
  bool is_buffer = false;           // no gradient: BatchNorm statistics
  std::vector<std::int64_t> shape;  // as the outside sees it
  std::size_t n_one_hot = 0;        // the last parts: a covariate's rows each

  at::Tensor read() const;                    // a copy
  void write(const at::Tensor& value) const;  // into the parts, in place
  // The same for the gradient; undefined where no part has one.
  at::Tensor read_grad() const;
};

// Collects the entries of a module, in the order of its state_dict.
class StateList {
 public:
  void parameter(const std::string& name, const at::Tensor& value);
  void buffer(const std::string& name, const at::Tensor& value);
  // Parts of shape inputs x outputs; outside: outputs x all inputs.
  void weight(const std::string& name, const std::vector<at::Tensor>& parts,
              std::size_t n_one_hot);
  // rows x genes; outside: genes x rows, or genes alone.
  void dispersion(const std::string& name, const at::Tensor& value,
                  bool one_row);

  const std::vector<StateEntry>& entries() const { return entries_; }
  // All tensors that training may change.
  std::vector<at::Tensor> parameters() const;
  // The others: statistics that a pass in training mode updates.
  std::vector<at::Tensor> buffers() const;

 private:
  std::vector<StateEntry> entries_;
};

}  // namespace scvigor

#endif

#ifndef SCVIGOR_CORE_TRAIN_COMMUNICATOR_HPP
#define SCVIGOR_CORE_TRAIN_COMMUNICATOR_HPP

#include <ATen/core/Tensor.h>

namespace scvigor {

// The processes that train one model together, each on its share of every
// minibatch. All of them call the same functions in the same order, with
// contiguous tensors of one shape, type and kind of device.
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;  // 0 to size() - 1
  virtual int size() const = 0;
  // values: their sum over the processes, in place.
  virtual void all_reduce(at::Tensor& values) = 0;
  // values: those of process `root`, in place.
  virtual void broadcast(at::Tensor& values, int root) = 0;
  // Returns when every process has called it.
  virtual void barrier() = 0;
};

// A process that trains alone: nothing is exchanged.
class LocalCommunicator final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void all_reduce(at::Tensor&) override {}
  void broadcast(at::Tensor&, int) override {}
  void barrier() override {}
};

}  // namespace scvigor

#endif

// Where the time of a training step goes, beside its matrix products alone.
//
//   profile_step FILE.h5ad [--threads 2] [--batch 128] [--steps 200]
//                [--likelihood zinb] [--layers 1] [--latent 10]
//                [--dispersion gene] [--covariates 0] [--accelerator cpu]
//                [--matmul_precision highest]
//
// Covariates: so many categorical ones and as many continuous ones, which the
// encoder has too.
//
// Times are medians over the steps, in microseconds. To build it:
//
//   cmake -S . -B build/bench -DSCVIGOR_TESTS=OFF -DSCVIGOR_BENCH=ON
//   cmake --build build/bench -j2

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "inference/verbs.hpp"
#include "kernels/cpu/gemm.hpp"
#include "kernels/kernels.hpp"
#include "model/vae.hpp"
#include "scvigor/count_file.hpp"
#include "scvigor/runtime.hpp"
#include "step_counter.hpp"
#include "train/training_step.hpp"

using namespace scvigor;

namespace {

using Clock = std::chrono::steady_clock;

struct Counts {
  std::vector<std::int32_t> indptr, genes;
  std::vector<double> values;
  std::int64_t n_cells, n_genes;
};

Counts read(const std::string& path) {
  const CountFile file(path);
  Counts out;
  out.n_cells = file.n_cells();
  out.n_genes = file.n_genes();
  const auto n = static_cast<std::size_t>(file.n_entries());
  out.indptr.resize(static_cast<std::size_t>(out.n_cells) + 1);
  out.genes.resize(n);
  out.values.resize(n);
  file.read(out.indptr.data(), out.genes.data(), out.values.data());
  return out;
}

// Medians of named intervals, at whose end the device has done its work.
class Stopwatch {
 public:
  explicit Stopwatch(at::TensorOptions on = {}) : on_(on) {}
  void start() { last_ = Clock::now(); }
  void lap(const std::string& name) {
    if (!on_.device().is_cpu()) at::zeros({1}, on_).item<float>();
    const auto now = Clock::now();
    const double us =
        std::chrono::duration<double, std::micro>(now - last_).count();
    if (times_.find(name) == times_.end()) names_.push_back(name);
    times_[name].push_back(us);
    last_ = Clock::now();
  }
  double median(const std::string& name) {
    auto& t = times_[name];
    std::nth_element(t.begin(), t.begin() + t.size() / 2, t.end());
    return t[t.size() / 2];
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  at::TensorOptions on_;
  Clock::time_point last_;
  std::map<std::string, std::vector<double>> times_;
  std::vector<std::string> names_;
};

// The products of a step between the decoder's hidden layer and the genes,
// three a head (zinb has two heads), and nothing else: by BLAS, and by the
// kernel that the step itself uses.
class Products {
 public:
  Products(std::int64_t n, std::int64_t hidden, std::int64_t genes, int n_heads)
      : h(at::randn({n, hidden})),
        w(at::randn({hidden, genes})),
        grad(at::randn({n, genes})),
        heads(n_heads) {}

  void by_blas() const {
    for (int i = 0; i < heads; ++i) {
      const at::Tensor logits = h.mm(w);
      const at::Tensor grad_w = h.t().mm(grad);
      const at::Tensor grad_h = grad.mm(w.t());
    }
  }
  void by_kernel(MatmulPrecision precision) const {
    const auto n = h.size(0);
    const auto hidden = h.size(1);
    const auto genes = w.size(1);
    const MatrixView hs = view(h);
    for (int i = 0; i < heads; ++i) {
      gemm({hs, view(w), {n, hidden, genes}, to(logits_)}, precision);
      gemm({hs.transposed(), view(grad), {hidden, n, genes}, to(grad_w_)},
           precision);
      gemm({view(grad), view(w).transposed(), {n, genes, hidden}, to(grad_h_)},
           precision);
    }
  }

 private:
  at::Tensor h, w, grad;
  int heads;

  static MatrixView view(const at::Tensor& x) {
    return {x.data_ptr<float>(), x.size(1), 1};
  }
  static GemmOutput to(const at::Tensor& x) {
    return {x.data_ptr<float>(), x.size(1)};
  }
  at::Tensor logits_ = at::empty_like(grad);
  at::Tensor grad_w_ = at::empty_like(w);
  at::Tensor grad_h_ = at::empty_like(h);
};

// The loss and its gradients with respect to given logits.
void likelihood_alone(LikelihoodInput decoded, const SparseCounts& x) {
  decoded = materialize_logits(std::move(decoded));
  for (LazyLogits* logits :
       {&decoded.scale_logits, &decoded.dropout_logits, &decoded.log_theta})
    if (logits->defined())
      *logits = logits->value.detach().requires_grad_(true);
  Tape tape;
  count_loss(decoded, x);
}

// All cells through the encoder, as latentRepresentation() does it.
void time_latent(Vae& vae, const Cells& cells) {
  Stopwatch watch;  // the posterior is on the CPU in the end
  for (int i = 0; i < 5; ++i) {
    watch.start();
    core::latent_posterior(vae, cells, 512, {});
    watch.lap("latent");
  }
  std::printf("  %-20s %9.1f us per cell\n", "latent space",
              watch.median("latent") / static_cast<double>(cells.n_cells()));
}

void print_counts(const std::map<std::string, std::int64_t>& dispatches,
                  std::int64_t n_allocations) {
  std::int64_t n = 0;
  for (const auto& [name, count] : dispatches) n += count;
  std::printf("  %lld operations dispatched, %lld allocations in a step\n",
              static_cast<long long>(n), static_cast<long long>(n_allocations));
  for (const auto& [name, count] : dispatches)
    std::printf("    %4lld %s\n", static_cast<long long>(count), name.c_str());
}

// The operations and allocations of the trainer's own step, after some others.
void count_steps(Vae& vae, const MinibatchReader& reader,
                 const std::vector<std::int64_t>& order,
                 std::int64_t batch_size) {
  LocalCommunicator local;
  TrainingStep step(vae, TrainOptions{}, 1, local);
  std::uint64_t n_steps = 0;
  std::size_t first = 0;
  const auto run = [&] {
    if (first + static_cast<std::size_t>(batch_size) > order.size()) first = 0;
    step.enqueue(
        {reader.load(order.data() + first, batch_size), 0.5, 1e-3, n_steps++});
    first += static_cast<std::size_t>(batch_size);
  };
  for (std::size_t i = 0; i < order.size(); i += 128) run();
  std::map<std::string, std::int64_t> dispatches;
  {
    const StepCounter counter(StepCounter::What::kDispatches);
    run();
    dispatches = counter.by_name();
  }
  const StepCounter counter(StepCounter::What::kAllocations);
  run();
  print_counts(dispatches, counter.count());
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> args{
      {"threads", "2"},       {"batch", "128"},
      {"steps", "200"},       {"likelihood", "zinb"},
      {"layers", "1"},        {"latent", "10"},
      {"accelerator", "cpu"}, {"dispersion", "gene"},
      {"covariates", "0"},    {"matmul_precision", "highest"}};
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FILE.h5ad [--threads N] ...\n", argv[0]);
    return 2;
  }
  for (int i = 2; i + 1 < argc; i += 2) args[argv[i] + 2] = argv[i + 1];

  const ThreadScope threads(std::stoi(args["threads"]));
  const Counts data = read(argv[1]);
  ModelOptions options;
  options.n_genes = data.n_genes;
  options.n_batch = 2;
  options.n_layers = std::stoll(args["layers"]);
  options.n_latent = std::stoll(args["latent"]);
  options.gene_likelihood =
      parse_choice<GeneLikelihood>("likelihood", args["likelihood"]);
  options.dispersion =
      parse_choice<Dispersion>("dispersion", args["dispersion"]);
  const auto n_covariates = std::stoll(args["covariates"]);
  options.n_cats_per_cov.assign(static_cast<std::size_t>(n_covariates), 3);
  options.n_continuous_cov = n_covariates;
  options.encode_covariates = n_covariates > 0;
  Cells cells;
  cells.counts =
      view_compressed_cells(data.indptr.data(), data.genes.data(),
                            data.values.data(), data.n_cells, data.n_genes);
  for (std::int64_t i = 0; i < data.n_cells; ++i) {
    cells.batch.push_back(i % 2);
    for (std::int64_t k = 0; k < n_covariates; ++k) {
      cells.categorical.push_back((i + k) % 3);
      cells.continuous.push_back(0.1 * static_cast<double>((i * 7 + k) % 11));
    }
  }

  const auto precision = parse_choice<MatmulPrecision>(
      "matmul_precision", args["matmul_precision"]);
  const MatmulPrecisionScope precision_scope(precision);
  Vae vae(options, 1, {});
  const bool on_cpu = args["accelerator"] == "cpu";
  if (!on_cpu) vae.move_to(at::kCUDA);
  AdamOptimizer optimizer(vae.trainable_slices(), TrainOptions{});
  const MinibatchReader reader(cells, vae.tensor_options());
  Rng rng(1);
  std::vector<std::int64_t> order(static_cast<std::size_t>(data.n_cells));
  std::iota(order.begin(), order.end(), 0);
  rng.shuffle(order);

  const auto batch_size =
      std::min<std::int64_t>(std::stoll(args["batch"]), data.n_cells);
  const int steps = std::stoi(args["steps"]);
  const Products products(
      batch_size, options.n_hidden, options.n_genes,
      options.gene_likelihood == GeneLikelihood::kZinb ? 2 : 1);

  Tape::Workspace workspace;
  LocalCommunicator local;
  StatisticsBucket statistics(vae.state().buffers());
  StepSums sums(vae.tensor_options().device());
  Stopwatch parts(vae.tensor_options());
  Stopwatch whole = parts;
  std::int64_t first = 0;
  for (int step = 0; step < steps + 20; ++step) {
    if (step == 20) parts = whole = Stopwatch(vae.tensor_options());
    if (first + batch_size > data.n_cells) first = 0;
    whole.start();
    parts.start();
    const Minibatch batch = reader.load(order.data() + first, batch_size);
    first += batch_size;
    parts.lap("load");
    const Mode mode{true, &rng};
    optimizer.zero_grad();
    statistics.save();
    Tape tape(&workspace, &optimizer.bucket().gradient_views());
    const EncoderOutput q = vae.infer(batch, mode);
    const at::Tensor z = vae.draw_z(q.qz, vae.draw_noise(batch_size, rng).z);
    parts.lap("encoder");
    const auto decoded = vae.decode(z, q.library, batch, mode);
    parts.lap("decoder");
    const auto terms = vae.loss_terms_of(batch, q, decoded);
    const Tape::Sum loss = terms.objective(0.5);
    parts.lap("loss and heads");
    tape.backward(loss);
    optimizer.reduce_gradients(local);
    parts.lap("backward");
    sums.add({loss, 0.5, terms.reconstruction_loss, terms.kl_z, terms.kl_l,
              optimizer.checked_gradients()});
    statistics.restore_unless(sums.finite());
    parts.lap("sums and checks");
    optimizer.step(sums.finite());
    parts.lap("adam");
    whole.lap("step");
    if (!on_cpu) continue;  // what follows is about kernels
    products.by_kernel(precision);
    parts.lap("(its products alone)");
    products.by_blas();
    parts.lap("(the same by BLAS)");
    {
      const at::NoGradGuard no_grad;
      const LikelihoodInput logits = materialize_logits(decoded);
      parts.start();
      const at::AutoGradMode with_grad(true);
      likelihood_alone(logits, batch.counts);
      parts.lap("(likelihood alone)");
    }
  }
  std::printf("%s: %lld cells x %lld genes, batch %lld, %s, %s threads, %s\n",
              argv[1], static_cast<long long>(data.n_cells),
              static_cast<long long>(data.n_genes),
              static_cast<long long>(batch_size), args["accelerator"].c_str(),
              args["threads"].c_str(), args["likelihood"].c_str());
  for (const auto& name : parts.names())
    std::printf("  %-20s %9.0f us\n", name.c_str(), parts.median(name));
  const double step = whole.median("step");
  std::printf("  %-20s %9.0f us = %.1f us per cell", "step", step,
              step / static_cast<double>(batch_size));
  if (on_cpu)
    std::printf(", %.2f x its products",
                step / parts.median("(its products alone)"));
  std::printf("\n");
  count_steps(vae, reader, order, batch_size);
  time_latent(vae, cells);
  return 0;
}

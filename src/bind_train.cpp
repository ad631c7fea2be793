#include <Rcpp.h>

#include <memory>
#include <string>

#include "r_convert.h"
#include "r_runtime.h"
#include "r_training.h"

using scvigor::r::guarded;

namespace {

std::string name_of(scvigor::StopReason reason) {
  switch (reason) {
    case scvigor::StopReason::kEarlyStopping:
      return "early stopping";
    case scvigor::StopReason::kInterrupted:
      return "interrupted";
    case scvigor::StopReason::kNotFinite:
      return "not finite";
    case scvigor::StopReason::kMaxSteps:
      return "max_steps";
    case scvigor::StopReason::kMaxEpochs:
      break;
  }
  return "max_epochs";
}

Rcpp::List list_of(const scvigor::EpochReport& report) {
  using Rcpp::Named;
  return Rcpp::List::create(
      Named("epoch") = static_cast<double>(report.epoch),
      Named("max_epochs") = static_cast<double>(report.max_epochs),
      Named("train_loss") = report.train_loss,
      Named("elbo_train") = report.elbo_train,
      Named("elbo_validation") = report.elbo_validation);
}

// `hooks` may hold on_epoch, a function of the report, and on_checkpoint, one
// of the state; they return TRUE to stop.
scvigor::Hooks training_hooks(const Rcpp::List& hooks,
                              scvigor::r::InterruptFlag& flag) {
  scvigor::Hooks out;
  out.interrupted = [&flag] { return flag.poll(); };
  const auto given = [&](const char* name) {
    return hooks.containsElementNamed(name) &&
           !Rf_isNull(static_cast<SEXP>(hooks[name]));
  };
  if (given("on_epoch")) {
    const Rcpp::Function call = hooks["on_epoch"];
    out.on_epoch = [call, &flag](const scvigor::EpochReport& report) {
      if (Rcpp::as<bool>(call(list_of(report)))) flag.raise();
    };
  }
  if (given("on_checkpoint")) {
    const Rcpp::Function call = hooks["on_checkpoint"];
    out.on_checkpoint = [call, &flag](const scvigor::TrainingState& state) {
      if (Rcpp::as<bool>(call(scvigor::r::training_state_to_list(state))))
        flag.raise();
    };
  }
  return out;
}

// A new model, or with `start$weights` one that was trained before.
std::unique_ptr<scvigor::Model> make_model(const scvigor::ModelOptions& options,
                                           const Rcpp::List& start,
                                           const scvigor::Cells& cells,
                                           std::uint64_t seed) {
  if (start.containsElementNamed("weights"))
    return std::make_unique<scvigor::Model>(
        options, scvigor::r::state_from_list(start["weights"]));
  return std::make_unique<scvigor::Model>(
      options, seed, scvigor::r::prior_for(options, cells));
}

// What accelerator = "auto" depends on.
scvigor::Workload training_work(const scvigor::Cells& cells,
                                const scvigor::TrainOptions& options) {
  scvigor::Workload work;
  work.n_cells = cells.n_cells();
  work.batch_size = options.batch_size;
  work.passes =
      options.max_epochs.value_or(scvigor::default_max_epochs(cells.n_cells()));
  work.training = true;
  return work;
}

Rcpp::List result_list(std::unique_ptr<scvigor::Model> model,
                       const scvigor::TrainResult& result) {
  using Rcpp::Named;
  const Rcpp::List state = scvigor::r::state_to_list(model->state());
  return Rcpp::List::create(
      Named("pointer") = Rcpp::XPtr<scvigor::Model>(model.release()),
      Named("state") = state,
      Named("history") = scvigor::r::history_to_list(result.history),
      Named("stop_reason") = name_of(result.stop_reason),
      Named("epochs") = scvigor::r::to_r(result.epochs),
      Named("best_epoch") = scvigor::r::to_r(result.best_epoch),
      Named("problem") = result.problem, Named("seconds") = result.seconds);
}

}  // namespace

// [[Rcpp::export(rng = false)]]
Rcpp::List split_cells(double n_cells, Rcpp::List train_options, double seed) {
  return guarded([&] {
    return scvigor::r::split_to_list(scvigor::split_cells(
        static_cast<std::int64_t>(n_cells),
        scvigor::r::options_from_list<scvigor::TrainOptions>(train_options),
        static_cast<std::uint64_t>(seed)));
  });
}

// [[Rcpp::export(rng = false)]]
double last_kl_weight(double n_train, Rcpp::List train_options) {
  return guarded([&] {
    return scvigor::last_kl_weight(
        static_cast<std::int64_t>(n_train),
        scvigor::r::options_from_list<scvigor::TrainOptions>(train_options));
  });
}

// Makes a model and trains it. The core derives the seeds of the weights and
// the minibatches from `seed`. `start` is empty for a new model, list(weights
// =) to continue with given weights, or the state of a run to resume, which has
// its own split and seed.
// [[Rcpp::export(rng = false)]]
Rcpp::List train_scvi(Rcpp::List cells, Rcpp::List model_options,
                      Rcpp::List train_options, Rcpp::List split, double seed,
                      Rcpp::List compute, Rcpp::List hooks, Rcpp::List start) {
  return guarded([&] {
    const scvigor::r::ComputeOptions where(compute);
    const scvigor::ThreadScope threads(where.num_threads);
    const auto core_cells = scvigor::r::cells_from_list(cells);
    const auto options =
        scvigor::r::options_from_list<scvigor::TrainOptions>(train_options);
    const auto core_seed = static_cast<std::uint64_t>(seed);
    auto model = make_model(
        scvigor::r::options_from_list<scvigor::ModelOptions>(model_options),
        start, core_cells, core_seed);
    scvigor::r::InterruptFlag flag;
    const scvigor::Hooks core_hooks = training_hooks(hooks, flag);
    const scvigor::TrainResult result = [&] {
      const scvigor::DeviceScope device(*model, where.accelerator,
                                        training_work(core_cells, options));
      if (start.containsElementNamed("moments"))
        return scvigor::resume(*model, core_cells,
                               scvigor::r::training_state_from_list(start),
                               options, core_hooks);
      return scvigor::train(*model, core_cells,
                            scvigor::r::split_from_list(split), options,
                            core_seed, core_hooks);
    }();
    flag.rejoin();
    return result_list(std::move(model), result);
  });
}

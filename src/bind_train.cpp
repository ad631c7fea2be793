#include <Rcpp.h>

#include <memory>
#include <string>

#include "r_convert.h"
#include "r_runtime.h"

using scvigor::r::guarded;

namespace {

std::string name_of(scvigor::StopReason reason) {
  switch (reason) {
    case scvigor::StopReason::kEarlyStopping:
      return "early stopping";
    case scvigor::StopReason::kInterrupted:
      return "interrupted";
    case scvigor::StopReason::kMaxEpochs:
      break;
  }
  return "max_epochs";
}

Rcpp::List list_of(const scvigor::Split& split) {
  using Rcpp::Named;
  return Rcpp::List::create(
      Named("train") = scvigor::r::to_r_positions(split.train),
      Named("validation") = scvigor::r::to_r_positions(split.validation),
      Named("test") = scvigor::r::to_r_positions(split.test),
      Named("n_moved") = scvigor::r::to_r(split.n_moved));
}

scvigor::Split split_from_list(const Rcpp::List& list) {
  scvigor::Split split;
  split.train = scvigor::r::from_r_positions(list, "train");
  split.validation = scvigor::r::from_r_positions(list, "validation");
  split.test = scvigor::r::from_r_positions(list, "test");
  return split;
}

Rcpp::List list_of(const scvigor::History& history) {
  Rcpp::List out(history.columns.size());
  Rcpp::CharacterVector names(history.columns.size());
  for (std::size_t i = 0; i < history.columns.size(); ++i) {
    names[i] = history.columns[i].first;
    out[i] = Rcpp::wrap(history.columns[i].second);
  }
  out.names() = names;
  return out;
}

// on_epoch is NULL or a function of the report; it returns TRUE to stop.
scvigor::Hooks training_hooks(const Rcpp::RObject& on_epoch,
                              scvigor::r::InterruptFlag& flag) {
  scvigor::Hooks hooks;
  hooks.interrupted = [&flag] { return flag.poll(); };
  if (on_epoch.isNULL()) return hooks;
  const Rcpp::Function call(on_epoch);
  hooks.on_epoch = [call, &flag](const scvigor::EpochReport& report) {
    using Rcpp::Named;
    const Rcpp::RObject stop = call(Rcpp::List::create(
        Named("epoch") = static_cast<double>(report.epoch),
        Named("max_epochs") = static_cast<double>(report.max_epochs),
        Named("train_loss") = report.train_loss,
        Named("elbo_train") = report.elbo_train,
        Named("elbo_validation") = report.elbo_validation));
    if (Rcpp::as<bool>(stop)) flag.raise();
  };
  return hooks;
}

scvigor::LibraryPrior prior_for(const scvigor::ModelOptions& options,
                                const scvigor::Cells& cells) {
  if (options.use_observed_lib_size) return {};
  std::vector<std::int64_t> batch = cells.batch;
  if (batch.empty()) batch.assign(cells.n_cells(), 0);
  return scvigor::library_prior(*cells.counts, batch, options.n_batch);
}

}  // namespace

// [[Rcpp::export(rng = false)]]
Rcpp::List split_cells(double n_cells, Rcpp::List train_options, double seed) {
  return guarded([&] {
    return list_of(scvigor::split_cells(
        static_cast<std::int64_t>(n_cells),
        scvigor::r::options_from_list<scvigor::TrainOptions>(train_options),
        static_cast<std::uint64_t>(seed)));
  });
}

// Makes a model and trains it. One seed serves all: the core derives its own
// for the weights and for the minibatches.
// [[Rcpp::export(rng = false)]]
Rcpp::List train_scvi(Rcpp::List cells, Rcpp::List model_options,
                      Rcpp::List train_options, Rcpp::List split, double seed,
                      Rcpp::List run_on, Rcpp::RObject on_epoch) {
  return guarded([&] {
    const scvigor::r::RunOn where(run_on);
    const scvigor::ThreadScope threads(where.num_threads);
    const auto core_cells = scvigor::r::cells_from_list(cells);
    const auto options =
        scvigor::r::options_from_list<scvigor::ModelOptions>(model_options);
    const auto core_seed = static_cast<std::uint64_t>(seed);
    auto model = std::make_unique<scvigor::Model>(
        options, core_seed, prior_for(options, core_cells));
    scvigor::r::InterruptFlag flag;
    const scvigor::TrainResult result = [&] {
      const scvigor::DeviceScope device(*model, where.accelerator);
      return scvigor::train(
          *model, core_cells, split_from_list(split),
          scvigor::r::options_from_list<scvigor::TrainOptions>(train_options),
          core_seed, training_hooks(on_epoch, flag));
    }();

    using Rcpp::Named;
    const Rcpp::List state = scvigor::r::state_to_list(model->state());
    return Rcpp::List::create(
        Named("pointer") = Rcpp::XPtr<scvigor::Model>(model.release()),
        Named("state") = state, Named("history") = list_of(result.history),
        Named("stop_reason") = name_of(result.stop_reason),
        Named("epochs") = scvigor::r::to_r(result.epochs),
        Named("seconds") = result.seconds);
  });
}

#ifndef SCVIGOR_R_TRAINING_H
#define SCVIGOR_R_TRAINING_H

// Arguments and results of training <-> R lists.

#include <Rcpp.h>

#include <string>

#include "r_convert.h"
#include "scvigor/train.hpp"

namespace scvigor {
namespace r {

inline Rcpp::List split_to_list(const Split& split) {
  using Rcpp::Named;
  return Rcpp::List::create(
      Named("train") = to_r_positions(split.train),
      Named("validation") = to_r_positions(split.validation),
      Named("test") = to_r_positions(split.test),
      Named("n_moved") = to_r(split.n_moved));
}

inline Split split_from_list(const Rcpp::List& list) {
  Split split;
  split.train = from_r_positions(list, "train");
  split.validation = from_r_positions(list, "validation");
  split.test = from_r_positions(list, "test");
  return split;
}

inline Rcpp::List history_to_list(const History& history) {
  Rcpp::List out(history.columns.size());
  Rcpp::CharacterVector names(history.columns.size());
  for (std::size_t i = 0; i < history.columns.size(); ++i) {
    names[i] = history.columns[i].first;
    out[i] = Rcpp::wrap(history.columns[i].second);
  }
  out.names() = names;
  return out;
}

inline History history_from_list(const Rcpp::List& list) {
  History history;
  if (list.size() == 0) return history;
  for (const auto& name : Rcpp::as<std::vector<std::string>>(list.names()))
    history.columns.push_back({name, member<double>(list, name.c_str())});
  return history;
}

inline Rcpp::List moments_to_list(const std::vector<AdamMoments>& moments) {
  using Rcpp::Named;
  Rcpp::List out(moments.size());
  for (std::size_t i = 0; i < moments.size(); ++i)
    out[i] = Rcpp::List::create(Named("steps") = to_r(moments[i].steps),
                                Named("first") = moments[i].first,
                                Named("second") = moments[i].second);
  return out;
}

inline std::vector<AdamMoments> moments_from_list(const Rcpp::List& list) {
  std::vector<AdamMoments> moments;
  for (const Rcpp::List slot : list)
    moments.push_back({whole_number(slot, "steps"),
                       member<double>(slot, "first"),
                       member<double>(slot, "second")});
  return moments;
}

inline Rcpp::List monitor_to_list(const MonitorState& monitor) {
  return Rcpp::List::create(
      Rcpp::Named("best") = monitor.best,
      Rcpp::Named("waited") = to_r(monitor.checks_since_best),
      Rcpp::Named("best_step") = to_r(monitor.best_step));
}

// Checkpoints of older versions have no best_step.
inline MonitorState monitor_from_list(const Rcpp::List& list) {
  const bool has_step = list.containsElementNamed("best_step");
  return {Rcpp::as<double>(list["best"]), whole_number(list, "waited"),
          has_step ? whole_number(list, "best_step") : 0};
}

inline Rcpp::List training_state_to_list(const TrainingState& state) {
  using Rcpp::Named;
  return Rcpp::List::create(
      Named("seed") = static_cast<double>(state.seed),
      Named("epochs") = to_r(state.epochs), Named("steps") = to_r(state.steps),
      Named("stopped") = state.stopped, Named("lr") = state.lr,
      Named("weights") = state_to_list(state.weights),
      Named("average") = state_to_list(state.average),
      Named("moments") = moments_to_list(state.moments),
      Named("plateau") = monitor_to_list(state.plateau),
      Named("early_stopping") = monitor_to_list(state.early_stopping),
      Named("best") = Rcpp::List::create(
          Named("epoch") = to_r(state.best.epoch),
          Named("value") = state.best.value,
          Named("weights") = state_to_list(state.best.weights)),
      Named("split") = split_to_list(state.split),
      Named("history") = history_to_list(state.history));
}

inline TrainingState training_state_from_list(const Rcpp::List& list) {
  TrainingState state;
  state.seed = static_cast<std::uint64_t>(Rcpp::as<double>(list["seed"]));
  state.epochs = whole_number(list, "epochs");
  state.steps = whole_number(list, "steps");
  state.stopped = Rcpp::as<bool>(list["stopped"]);
  state.lr = Rcpp::as<double>(list["lr"]);
  state.weights = state_from_list(list["weights"]);
  if (list.containsElementNamed("average"))
    state.average = state_from_list(list["average"]);
  state.moments = moments_from_list(list["moments"]);
  state.plateau = monitor_from_list(list["plateau"]);
  state.early_stopping = monitor_from_list(list["early_stopping"]);
  const Rcpp::List best = list["best"];
  state.best.epoch = whole_number(best, "epoch");
  state.best.value = Rcpp::as<double>(best["value"]);
  state.best.weights = state_from_list(best["weights"]);
  state.split = split_from_list(list["split"]);
  state.history = history_from_list(list["history"]);
  return state;
}

}  // namespace r
}  // namespace scvigor

#endif

#include <Rcpp.h>

#include <climits>
#include <utility>
#include <vector>

#include "r_query.h"
#include "scvigor/likelihood.hpp"

using scvigor::Cells;
using scvigor::DecodeOptions;
using scvigor::Hooks;
using scvigor::Model;
using scvigor::RowBlock;
using scvigor::r::BlockMean;
using scvigor::r::BlockWriter;
using scvigor::r::decode_options;
using scvigor::r::GeneCellArray;
using scvigor::r::run_verb;

namespace {

// Genes x cells, compressed by cell, as the slots of a dgCMatrix. Cells are
// appended in order; only one block is dense at a time.
class SparseColumns {
 public:
  void append(const RowBlock& rows) {
    const double* value = rows.values;
    for (std::int64_t cell = 0; cell < rows.n_rows; ++cell) {
      for (int gene = 0; gene < rows.n_cols; ++gene, ++value)
        if (*value != 0.0) {
          i_.push_back(gene);
          x_.push_back(*value);
        }
      if (x_.size() > static_cast<std::size_t>(INT_MAX))
        throw scvigor::ArgumentError(
            "subset.col",
            "A sparse matrix holds 2^31 - 1 non-zero values at most; choose "
            "fewer cells (`subset.col`) or genes (`subset.row`).");
      p_.push_back(static_cast<int>(x_.size()));
    }
  }
  // Moves the vectors out: two copies of one sample exist, not of all.
  Rcpp::List take() {
    using Rcpp::Named;
    const SparseColumns taken = std::move(*this);
    return Rcpp::List::create(Named("i") = taken.i_, Named("p") = taken.p_,
                              Named("x") = taken.x_);
  }

 private:
  std::vector<int> i_;
  std::vector<int> p_{0};
  std::vector<double> x_;
};

// A matrix that has no zeros.
class DenseColumns {
 public:
  DenseColumns(const Model& model, const Cells& cells,
               const DecodeOptions& options)
      : array_(model, cells, options, 1) {}
  void append(const RowBlock& rows) { array_.write(0, rows); }
  Rcpp::NumericVector take() { return array_.get(); }

 private:
  GeneCellArray array_;
};

template <class Columns>
Rcpp::List fill(std::vector<Columns> samples, const Model& model,
                const Cells& cells, const DecodeOptions& options,
                const Hooks& hooks) {
  scvigor::posterior_predictive_sample(
      model, cells, options,
      [&](std::int64_t sample, const RowBlock& rows) {
        samples[sample].append(rows);
      },
      hooks);
  Rcpp::List out;
  for (Columns& sample : samples) out.push_back(sample.take());
  return out;
}

std::vector<const char*> parameter_names(scvigor::GeneLikelihood likelihood) {
  const auto traits = scvigor::likelihood_traits(likelihood);
  std::vector<const char*> names{"mean"};
  if (traits.has_theta) names.push_back("dispersions");
  if (traits.has_dropout) names.push_back("dropout");
  return names;
}

}  // namespace

// A list with every sample: the slots of a sparse matrix, or for the normal
// likelihood a dense matrix. A function `write` is called with the blocks
// instead.
// [[Rcpp::export(rng = false)]]
Rcpp::List posterior_predictive_sample(SEXP model, Rcpp::List cells,
                                       Rcpp::List decode, Rcpp::RObject write,
                                       Rcpp::List compute) {
  return run_verb(
      model, cells, compute, scvigor::r::passes_of(decode),
      [=](const Model& m, const Cells& c, const Hooks& hooks) {
        const auto options = decode_options<DecodeOptions>(decode);
        if (!write.isNULL()) {
          scvigor::posterior_predictive_sample(
              m, c, options, scvigor::r::BlockWriter(write), hooks);
          return Rcpp::List();
        }
        const auto n = static_cast<std::size_t>(options.n_samples);
        if (scvigor::likelihood_traits(m.options().gene_likelihood).is_count)
          return fill(std::vector<SparseColumns>(n), m, c, options, hooks);
        std::vector<DenseColumns> samples;
        for (std::size_t i = 0; i < n; ++i) samples.emplace_back(m, c, options);
        return fill(std::move(samples), m, c, options, hooks);
      });
}

// The parameters of the likelihood. A function `open` is called with the name
// of each and returns the function that is called with its blocks instead.
// [[Rcpp::export(rng = false)]]
Rcpp::List likelihood_parameters(SEXP model, Rcpp::List cells,
                                 Rcpp::List decode, bool give_mean,
                                 Rcpp::RObject open, Rcpp::List compute) {
  return run_verb(
      model, cells, compute, scvigor::r::passes_of(decode),
      [=](const Model& m, const Cells& c, const Hooks& hooks) {
        const auto options = decode_options<DecodeOptions>(decode);
        const auto n = options.n_samples;
        const auto names = parameter_names(m.options().gene_likelihood);
        std::vector<GeneCellArray> arrays;
        std::vector<BlockWriter> writers;
        for (const char* name : names)
          if (open.isNULL())
            arrays.emplace_back(m, c, options, give_mean ? 1 : n);
          else
            writers.emplace_back(Rcpp::Function(open)(name));
        const auto put = [&](std::size_t k, std::int64_t sample,
                             const RowBlock& rows) {
          if (writers.empty())
            arrays[k].write(sample, rows);
          else
            writers[k](sample, rows);
        };

        std::vector<BlockMean> means(names.size());
        scvigor::likelihood_parameters(
            m, c, options,
            [&](std::int64_t sample, const scvigor::LikelihoodBlock& block) {
              const RowBlock* const blocks[] = {&block.mean, &block.dispersions,
                                                &block.dropout};
              for (std::size_t k = 0; k < names.size(); ++k)
                if (!give_mean)
                  put(k, sample, *blocks[k]);
                else if (means[k].add(sample, n, *blocks[k]))
                  put(k, 0, means[k].block());
            },
            hooks);
        Rcpp::List out;
        for (std::size_t k = 0; k < arrays.size(); ++k)
          out.push_back(arrays[k].get(), names[k]);
        return out;
      });
}

// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix feature_correlation(SEXP model, Rcpp::List cells,
                                        Rcpp::List decode, bool ranks,
                                        double size_factor,
                                        Rcpp::List compute) {
  return run_verb(model, cells, compute, scvigor::r::passes_of(decode),
                  [=](const Model& m, const Cells& c, const Hooks& hooks) {
                    auto options =
                        decode_options<scvigor::CorrelationOptions>(decode);
                    options.ranks = ranks;
                    options.size_factor = size_factor;
                    return scvigor::r::to_r_matrix(
                        scvigor::feature_correlation(m, c, options, hooks));
                  });
}

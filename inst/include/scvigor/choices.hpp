#ifndef SCVIGOR_CHOICES_HPP
#define SCVIGOR_CHOICES_HPP

#include <string>
#include <utility>
#include <vector>

#include "scvigor/error.hpp"

namespace scvigor {

enum class GeneLikelihood { kZinb, kNb, kPoisson, kNormal };
enum class Dispersion { kGene, kGeneBatch, kGeneLabel, kGeneCell };
enum class LatentDistribution { kNormal, kLogisticNormal };
enum class NormPlacement { kNone, kEncoder, kDecoder, kBoth };
enum class BatchRepresentation { kOneHot, kEmbedding };
enum class VarActivation { kExp, kSoftplus };
enum class DecoderKind { kNonlinear, kLinear };
enum class Precision { kFloat32, kFloat64 };
enum class MatmulPrecision { kHighest, kHigh, kMedium };
enum class Optimizer { kAdam, kAdamW };
enum class LrSchedule { kConstant, kCosine, kOneCycle, kStep };
enum class Recipe { kScviTools, kFast };
enum class Accelerator { kAuto, kCpu, kCuda };

// The public spelling of every choice, in the order shown to users.
template <class Choice>
using ChoiceNames = std::vector<std::pair<Choice, const char*>>;

inline const ChoiceNames<GeneLikelihood>& choice_names(GeneLikelihood) {
  static const ChoiceNames<GeneLikelihood> names{
      {GeneLikelihood::kZinb, "zinb"},
      {GeneLikelihood::kNb, "nb"},
      {GeneLikelihood::kPoisson, "poisson"},
      {GeneLikelihood::kNormal, "normal"}};
  return names;
}
inline const ChoiceNames<Dispersion>& choice_names(Dispersion) {
  static const ChoiceNames<Dispersion> names{
      {Dispersion::kGene, "gene"},
      {Dispersion::kGeneBatch, "gene-batch"},
      {Dispersion::kGeneLabel, "gene-label"},
      {Dispersion::kGeneCell, "gene-cell"}};
  return names;
}
inline const ChoiceNames<LatentDistribution>& choice_names(LatentDistribution) {
  static const ChoiceNames<LatentDistribution> names{
      {LatentDistribution::kNormal, "normal"},
      {LatentDistribution::kLogisticNormal, "ln"}};
  return names;
}
inline const ChoiceNames<NormPlacement>& choice_names(NormPlacement) {
  static const ChoiceNames<NormPlacement> names{
      {NormPlacement::kBoth, "both"},
      {NormPlacement::kNone, "none"},
      {NormPlacement::kEncoder, "encoder"},
      {NormPlacement::kDecoder, "decoder"}};
  return names;
}
inline const ChoiceNames<BatchRepresentation>& choice_names(
    BatchRepresentation) {
  static const ChoiceNames<BatchRepresentation> names{
      {BatchRepresentation::kOneHot, "one-hot"},
      {BatchRepresentation::kEmbedding, "embedding"}};
  return names;
}
inline const ChoiceNames<VarActivation>& choice_names(VarActivation) {
  static const ChoiceNames<VarActivation> names{
      {VarActivation::kExp, "exp"}, {VarActivation::kSoftplus, "softplus"}};
  return names;
}
inline const ChoiceNames<DecoderKind>& choice_names(DecoderKind) {
  static const ChoiceNames<DecoderKind> names{
      {DecoderKind::kNonlinear, "nonlinear"}, {DecoderKind::kLinear, "linear"}};
  return names;
}
inline const ChoiceNames<Precision>& choice_names(Precision) {
  static const ChoiceNames<Precision> names{{Precision::kFloat32, "float32"},
                                            {Precision::kFloat64, "float64"}};
  return names;
}
inline const ChoiceNames<MatmulPrecision>& choice_names(MatmulPrecision) {
  static const ChoiceNames<MatmulPrecision> names{
      {MatmulPrecision::kHighest, "highest"},
      {MatmulPrecision::kHigh, "high"},
      {MatmulPrecision::kMedium, "medium"}};
  return names;
}
inline const ChoiceNames<Optimizer>& choice_names(Optimizer) {
  static const ChoiceNames<Optimizer> names{{Optimizer::kAdam, "Adam"},
                                            {Optimizer::kAdamW, "AdamW"}};
  return names;
}
inline const ChoiceNames<LrSchedule>& choice_names(LrSchedule) {
  static const ChoiceNames<LrSchedule> names{
      {LrSchedule::kConstant, "constant"},
      {LrSchedule::kCosine, "cosine"},
      {LrSchedule::kOneCycle, "one-cycle"},
      {LrSchedule::kStep, "step"}};
  return names;
}
inline const ChoiceNames<Recipe>& choice_names(Recipe) {
  static const ChoiceNames<Recipe> names{{Recipe::kScviTools, "scvi-tools"},
                                         {Recipe::kFast, "fast"}};
  return names;
}
inline const ChoiceNames<Accelerator>& choice_names(Accelerator) {
  static const ChoiceNames<Accelerator> names{{Accelerator::kAuto, "auto"},
                                              {Accelerator::kCpu, "cpu"},
                                              {Accelerator::kCuda, "cuda"}};
  return names;
}

template <class Choice>
std::string to_string(Choice choice) {
  for (const auto& [value, name] : choice_names(Choice{}))
    if (value == choice) return name;
  return "";
}

// Throws an ArgumentError that lists the choices.
template <class Choice>
Choice parse_choice(const std::string& argument, const std::string& text) {
  std::string known;
  for (const auto& [value, name] : choice_names(Choice{})) {
    if (text == name) return value;
    known += (known.empty() ? "\"" : ", \"") + std::string(name) + "\"";
  }
  throw ArgumentError(argument, "`" + argument + "` must be one of " + known +
                                    ", not \"" + text + "\".");
}

}  // namespace scvigor

#endif

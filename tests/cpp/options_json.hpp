#ifndef SCVIGOR_TESTS_OPTIONS_JSON_HPP
#define SCVIGOR_TESTS_OPTIONS_JSON_HPP

#include <nlohmann/json.hpp>

#include "scvigor/options.hpp"

// What scvi-tools' numbers say of a model, as our options.

namespace support {

// The entries of all objects named kwargs, non_kwargs and the like as one:
// {"kwargs": {"kwargs": {...}}, "non_kwargs": {...}} or any other nesting.
nlohmann::json flat_arguments(const nlohmann::json& given);

// Sets what `given` has under the names of scvi.module.VAE's arguments. What
// is null keeps its value; an argument without an equal here throws.
void read_arguments(const nlohmann::json& given, scvigor::ModelOptions& o);

// scvi.module.LDVAE has arguments of its own; its encoders always normalize
// by batch and never see covariates.
void read_linear_arguments(nlohmann::json given, scvigor::ModelOptions& o);

}  // namespace support

#endif

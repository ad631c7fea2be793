#ifndef SCVIGOR_TESTS_QUERY_REFERENCE_HPP
#define SCVIGOR_TESTS_QUERY_REFERENCE_HPP

#include <string>
#include <vector>

#include "reference.hpp"
#include "scvigor/options.hpp"

// The files that say what scvi-tools' load_query_data makes of a reference:
// query_tiny_*.h5, and kang_model/query_*.h5 beside them.

std::vector<std::string> query_files();

// The query's model, and the reference's with its fewer batches.
scvigor::ModelOptions query_options(const reference::File& file);
scvigor::ModelOptions reference_options(const reference::File& file);

// The groups that belong to a set of switches, and those switches.
std::vector<std::string> switches(const reference::File& file);
scvigor::FreezeOptions freeze_of(const reference::File& file,
                                 const std::string& group);
// "frozen", "zero", "last 3 columns" or "all".
std::string mask_kind(const reference::File& file, const std::string& group,
                      const std::string& parameter);

#endif

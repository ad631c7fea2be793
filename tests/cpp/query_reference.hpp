#ifndef SCVIGOR_TESTS_QUERY_REFERENCE_HPP
#define SCVIGOR_TESTS_QUERY_REFERENCE_HPP

#include <map>
#include <string>
#include <vector>

#include "reference.hpp"
#include "scvigor/options.hpp"

// The files that say what scvi-tools' load_query_data makes of a reference:
// query_tiny_*.h5, and query_*.h5 in the folders of models.

std::vector<std::string> query_files();

// The reference's model and the query's, which knows more levels.
struct QueryOptions {
  scvigor::ModelOptions reference;
  scvigor::ModelOptions query;
};
QueryOptions query_options(const reference::File& file);

// Shapes of the query's tensors, where the file tells.
std::map<std::string, std::vector<std::int64_t>> query_shapes(
    const reference::File& file);

// The groups that belong to a set of switches, and those switches.
std::vector<std::string> switches(const reference::File& file);
scvigor::FreezeOptions freeze_of(const reference::File& file,
                                 const std::string& group);
// "frozen", "zero", "last 3 columns" or "all".
std::string mask_kind(const reference::File& file, const std::string& group,
                      const std::string& parameter);

#endif

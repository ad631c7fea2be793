#ifndef SCVIGOR_LONGTESTS_SAMPLES_HPP
#define SCVIGOR_LONGTESTS_SAMPLES_HPP

#include <string>

namespace fuzz {

// 4 cells, 3 genes, as CellRanger 3 has it.
void write_tenx(const std::string& path);

// A model file with a value of every kind, as saveSCVI() writes it.
void write_model(const std::string& path);

}  // namespace fuzz

#endif

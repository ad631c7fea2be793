#ifndef SCVIGOR_CORE_IO_ISOLATION_PROCESS_LIMITS_HPP
#define SCVIGOR_CORE_IO_ISOLATION_PROCESS_LIMITS_HPP

#include <cstdint>
#include <string>

namespace scvigor {

// Limits of this process, a child that reads a file: what a file of so many
// bytes takes besides its large datasets. No core files.
void set_limits(std::int64_t file_bytes);

// More of both, by what the file declares; see h5::Demand.
void raise_limits(double memory_bytes, double work_bytes);

// "1024 MiB": what this process may still take beside what it had at first.
std::string describe_memory_limit();

}  // namespace scvigor

#endif

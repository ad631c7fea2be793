#ifndef SCVIGOR_CORE_UTIL_ATOMIC_FILE_HPP
#define SCVIGOR_CORE_UTIL_ATOMIC_FILE_HPP

#include <string>
#include <string_view>

namespace scvigor {

// Makes `bytes` the content of `path`. Whoever reads that name finds all of the
// old content or all of the new, after a crash in the middle too. Without
// `overwrite`, a file that is there is a FileError and stays.
void write_file_atomically(const std::string& path, bool overwrite,
                           std::string_view bytes);

}  // namespace scvigor

#endif

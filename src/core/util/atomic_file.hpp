#ifndef SCVIGOR_CORE_UTIL_ATOMIC_FILE_HPP
#define SCVIGOR_CORE_UTIL_ATOMIC_FILE_HPP

#include <string>
#include <string_view>

namespace scvigor {

// Makes `bytes` the content of `path` at once: a reader finds either all of the
// old content or all of the new, even after a crash during the call. Without
// `overwrite`, an existing file is kept and a FileError is thrown.
void write_file_atomically(const std::string& path, bool overwrite,
                           std::string_view bytes);

}  // namespace scvigor

#endif

#ifndef SCVIGOR_CORE_IO_PYTHON_PICKLE_GLOBALS_HPP
#define SCVIGOR_CORE_IO_PYTHON_PICKLE_GLOBALS_HPP

#include <string>

namespace scvigor {
namespace pickle {

// The one name ("module.name") under which scvigor knows a Python class or
// function. Modules that moved between versions have their newest common name:
// builtins, numpy.core, copyreg. Throws a FileError that names what it is for
// anything that saved models do not hold.
std::string known_global(const std::string& module, const std::string& name);

}  // namespace pickle
}  // namespace scvigor

#endif

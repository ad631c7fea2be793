# LibTorch and HDF5, by the script that configure uses as well. Sets CXX_STD,
# SCVIGOR_DEFINES, LIBTORCH_* and HDF5_*; detects again when LIBTORCH_HOME,
# SCVIGOR_DISABLE_AMX or SCVIGOR_DISABLE_GEMM changes.
set(flags "${SCVIGOR_FLAGS}")
if(NOT flags)
  set(flags "${CMAKE_BINARY_DIR}/flags")
  set(wanted
      "${LIBTORCH_HOME}, $ENV{SCVIGOR_DISABLE_AMX}, $ENV{SCVIGOR_DISABLE_GEMM}")
  if(NOT EXISTS "${flags}" OR NOT "${wanted}" STREQUAL "${SCVIGOR_DETECTED}")
    execute_process(
      COMMAND "${CMAKE_COMMAND}" -E env "LIBTORCH_HOME=${LIBTORCH_HOME}"
              "SCVIGOR_CXX=${CMAKE_CXX_COMPILER}"
              sh "${CMAKE_SOURCE_DIR}/tools/configure/detect.sh" "${flags}"
      RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "LibTorch or HDF5 is missing; see above.")
    endif()
    set(SCVIGOR_DETECTED "${wanted}" CACHE INTERNAL "")
  endif()
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${flags}")

file(READ "${flags}" text)
foreach(name CXX_STD SCVIGOR_DEFINES LIBTORCH_INCLUDE_DIRS LIBTORCH_DEFINES
             LIBTORCH_LIBS HDF5_CPPFLAGS HDF5_LIBS)
  if(NOT text MATCHES "(^|\n)${name}=([^\n]*)")
    message(FATAL_ERROR "${flags} lacks ${name}")
  endif()
  set(${name} "${CMAKE_MATCH_2}")
endforeach()
foreach(name SCVIGOR_DEFINES LIBTORCH_DEFINES LIBTORCH_LIBS HDF5_CPPFLAGS
             HDF5_LIBS)
  separate_arguments(${name} UNIX_COMMAND "${${name}}")
endforeach()

# EIGEN_INCLUDE_DIR: Eigen's headers, of the R package RcppEigen or the system.
find_program(RSCRIPT Rscript)
if(RSCRIPT AND NOT EIGEN_INCLUDE_DIR)
  execute_process(
    COMMAND "${RSCRIPT}" -e "cat(system.file('include', package='RcppEigen'))"
    OUTPUT_VARIABLE rcpp_eigen ERROR_QUIET)
endif()
find_path(EIGEN_INCLUDE_DIR Eigen/Core HINTS "${rcpp_eigen}"
          PATH_SUFFIXES eigen3 REQUIRED)

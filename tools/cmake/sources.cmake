# SCVIGOR_CORE: the core's sources, or its objects when SCVIGOR_OBJECTS_DIR is
# set, from the list of objects in src/Makevars.in. R builds only what that list
# names, so a file that is missing there stops CMake as well.
set(makevars "${CMAKE_SOURCE_DIR}/src/Makevars.in")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${makevars}")

file(READ "${makevars}" text)
string(REGEX MATCHALL "core/[a-z0-9_/]+\\.o" objects "${text}")
set(listed)
foreach(object IN LISTS objects)
  string(REGEX REPLACE "\\.o$" ".cpp" file "${object}")
  list(APPEND listed "${file}")
endforeach()

file(GLOB_RECURSE present CONFIGURE_DEPENDS
     RELATIVE "${CMAKE_SOURCE_DIR}/src" "src/core/*.cpp")

set(unlisted ${present})
list(REMOVE_ITEM unlisted ${listed})
if(unlisted)
  message(FATAL_ERROR "Not in OBJECTS of src/Makevars.in: ${unlisted}")
endif()
set(absent ${listed})
list(REMOVE_ITEM absent ${present})
if(absent)
  message(FATAL_ERROR "In OBJECTS of src/Makevars.in, but no such file: "
                      "${absent}")
endif()

set(SCVIGOR_CORE)
foreach(file IN LISTS listed)
  if(SCVIGOR_OBJECTS_DIR)
    string(REGEX REPLACE "\\.cpp$" ".o" file "${file}")
    list(APPEND SCVIGOR_CORE "${SCVIGOR_OBJECTS_DIR}/${file}")
  else()
    list(APPEND SCVIGOR_CORE "src/${file}")
  endif()
endforeach()

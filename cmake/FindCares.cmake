# Finds c-ares: Cares_FOUND, Cares_VERSION and the target Cares::Cares. Not every distribution's c-ares brings a CMake package of its own.
# Installed with Sira, because a static libsira_host needs it at link time.

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    pkg_check_modules(PC_Cares QUIET libcares)
endif()

find_path(Cares_INCLUDE_DIR NAMES ares.h HINTS ${PC_Cares_INCLUDE_DIRS})
find_library(Cares_LIBRARY NAMES cares HINTS ${PC_Cares_LIBRARY_DIRS})
mark_as_advanced(Cares_INCLUDE_DIR Cares_LIBRARY)

if(Cares_INCLUDE_DIR AND EXISTS "${Cares_INCLUDE_DIR}/ares_version.h")
    file(STRINGS "${Cares_INCLUDE_DIR}/ares_version.h" Cares_VERSION REGEX "^#define ARES_VERSION_STR \"")
    string(REGEX REPLACE "^#define ARES_VERSION_STR \"([0-9.]+).*$" "\\1" Cares_VERSION "${Cares_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Cares
    REQUIRED_VARS Cares_LIBRARY Cares_INCLUDE_DIR
    VERSION_VAR Cares_VERSION)

# GLOBAL: a project that takes Sira in by add_subdirectory links it from its own directory.
if(Cares_FOUND AND NOT TARGET Cares::Cares)
    add_library(Cares::Cares UNKNOWN IMPORTED GLOBAL)
    set_target_properties(Cares::Cares PROPERTIES
        IMPORTED_LOCATION "${Cares_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${Cares_INCLUDE_DIR}")
endif()

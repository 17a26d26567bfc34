# Finds libuv: Uv_FOUND, Uv_VERSION and the target Uv::Uv. Not every distribution's libuv brings a CMake package of its own.
# Installed with Sira, because sira/host.h includes uv.h.

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    pkg_check_modules(PC_Uv QUIET libuv)
endif()

find_path(Uv_INCLUDE_DIR NAMES uv.h HINTS ${PC_Uv_INCLUDE_DIRS})
find_library(Uv_LIBRARY NAMES uv HINTS ${PC_Uv_LIBRARY_DIRS})
mark_as_advanced(Uv_INCLUDE_DIR Uv_LIBRARY)

if(Uv_INCLUDE_DIR AND EXISTS "${Uv_INCLUDE_DIR}/uv/version.h")
    foreach(part MAJOR MINOR PATCH)
        file(STRINGS "${Uv_INCLUDE_DIR}/uv/version.h" uv_${part} REGEX "^#define UV_VERSION_${part} ")
        string(REGEX REPLACE "^#define UV_VERSION_${part} ([0-9]+).*$" "\\1" uv_${part} "${uv_${part}}")
    endforeach()
    set(Uv_VERSION "${uv_MAJOR}.${uv_MINOR}.${uv_PATCH}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Uv
    REQUIRED_VARS Uv_LIBRARY Uv_INCLUDE_DIR
    VERSION_VAR Uv_VERSION)

# GLOBAL: a project that takes Sira in by add_subdirectory links it from its own directory.
if(Uv_FOUND AND NOT TARGET Uv::Uv)
    add_library(Uv::Uv UNKNOWN IMPORTED GLOBAL)
    set_target_properties(Uv::Uv PROPERTIES
        IMPORTED_LOCATION "${Uv_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${Uv_INCLUDE_DIR}")
endif()

# Finds Libgcrypt: Gcrypt_FOUND, Gcrypt_VERSION and the target Gcrypt::Gcrypt.
# Installed with Sira, because a static libsira needs it at link time.

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    pkg_check_modules(PC_Gcrypt QUIET libgcrypt)
endif()

find_path(Gcrypt_INCLUDE_DIR NAMES gcrypt.h HINTS ${PC_Gcrypt_INCLUDE_DIRS})
find_library(Gcrypt_LIBRARY NAMES gcrypt HINTS ${PC_Gcrypt_LIBRARY_DIRS})
mark_as_advanced(Gcrypt_INCLUDE_DIR Gcrypt_LIBRARY)

if(Gcrypt_INCLUDE_DIR)
    file(STRINGS "${Gcrypt_INCLUDE_DIR}/gcrypt.h" Gcrypt_VERSION REGEX "^#define GCRYPT_VERSION \"")
    string(REGEX REPLACE "^#define GCRYPT_VERSION \"([0-9.]+).*$" "\\1" Gcrypt_VERSION "${Gcrypt_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Gcrypt
    REQUIRED_VARS Gcrypt_LIBRARY Gcrypt_INCLUDE_DIR
    VERSION_VAR Gcrypt_VERSION)

# GLOBAL: a project that takes Sira in by add_subdirectory links it from its own directory.
if(Gcrypt_FOUND AND NOT TARGET Gcrypt::Gcrypt)
    add_library(Gcrypt::Gcrypt UNKNOWN IMPORTED GLOBAL)
    set_target_properties(Gcrypt::Gcrypt PROPERTIES
        IMPORTED_LOCATION "${Gcrypt_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${Gcrypt_INCLUDE_DIR}")
endif()

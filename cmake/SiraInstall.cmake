# Install rules: headers, libraries, the CMake package and relocatable pkg-config files.
include(CMakePackageConfigHelpers)

set(sira_headers ${SIRA_PUBLIC_HEADERS})
set(sira_targets sira_hardening sira)
if(SIRA_WITH_GCRYPT)
    list(APPEND sira_headers ${SIRA_GCRYPT_PUBLIC_HEADERS})
endif()
if(SIRA_WITH_PORTABLE_HASH)
    list(APPEND sira_headers ${SIRA_PORTABLE_HASH_PUBLIC_HEADERS})
endif()
if(TARGET sira_host)
    list(APPEND sira_headers ${SIRA_HOST_PUBLIC_HEADERS})
    list(APPEND sira_targets sira_host)
endif()
foreach(header IN LISTS sira_headers)
    get_filename_component(folder "${header}" DIRECTORY)
    string(REGEX REPLACE "^include/" "" folder "${folder}")
    install(FILES "${PROJECT_SOURCE_DIR}/${header}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/${folder}")
endforeach()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# Each target has its own export set, so that who needs sira::sira alone needs no libuv.
set(sira_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/sira")
foreach(target IN LISTS sira_targets)
    install(TARGETS ${target} EXPORT ${target}-targets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    install(EXPORT ${target}-targets NAMESPACE sira:: DESTINATION "${sira_package_dir}")
endforeach()

configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/siraConfig.cmake.in" "${PROJECT_BINARY_DIR}/siraConfig.cmake"
    INSTALL_DESTINATION "${sira_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/siraConfigVersion.cmake"
    VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/siraConfig.cmake" "${PROJECT_BINARY_DIR}/siraConfigVersion.cmake"
    DESTINATION "${sira_package_dir}")
# The config needs the find modules of what a static library or a header of ours drags along.
install(FILES "${PROJECT_SOURCE_DIR}/cmake/FindGcrypt.cmake" DESTINATION "${sira_package_dir}")
if(TARGET sira_host)
    install(FILES "${PROJECT_SOURCE_DIR}/cmake/FindUv.cmake" "${PROJECT_SOURCE_DIR}/cmake/FindCares.cmake"
        DESTINATION "${sira_package_dir}")
endif()

# pkg-config: the prefix is found from where the .pc file lies, so the tree may be moved.
set(pc_libdir "${CMAKE_INSTALL_LIBDIR}")
set(pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
    set(pc_libdir "${CMAKE_INSTALL_FULL_LIBDIR}")
    set(pc_includedir "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
else()
    file(RELATIVE_PATH up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
    string(REGEX REPLACE "/$" "" up "${up}")
    set(pc_prefix "\${pcfiledir}/${up}")
    set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
    set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
set(pc_gcrypt "")
if(SIRA_WITH_GCRYPT)
    set(pc_gcrypt "libgcrypt >= 1.9")
endif()
set(pc_host_requires "")
if(SIRA_WITH_DNS)
    string(APPEND pc_host_requires ", libcares >= 1.18")
endif()
if(SIRA_WITH_TLS)
    string(APPEND pc_host_requires ", libssl >= 3.0, libcrypto >= 3.0")
endif()
# An archive needs them at once, as it needs Libgcrypt; a shared library brings them along itself.
set(pc_host_private "")
if(BUILD_SHARED_LIBS)
    string(REGEX REPLACE "^, " "" pc_host_private "${pc_host_requires}")
    set(pc_host_requires "")
endif()
# An archive needs Libgcrypt at once; a shared library brings it along itself.
if(BUILD_SHARED_LIBS)
    set(pc_requires "")
    set(pc_requires_private "${pc_gcrypt}")
else()
    set(pc_requires "${pc_gcrypt}")
    set(pc_requires_private "")
endif()
configure_file("${PROJECT_SOURCE_DIR}/cmake/sira.pc.in" "${PROJECT_BINARY_DIR}/sira.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/sira.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(TARGET sira_host)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/sira-host.pc.in" "${PROJECT_BINARY_DIR}/sira-host.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/sira-host.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endif()

# Compiler flags, always bound to a target of ours: projects that take Sira in by add_subdirectory keep their own.

# The full set is for the library, where a silent conversion is a bug. Tests and examples keep to what their libraries' macros survive.
set(sira_warnings_common -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla)
set(sira_warnings_library ${sira_warnings_common} -Wconversion -Wsign-conversion -Wcast-qual)

# sira_flags(<target> LIBRARY|PROGRAM)
function(sira_flags target kind)
    set_target_properties(${target} PROPERTIES
        C_STANDARD 11
        C_STANDARD_REQUIRED ON
        C_EXTENSIONS OFF)
    if(NOT CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
        return()
    endif()
    if(kind STREQUAL "LIBRARY")
        set(warnings ${sira_warnings_library})
        set(scope PUBLIC)
        # Unused functions fall away in the linker, without a word from whoever links.
        target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections)
        if(SIRA_HARDENED)
            target_compile_options(${target} PRIVATE ${sira_hardening_compile})
        endif()
    else()
        set(warnings ${sira_warnings_common})
        set(scope PRIVATE)
    endif()
    if(SIRA_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE ${warnings} -Werror)
    endif()
    if(SIRA_SANITIZE)
        # The first error ends the program: a test that goes on after one would pass.
        target_compile_options(${target} PRIVATE
            -fsanitize=${SIRA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${target} ${scope} "$<BUILD_INTERFACE:-fsanitize=${SIRA_SANITIZE}>")
    endif()
    if(SIRA_COVERAGE)
        target_compile_options(${target} PRIVATE --coverage)
        target_link_options(${target} ${scope} "$<BUILD_INTERFACE:--coverage>")
    endif()
endfunction()

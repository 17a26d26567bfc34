# sira::hardening: what makes an overrun in a program hard to use, for programs to link. The library itself takes its compiler flags with
# SIRA_HARDENED only: its size is the firmware's to decide.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

add_library(sira_hardening INTERFACE)
add_library(sira::hardening ALIAS sira_hardening)
set_target_properties(sira_hardening PROPERTIES EXPORT_NAME hardening)

set(sira_hardening_compile "")
set(sira_hardening_link "")
if(CMAKE_C_COMPILER_ID MATCHES "GNU|Clang" AND NOT CMAKE_SYSTEM_NAME STREQUAL "Generic")
    check_c_compiler_flag(-fstack-protector-strong SIRA_CAN_PROTECT_STACK)
    if(SIRA_CAN_PROTECT_STACK)
        list(APPEND sira_hardening_compile -fstack-protector-strong)
    endif()
    # Without lazy binding the resolver never saves vector registers, and what secrets were in them, to the stack.
    check_linker_flag(C "-Wl,-z,relro,-z,now,-z,noexecstack" SIRA_CAN_BIND_NOW)
    if(SIRA_CAN_BIND_NOW)
        list(APPEND sira_hardening_link "-Wl,-z,relro,-z,now,-z,noexecstack")
    endif()
    check_linker_flag(C "-pie" SIRA_CAN_LINK_PIE)
    if(SIRA_CAN_LINK_PIE)
        set(is_program "$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>")
        target_compile_options(sira_hardening INTERFACE "$<${is_program}:-fPIE>")
        target_link_options(sira_hardening INTERFACE "$<${is_program}:-pie>")
    endif()
    # It needs an optimizer, and sanitizers have checks of their own. Some compilers come with it, at another level.
    if(NOT SIRA_SANITIZE)
        list(APPEND sira_hardening_compile
            "$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
    endif()
endif()
target_compile_options(sira_hardening INTERFACE ${sira_hardening_compile})
target_link_options(sira_hardening INTERFACE ${sira_hardening_link})

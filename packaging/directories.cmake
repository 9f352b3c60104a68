# Where things are installed: GNUInstallDirs, with one exception. Below /usr/local the configuration, the state and
# the sockets are in /etc, /var and /run all the same, as for /usr: that is where the manuals, systemd and
# administrators look. Who wants them elsewhere sets CMAKE_INSTALL_SYSCONFDIR, _LOCALSTATEDIR and _RUNSTATEDIR.
# Under systemd they are always those: its units name no others, and are for builds with these alone.
if(CMAKE_INSTALL_PREFIX MATCHES "^(/|/usr|/usr/local)/?$")
    set(CMAKE_INSTALL_SYSCONFDIR /etc CACHE PATH "Configuration, in its folder tlspolicyd")
    set(CMAKE_INSTALL_LOCALSTATEDIR /var CACHE PATH "State, in its folder lib/tlspolicyd")
    set(CMAKE_INSTALL_RUNSTATEDIR /run CACHE PATH "Sockets, in its folder tlspolicyd")
endif()
include(GNUInstallDirs)
set(TLSPOLICY_USUAL_DIRECTORIES OFF)
if("${CMAKE_INSTALL_FULL_SYSCONFDIR}:${CMAKE_INSTALL_FULL_LOCALSTATEDIR}:${CMAKE_INSTALL_FULL_RUNSTATEDIR}"
        STREQUAL "/etc:/var:/run")
    set(TLSPOLICY_USUAL_DIRECTORIES ON)
endif()

# localised(<variable> <file>...): the files as this build knows its directories. Texts are written with the usual
# paths; a build with others gets copies that name those.
function(localised variable)
    set(files)
    foreach(file IN LISTS ARGN)
        cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
        cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE name)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        file(READ "${file}" text)
        string(REPLACE "/etc/tlspolicyd" "${CMAKE_INSTALL_FULL_SYSCONFDIR}/tlspolicyd" text "${text}")
        string(REPLACE "/var/lib/tlspolicyd" "${CMAKE_INSTALL_FULL_LOCALSTATEDIR}/lib/tlspolicyd" text "${text}")
        string(REPLACE "/run/tlspolicyd" "${CMAKE_INSTALL_FULL_RUNSTATEDIR}/tlspolicyd" text "${text}")
        file(WRITE "${PROJECT_BINARY_DIR}/localised/${name}" "${text}")
        list(APPEND files "${PROJECT_BINARY_DIR}/localised/${name}")
    endforeach()
    set(${variable} ${files} PARENT_SCOPE)
endfunction()

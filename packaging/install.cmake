# What is installed besides the programs. DESTDIR works as always.
file(GLOB manuals CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/man/*.[1-9])
localised(manuals ${manuals})
foreach(manual IN LISTS manuals)
    cmake_path(GET manual EXTENSION LAST_ONLY section)
    string(REPLACE "." "man" section ${section})
    install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/${section})
endforeach()

localised(TLSPOLICY_CONF conf/tlspolicyd.yaml)
set(conf_directory ${CMAKE_INSTALL_FULL_SYSCONFDIR}/tlspolicyd)
install(CODE "
    if(\"\$ENV{DESTDIR}\" STREQUAL \"\" AND EXISTS \"${conf_directory}/tlspolicyd.yaml\")
        message(STATUS \"Kept, it is the administrator's: ${conf_directory}/tlspolicyd.yaml\")
    else()
        file(INSTALL \"${TLSPOLICY_CONF}\" DESTINATION \"${conf_directory}\")
    endif()")
install(DIRECTORY DESTINATION ${conf_directory}/overrides.d)

localised(readme README.md)
install(FILES ${readme} CHANGELOG.md MIGRATING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
foreach(examples IN ITEMS postfix grafana prometheus)
    if(EXISTS ${PROJECT_SOURCE_DIR}/conf/${examples})
        install(DIRECTORY conf/${examples} DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
    endif()
endforeach()

# The release: a tarball of the last commit, or of an unpacked release; the same bytes from the same files.
add_custom_target(dist
    COMMAND sh ${PROJECT_SOURCE_DIR}/packaging/dist.sh ${PROJECT_BINARY_DIR}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    VERBATIM)

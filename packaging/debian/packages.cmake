# Describes the Debian packages, which scripts/package makes.

# The maintainer, from the variables of Debian's tools if they are set.
set(maintainer "The Berkeley authors <berkeley@localhost.localdomain>")
if(DEFINED ENV{DEBEMAIL})
  set(maintainer "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME berkeley)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT ${maintainer})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_SOURCE_DIR}/build/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(folder ${CMAKE_CURRENT_LIST_DIR})
configure_file(${folder}/changelog.in ${made}/changelog.Debian @ONLY)
add_custom_command(OUTPUT ${made}/changelog.Debian.gz
  COMMAND gzip -9nc ${made}/changelog.Debian > ${made}/changelog.Debian.gz
  DEPENDS ${made}/changelog.Debian VERBATIM)
add_custom_target(berkeley-changelog ALL DEPENDS ${made}/changelog.Debian.gz)

# debian_package(COMPONENT NAME SECTION SHORT WHAT): describes the component's package, and adds the
# files that each package has.
function(debian_package component name section short what)
  string(TOUPPER CPACK_DEBIAN_${component} prefix)
  set(${prefix}_PACKAGE_NAME ${name} PARENT_SCOPE)
  set(${prefix}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  string(CONCAT text
    "Berkeley clock synchronization, ${short}.\n"
    ".\n"
    "The clocks of a group of machines agree on one time, without a trusted source\n"
    "of time, and with a bound on the error of every time.\n"
    ".\n"
    "This package contains ${what}.")
  set(${prefix}_DESCRIPTION "${text}" PARENT_SCOPE)
  install(FILES ${folder}/copyright ${made}/changelog.Debian.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
  if(EXISTS ${folder}/${name}.lintian-overrides)
    install(FILES ${folder}/${name}.lintian-overrides
      DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME ${name} COMPONENT ${component})
  endif()
endfunction()

debian_package(daemons berkeley net "daemons and tools"
  "the master, the slave, and berkeleyctl, which\ngives other programs the group's time")
set(CPACK_DEBIAN_DAEMONS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DAEMONS_PACKAGE_DEPENDS
  "systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_DAEMONS_PACKAGE_RECOMMENDS openssl)
set(CPACK_DEBIAN_DAEMONS_PACKAGE_CONTROL_EXTRA
  ${folder}/conffiles ${folder}/postinst ${folder}/postrm ${folder}/prerm)

debian_package(library libberkeley1 libs "library that reads the time"
  "the library with which programs read the group's time")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
configure_file(${folder}/shlibs.in ${made}/shlibs @ONLY)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${made}/shlibs ${folder}/triggers)

debian_package(development libberkeley-dev libdevel "development files"
  "what is needed to build programs in C or C++ that read\nthe group's time")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libberkeley1 (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")

debian_package(python python3-berkeley python "Python module that reads the time"
  "the module with which Python programs read the group's\ntime")
set(CPACK_DEBIAN_PYTHON_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "libberkeley1 (>= ${PROJECT_VERSION}), python3:any")

include(CPack)

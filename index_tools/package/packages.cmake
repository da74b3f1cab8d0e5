# What cpack -G DEB makes: a package a soname, one to develop with, one with the command and all that a site needs.
set(package_library libxapian-irgan${PROJECT_VERSION_MAJOR})
set(package_trainer libxapian-irgan-trainer${PROJECT_VERSION_MAJOR})

set(CPACK_PACKAGE_NAME xapian-irgan)
set(CPACK_PACKAGE_VENDOR "The authors of xapian-irgan")
set(CPACK_PACKAGE_CONTACT "The authors of xapian-irgan <xapian-irgan@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL library trainer development command python)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/plugin ${PROJECT_BINARY_DIR}/trainer)
set(same "(= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
file(WRITE ${PROJECT_BINARY_DIR}/triggers "activate-noawait ldconfig\n")
foreach(part LIBRARY TRAINER COMMAND)
  set(CPACK_DEBIAN_${part}_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_${part}_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/triggers)
endforeach()
# CPack's own would name a library again for each instruction set.
file(WRITE ${PROJECT_BINARY_DIR}/library/shlibs
  "libxapian-irgan ${PROJECT_VERSION_MAJOR} ${package_library} (>= ${PROJECT_VERSION})\n")
file(WRITE ${PROJECT_BINARY_DIR}/trainer-library/shlibs
  "libxapian-irgan-trainer ${PROJECT_VERSION_MAJOR} ${package_trainer} (>= ${PROJECT_VERSION})\n")
list(APPEND CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/library/shlibs)
list(APPEND CPACK_DEBIAN_TRAINER_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/trainer-library/shlibs)

set(about "xapian-irgan learns from a site's click log which results of a Xapian
search belong on top, by the method IRGAN, and puts them there.
")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${package_library})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "learning to rank for Xapian: what live searches load
${about}This library reorders the hits of a search.")
set(CPACK_DEBIAN_TRAINER_PACKAGE_NAME ${package_trainer})
set(CPACK_DEBIAN_TRAINER_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_TRAINER_PACKAGE_DEPENDS "${package_library} ${same}")
set(CPACK_COMPONENT_TRAINER_DESCRIPTION "learning to rank for Xapian: training
${about}This library learns a model, measures it, and mines negatives.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libxapian-irgan-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "${package_library} ${same}, ${package_trainer} ${same}, libxapian-dev (>= 1.4.19), libeigen3-dev (>= 3.4)")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "learning to rank for Xapian: to build programs with
${about}These are the headers, and what CMake and pkg-config need.")
set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME xapian-irgan)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION text)
set(CPACK_DEBIAN_COMMAND_PACKAGE_DEPENDS "${package_library} ${same}, ${package_trainer} ${same}")
set(CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS "libjs-chart.js, python3")
set(CPACK_DEBIAN_COMMAND_PACKAGE_SUGGESTS "xapian-omega")
set(CPACK_COMPONENT_COMMAND_DESCRIPTION "learning to rank for Xapian: the command
${about}This is the command xapian-irgan, the module that stock programs load,
and templates for Omega.")

set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-xapian-irgan)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
set(CPACK_DEBIAN_PYTHON_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "python3, ${package_library} (>= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_PYTHON_PACKAGE_RECOMMENDS "python3-xapian")
set(CPACK_COMPONENT_PYTHON_DESCRIPTION "learning to rank for Xapian: from Python
${about}This is the Python module xapian_irgan, which searches, explains,
explores and interleaves.")
# Python's bytecode comes and goes with the package.
foreach(script "postinst:py3compile" "prerm:py3clean")
  string(REPLACE ":" ";" script "${script}")
  list(GET script 0 when)
  list(GET script 1 program)
  file(WRITE ${PROJECT_BINARY_DIR}/python/${when} "#!/bin/sh
set -e
if command -v ${program} >/dev/null; then
  ${program} -p ${CPACK_DEBIAN_PYTHON_PACKAGE_NAME}
fi
")
  list(APPEND CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/python/${when})
endforeach()

# Debian wants a changelog and the copyright in every package.
set(changelog ${PROJECT_BINARY_DIR}/changelog.Debian)
file(WRITE ${changelog} "xapian-irgan (${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) bookworm; urgency=medium

  * Release ${PROJECT_VERSION}: see CHANGELOG.md.

 -- ${CPACK_PACKAGE_CONTACT}  Sat, 28 Nov 2026 12:00:00 +0000
")
execute_process(COMMAND gzip -9nf ${changelog})
foreach(part library trainer development command python)
  string(TOUPPER ${part} upper)
  set(documents share/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  install(FILES ${changelog}.gz ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${documents} COMPONENT ${part})
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_BINARY_DIR}/changelog COPYONLY)
execute_process(COMMAND gzip -9nf ${PROJECT_BINARY_DIR}/changelog)
install(FILES ${PROJECT_BINARY_DIR}/changelog.gz DESTINATION share/doc/xapian-irgan COMPONENT command)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/index_tools/omega/ DESTINATION share/xapian-irgan/omega COMPONENT command)
install(FILES ${PROJECT_SOURCE_DIR}/tests/package/search.cc ${PROJECT_SOURCE_DIR}/tests/package/search.py
  ${PROJECT_SOURCE_DIR}/tests/package/train.cc ${PROJECT_SOURCE_DIR}/plugin/examples/search.pl
  ${PROJECT_SOURCE_DIR}/plugin/examples/search.rb ${PROJECT_SOURCE_DIR}/plugin/examples/search.php
  DESTINATION share/doc/xapian-irgan/examples COMPONENT command)
include(CPack)

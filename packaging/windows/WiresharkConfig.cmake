# Stands for the package of Wireshark's development files, which its installer for Windows lacks:
#     cmake -DWireshark_DIR=packaging/windows -DFANOUT_WIRESHARK_TREE=FOLDER ...
# FOLDER has Wireshark's sources, configured for Windows in its folder "build". The libraries need not
# be built, there or elsewhere: import libraries are made of the functions that fanout calls, which are
# named in NAME.def for each, beside this.
set(FANOUT_WIRESHARK_TREE "" CACHE PATH "Wireshark's sources, configured")
file(STRINGS "${FANOUT_WIRESHARK_TREE}/build/ws_version.h" version REGEX "VERSION_(MAJOR|MINOR|MICRO)")
string(REGEX REPLACE "[^0-9;]" "" version "${version}")
string(REPLACE ";" "." Wireshark_VERSION "${version}")
string(REGEX MATCH "^[0-9]+\\.[0-9]+" plugin_path_id "${Wireshark_VERSION}")
set(Wireshark_PLUGIN_LIBDIR "plugins/${plugin_path_id}")
set(Wireshark_INSTALL_PREFIX "${CMAKE_INSTALL_PREFIX}")

include(CMakeFindDependencyMacro)
find_dependency(PkgConfig)
pkg_check_modules(GLIB REQUIRED IMPORTED_TARGET glib-2.0)
foreach(name wireshark wiretap wsutil)
  set(definition "${CMAKE_CURRENT_LIST_DIR}/lib${name}.def")
  set(import "${CMAKE_CURRENT_BINARY_DIR}/lib${name}.dll.a")
  execute_process(COMMAND "${CMAKE_DLLTOOL}" -d "${definition}" -l "${import}" COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${definition}")
  add_library(${name} UNKNOWN IMPORTED)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${import}")
  set_property(TARGET ${name} PROPERTY INTERFACE_INCLUDE_DIRECTORIES
    "${FANOUT_WIRESHARK_TREE}/build" "${FANOUT_WIRESHARK_TREE}" "${FANOUT_WIRESHARK_TREE}/include")
  target_link_libraries(${name} INTERFACE PkgConfig::GLIB)
endforeach()
add_library(epan INTERFACE IMPORTED)
target_link_libraries(epan INTERFACE wireshark wsutil)
set_property(TARGET epan PROPERTY INTERFACE_INCLUDE_DIRECTORIES
  "$<TARGET_PROPERTY:wireshark,INTERFACE_INCLUDE_DIRECTORIES>")

# darkroom_site(TARGET): compiles the console and the documentation site into TARGET, or nothing with
# DARKROOM_CONSOLE=OFF.
#
# tools/site.sh builds them once for all build folders of this tree and remembers of what, so a build in which nothing
# of theirs has changed takes no time. The bytes come in by the assembler's .incbin: no compiler ever reads them.
function(darkroom_site target)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/site")
  if(NOT DARKROOM_CONSOLE)
    file(CONFIGURE OUTPUT "${folder}/no_site.cpp" CONTENT
"#include \"console/assets.h\"

namespace darkroom::console {
std::span<const Asset> built_in_docs() { return {}; }
std::span<const Asset> built_in_console() { return {}; }
}  // namespace darkroom::console
")
    target_sources(${target} PRIVATE "${folder}/no_site.cpp")
    return()
  endif()
  file(GLOB_RECURSE pages CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/docs-site/*" "${CMAKE_SOURCE_DIR}/docs/*.md"
       "${CMAKE_SOURCE_DIR}/console/src/*" "${CMAKE_SOURCE_DIR}/tools/node/*.json")
  file(GLOB console CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/console/*.*")
  add_custom_command(
    OUTPUT "${folder}/site_files.cpp" "${folder}/site.bin"
    COMMAND "${CMAKE_SOURCE_DIR}/tools/site.sh" "${folder}"
    DEPENDS ${pages} ${console} "${CMAKE_SOURCE_DIR}/tools/site.sh" "${CMAKE_SOURCE_DIR}/catalog/SCHEMA.md"
            "${CMAKE_SOURCE_DIR}/src/base/error.cpp"
    COMMENT "Building the console and the documentation site"
    USES_TERMINAL VERBATIM)
  target_sources(${target} PRIVATE "${folder}/site_files.cpp")
  set_source_files_properties("${folder}/site_files.cpp" PROPERTIES OBJECT_DEPENDS "${folder}/site.bin"
                              SKIP_PRECOMPILE_HEADERS ON)
endfunction()

# darkroom_embed(TARGET FOLDER dir PATTERN glob HEADER path NAMESPACE name FUNCTION name)
#
# Compiles the text files of a folder into TARGET. HEADER declares struct EmbeddedFile{path, text} and
#   std::span<const EmbeddedFile> NAMESPACE::FUNCTION();
# this makes its definition. A changed, new or removed file is noticed by the next build.
function(darkroom_embed target)
  cmake_parse_arguments(ARG "" "FOLDER;PATTERN;HEADER;NAMESPACE;FUNCTION" "" ${ARGN})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${ARG_FOLDER}/${ARG_PATTERN}")
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${target}_${ARG_FUNCTION}.cpp")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${output}" "-DFOLDER=${ARG_FOLDER}" "-DFILES=${files}" "-DHEADER=${ARG_HEADER}"
            "-DNAMESPACE=${ARG_NAMESPACE}" "-DFUNCTION=${ARG_FUNCTION}" -P "${CMAKE_SOURCE_DIR}/cmake/embed.cmake"
    DEPENDS ${files} "${CMAKE_SOURCE_DIR}/cmake/embed.cmake"
    COMMENT "Embedding ${ARG_FOLDER}/${ARG_PATTERN}"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()

# The same file, run as a script by the command above, writes the definition.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  set(entries "")
  foreach(file IN LISTS FILES)
    file(READ "${file}" text)
    file(RELATIVE_PATH path "${FOLDER}" "${file}")
    string(APPEND entries "      {\"${path}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  file(WRITE "${OUTPUT}"
"// Made by cmake/embed.cmake.
#include \"${HEADER}\"

namespace ${NAMESPACE} {

std::span<const EmbeddedFile> ${FUNCTION}() {
  static constexpr EmbeddedFile kFiles[] = {
${entries}  };
  return kFiles;
}

}  // namespace ${NAMESPACE}
")
endif()

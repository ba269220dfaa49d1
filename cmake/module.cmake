# darkroom_module(FOLDER [USES folder...] [THIRD_PARTY name...])
#
# A folder below src/ becomes the library darkroom_<folder with / as _>, made of every .cpp in it except the tests;
# every *_test.cpp beside them goes into one executable <library>_test, registered with ctest.
# USES and THIRD_PARTY are the whole truth about what the folder may include: tools/tidy.py reads the same lines.
function(darkroom_module folder)
  cmake_parse_arguments(ARG "" "" "USES;THIRD_PARTY" ${ARGN})
  string(REPLACE "/" "_" name "darkroom_${folder}")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")

  set(links "")
  foreach(used IN LISTS ARG_USES)
    string(REPLACE "/" "_" used_name "darkroom_${used}")
    list(APPEND links ${used_name})
  endforeach()
  foreach(library IN LISTS ARG_THIRD_PARTY)
    list(APPEND links third_party_${library})
  endforeach()

  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${name} PUBLIC ${links})
    if(NOT folder STREQUAL "base")
      target_precompile_headers(${name} REUSE_FROM darkroom_base)
    endif()
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${name} INTERFACE ${links})
  endif()

  if(DARKROOM_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} GTest::gmock_main)
    target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR})
    add_test(NAME ${name} COMMAND ${name}_test)
    # Of a sanitizer build only: what a library keeps for the life of the process is not ours to mend.
    set_tests_properties(${name} PROPERTIES TIMEOUT 300 ENVIRONMENT
                         "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/e2e/lsan.supp:print_suppressions=0")
  endif()
endfunction()

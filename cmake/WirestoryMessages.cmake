# wirestory_embed_messages(TARGET LANGUAGE): po/LANGUAGE.po, compiled by msgfmt, as bytes of the program.
# As a script (cmake -P) it writes the source file of those bytes.

if(CMAKE_SCRIPT_MODE_FILE)
  file(READ "${MO}" bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  file(WRITE "${SOURCE}" "#include <span>\n\nstatic constexpr unsigned char kBytes[] = {\n${bytes}\n};\n"
                         "extern const std::span<const unsigned char> kWirestoryChineseCatalogue;\n"
                         "const std::span<const unsigned char> kWirestoryChineseCatalogue{kBytes};\n")
  return()
endif()

find_program(MSGFMT msgfmt)
if(NOT MSGFMT)
  message(FATAL_ERROR "msgfmt is missing: it compiles the Chinese messages. Install gettext (scripts/dependencies.sh does).")
endif()

function(wirestory_embed_messages target language)
  set(po "${CMAKE_SOURCE_DIR}/po/${language}.po")
  set(mo "${CMAKE_BINARY_DIR}/po/${language}.mo")
  set(source "${CMAKE_BINARY_DIR}/po/${language}.cpp")
  set(script "${CMAKE_SOURCE_DIR}/cmake/WirestoryMessages.cmake")
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/po")
  add_custom_command(
    OUTPUT "${source}"
    COMMAND "${MSGFMT}" --check-format --check-header --endianness=little --no-hash -o "${mo}" "${po}"
    COMMAND "${CMAKE_COMMAND}" "-DMO=${mo}" "-DSOURCE=${source}" -P "${script}"
    DEPENDS "${po}" "${script}"
    COMMENT "Messages of po/${language}.po"
    VERBATIM)
  target_sources(${target} PRIVATE "${source}")
endfunction()

# Everything comes from the distribution (Debian 12, Ubuntu 22.04 and 24.04); scripts/dependencies.sh installs it.

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)

# Wraps what a distribution ships without a CMake target (or with differing ones) as wirestory_NAME.
function(wirestory_wrap name pkg_config_name)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${pkg_config_name})
  add_library(wirestory_${name} INTERFACE)
  target_link_libraries(wirestory_${name} INTERFACE PkgConfig::${name})
endfunction()

wirestory_wrap(yaml_cpp yaml-cpp)
wirestory_wrap(pcap libpcap)
wirestory_wrap(zlib zlib)
wirestory_wrap(zstd libzstd)
wirestory_wrap(pcre2 libpcre2-8)

# Pictures as PNG and PDF; SVG needs none of it.
set(WIRESTORY_HAVE_RSVG OFF)
pkg_check_modules(rsvg IMPORTED_TARGET librsvg-2.0 cairo-pdf)
if(rsvg_FOUND)
  set(WIRESTORY_HAVE_RSVG ON)
else()
  message(STATUS "wirestory export writes no PNG and PDF: that needs librsvg2-dev. SVG and everything else is built.")
endif()

set(WIRESTORY_HAVE_VIEWER OFF)
if(WIRESTORY_VIEWER)
  pkg_check_modules(imgui IMPORTED_TARGET imgui)
  pkg_check_modules(glfw IMPORTED_TARGET glfw3)
  find_package(OpenGL)
  find_package(PNG)
  find_package(Fontconfig)
  if(imgui_FOUND AND glfw_FOUND AND OpenGL_FOUND AND PNG_FOUND AND Fontconfig_FOUND)
    set(WIRESTORY_HAVE_VIEWER ON)
    # ImGui's headers are not ours to warn about.
    add_library(wirestory_imgui INTERFACE)
    target_include_directories(wirestory_imgui SYSTEM INTERFACE /usr/include/imgui /usr/include/imgui/backends)
    target_link_libraries(wirestory_imgui INTERFACE PkgConfig::imgui)
    add_library(wirestory_glfw INTERFACE)
    target_link_libraries(wirestory_glfw INTERFACE PkgConfig::glfw ${CMAKE_DL_LIBS})
  else()
    message(STATUS "The viewer (wirestory view) is left out: it needs libimgui-dev, libglfw3-dev, libgl-dev, "
                   "libpng-dev and libfontconfig-dev. Everything else is built.")
  endif()
endif()

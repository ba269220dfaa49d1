#include "media/libav.h"

#include <dlfcn.h>

#include <string>

#include "base/check.h"

namespace darkroom::media {
namespace {

// One library. What it cannot find is counted in `missing`.
class Library {
 public:
  Library(const char* name, int version)
      : handle_(dlopen(("lib" + std::string(name) + ".so." + std::to_string(version)).c_str(), RTLD_NOW)) {}

  template <class Function>
  void find(const char* name, Function*& function, int& missing) const {
    function = handle_ ? reinterpret_cast<Function*>(dlsym(handle_, name)) : nullptr;
    if (!function) ++missing;
  }

 private:
  void* handle_;
};

#define DARKROOM_FIND(name) library.find(#name, table.name, missing);

Result<Libav> find_libav() {
  Libav table;
  int missing = 0;
  {
    const Library library("avutil", LIBAVUTIL_VERSION_MAJOR);
    DARKROOM_AVUTIL_FUNCTIONS(DARKROOM_FIND)
  }
  {
    const Library library("avcodec", LIBAVCODEC_VERSION_MAJOR);
    DARKROOM_AVCODEC_FUNCTIONS(DARKROOM_FIND)
  }
  {
    const Library library("avformat", LIBAVFORMAT_VERSION_MAJOR);
    DARKROOM_AVFORMAT_FUNCTIONS(DARKROOM_FIND)
  }
  {
    const Library library("swscale", LIBSWSCALE_VERSION_MAJOR);
    DARKROOM_SWSCALE_FUNCTIONS(DARKROOM_FIND)
  }
  if (missing > 0) return fail(Code::internal, "libavformat, libavcodec, libavutil or libswscale is not installed");
  // Foreign films choose what decoders print, so nothing of it reaches our log.
  table.av_log_set_level(AV_LOG_QUIET);
  return table;
}

Result<Libavfilter> find_libavfilter() {
  Libavfilter table;
  int missing = 0;
  const Library library("avfilter", LIBAVFILTER_VERSION_MAJOR);
  DARKROOM_AVFILTER_FUNCTIONS(DARKROOM_FIND)
  if (missing > 0) return fail(Code::internal, "libavfilter is not installed");
  return table;
}

#undef DARKROOM_FIND

const Result<Libav>& loaded_libav() {
  static const Result<Libav> table = find_libav();
  return table;
}

const Result<Libavfilter>& loaded_libavfilter() {
  static const Result<Libavfilter> table = find_libavfilter();
  return table;
}

}  // namespace

Status load_libav() {
  if (!loaded_libav()) return fail(loaded_libav().error());
  return {};
}

const Libav& libav() {
  DR_CHECK(loaded_libav().has_value());
  return *loaded_libav();
}

Status load_libavfilter() {
  if (!loaded_libavfilter()) return fail(loaded_libavfilter().error());
  return {};
}

const Libavfilter& libavfilter() {
  DR_CHECK(loaded_libavfilter().has_value());
  return *loaded_libavfilter();
}

void FreeLibav::operator()(AVIOContext* stream) const {
  libav().av_freep(&stream->buffer);
  libav().avio_context_free(&stream);
}

}  // namespace darkroom::media

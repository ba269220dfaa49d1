#include "media/libav.h"

#include <dlfcn.h>

#include <string>

#include "base/check.h"

namespace darkroom::media {
namespace {

// One library; a missing one, or one without a function that is wanted, shows in `complete`.
class Library {
 public:
  Library(const char* name, int version)
      : handle_(dlopen(("lib" + std::string(name) + ".so." + std::to_string(version)).c_str(), RTLD_NOW)) {}

  template <class Function>
  void find(const char* name, Function*& function, bool& complete) const {
    function = handle_ ? reinterpret_cast<Function*>(dlsym(handle_, name)) : nullptr;
    complete = complete && function != nullptr;
  }

 private:
  void* handle_;
};

Result<Libav> load() {
  Libav table;
  bool complete = true;
#define DARKROOM_FIND(name) library.find(#name, table.name, complete);
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
#undef DARKROOM_FIND
  if (!complete) return fail(Code::internal, "libavformat, libavcodec, libavutil or libswscale is not installed");
  // Foreign films choose what decoders print, so nothing of it reaches our log.
  table.av_log_set_level(AV_LOG_QUIET);
  return table;
}

const Result<Libav>& loaded() {
  static const Result<Libav> table = load();
  return table;
}

}  // namespace

Status load_libav() {
  if (!loaded()) return fail(loaded().error());
  return {};
}

const Libav& libav() {
  DR_CHECK(loaded().has_value());
  return *loaded();
}

void FreeLibav::operator()(AVIOContext* stream) const {
  libav().av_freep(&stream->buffer);
  libav().avio_context_free(&stream);
}

}  // namespace darkroom::media

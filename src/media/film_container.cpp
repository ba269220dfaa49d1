#include "media/film_container.h"

#include <array>
#include <optional>
#include <vector>

#include "media/cursor.h"

namespace darkroom::media {
namespace {

using BoxType = std::uint32_t;

constexpr BoxType type_of(const char (&name)[5]) {
  BoxType type = 0;
  for (int i = 0; i < 4; ++i) type = type << 8 | static_cast<std::uint8_t>(name[i]);
  return type;
}

constexpr BoxType kFileType = type_of("ftyp");
// What old QuickTime files begin with, which have no file type.
constexpr std::array kFirstBoxes{type_of("moov"), type_of("mdat"), type_of("wide"), type_of("free"), type_of("skip")};
constexpr std::array kPictureBrands{type_of("heic"), type_of("heix"), type_of("heim"), type_of("hevc"),
                                    type_of("mif1"), type_of("msf1"), type_of("avif"), type_of("avis")};
constexpr BoxType kQuickTimeBrand = type_of("qt  ");

// An hour in fragments of a tenth of a second has 36,000 of them.
constexpr unsigned kMaxBoxes = 1'000'000;
constexpr std::size_t kMaxTracks = 64;
// No real film comes near; sums below it cannot overflow.
constexpr std::uint64_t kMaxTicks = std::uint64_t{1} << 48;

struct Box {
  BoxType type = 0;
  ByteView body;
};

struct Track {
  std::uint32_t id = 0;
  BoxType handler = 0;
  std::uint32_t ticks_per_second = 0;
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
  bool turned = false;              // by a quarter: what is stored as width is shown as height
  std::uint32_t default_ticks = 0;  // of a fragment's samples
  std::uint64_t samples = 0;
  std::uint64_t ticks = 0;
};

class FilmReader {
 public:
  explicit FilmReader(ByteView file) : file_(file) {}

  std::expected<FilmHeader, Verdict> read();

 private:
  // Calls `visit` with each box in `bytes` until a fault; a box that does not fit is the fault `beyond`.
  template <class Visit>
  void each_box(ByteView bytes, Verdict beyond, const Visit& visit);
  // The next box and what follows it; nothing, and a fault, if there is none.
  std::optional<Box> take_box(ByteView& bytes, Verdict beyond);
  void fail_with(Verdict fault) {
    if (!fault_) fault_ = fault;
  }

  void read_top(const Box& box);
  void read_movie(const Box& box);
  void read_extends(const Box& box);
  void read_track(const Box& box);
  void read_track_header(Cursor cursor, Track& track);
  void read_media(const Box& box, Track& track);
  void read_sample_table(const Box& box, Track& track);
  void read_description(Cursor cursor, Track& track);
  void read_times(ByteView body, Track& track);
  void check_offsets(ByteView body, int offset_bytes);
  void check_sizes(ByteView body);
  void read_fragment(const Box& box);
  void read_run(ByteView body, Track& track, std::uint32_t default_ticks);
  void add_samples(Track& track, std::uint64_t count, std::uint64_t ticks_each);
  Track* find_track(std::uint32_t id);
  std::expected<FilmHeader, Verdict> summary() const;

  ByteView file_;
  unsigned boxes_ = 0;
  FilmFormat format_ = FilmFormat::mov;
  bool has_movie_ = false;
  std::vector<Track> tracks_;
  std::optional<Verdict> fault_;
};

std::optional<Box> FilmReader::take_box(ByteView& bytes, Verdict beyond) {
  Cursor cursor(bytes);
  std::uint64_t length = cursor.big_endian(4);
  const BoxType type = cursor.big_endian(4);
  std::uint64_t head = 8;
  if (length == 1) {
    length = std::uint64_t{cursor.big_endian(4)} << 32;
    length |= cursor.big_endian(4);
    head = 16;
  } else if (length == 0 && beyond == Verdict::cut_off) {
    length = bytes.size();  // the last box of a file may run to its end
  }
  const bool fits = !cursor.short_read() && length <= bytes.size();
  if (!fits || length < head || ++boxes_ > kMaxBoxes) {
    fail_with(fits ? Verdict::damaged : beyond);
    return std::nullopt;
  }
  const Box box{type, bytes.subspan(head, static_cast<std::size_t>(length - head))};
  bytes = bytes.subspan(static_cast<std::size_t>(length));
  return box;
}

template <class Visit>
void FilmReader::each_box(ByteView bytes, Verdict beyond, const Visit& visit) {
  // QuickTime ends some lists with four zero bytes.
  const std::size_t least = beyond == Verdict::cut_off ? 1 : 8;
  while (bytes.size() >= least && !fault_) {
    const auto box = take_box(bytes, beyond);
    if (box) visit(*box);
  }
}

void FilmReader::add_samples(Track& track, std::uint64_t count, std::uint64_t ticks_each) {
  // Both factors have 32 bits, so their product fits.
  track.samples += count;
  track.ticks += count * ticks_each;
  if (track.samples > kMaxTicks || track.ticks > kMaxTicks) {
    fail_with(Verdict::damaged);
    track.samples = track.ticks = 0;
  }
}

Track* FilmReader::find_track(std::uint32_t id) {
  for (Track& track : tracks_) {
    if (track.id == id) return &track;
  }
  return nullptr;
}

void FilmReader::read_top(const Box& box) {
  switch (box.type) {
    case kFileType: {
      const std::uint32_t brand = Cursor(box.body).big_endian(4);
      format_ = brand == kQuickTimeBrand ? FilmFormat::mov : FilmFormat::mp4;
      break;
    }
    case type_of("moov"):
      if (has_movie_) return fail_with(Verdict::damaged);
      has_movie_ = true;
      read_movie(box);
      break;
    case type_of("moof"): read_fragment(box); break;
    default: break;
  }
}

void FilmReader::read_movie(const Box& box) {
  each_box(box.body, Verdict::damaged, [this](const Box& child) {
    if (child.type == type_of("trak")) read_track(child);
  });
  each_box(box.body, Verdict::damaged, [this](const Box& child) {
    if (child.type == type_of("mvex")) read_extends(child);
  });
}

void FilmReader::read_extends(const Box& box) {
  each_box(box.body, Verdict::damaged, [this](const Box& child) {
    if (child.type != type_of("trex")) return;
    Cursor cursor(child.body);
    cursor.skip(4);
    Track* track = find_track(cursor.big_endian(4));
    cursor.skip(4);
    if (track) track->default_ticks = cursor.big_endian(4);
  });
}

void FilmReader::read_track(const Box& box) {
  if (tracks_.size() == kMaxTracks) return fail_with(Verdict::damaged);
  Track track;
  each_box(box.body, Verdict::damaged, [this, &track](const Box& child) {
    if (child.type == type_of("tkhd")) read_track_header(Cursor(child.body), track);
    if (child.type == type_of("mdia")) read_media(child, track);
  });
  tracks_.push_back(track);
}

// 8.3.2: version, two dates, the track's number, its length, layer and volume, a matrix of nine numbers.
void FilmReader::read_track_header(Cursor cursor, Track& track) {
  const int long_bytes = cursor.byte() == 1 ? 8 : 4;
  cursor.skip(3 + 2 * static_cast<std::uint64_t>(long_bytes));
  track.id = cursor.big_endian(4);
  cursor.skip(4 + static_cast<std::uint64_t>(long_bytes) + 16);
  const std::uint32_t a = cursor.big_endian(4);
  cursor.skip(12);
  const std::uint32_t d = cursor.big_endian(4);
  track.turned = a == 0 && d == 0;
  if (cursor.short_read()) fail_with(Verdict::damaged);
}

void FilmReader::read_media(const Box& box, Track& track) {
  each_box(box.body, Verdict::damaged, [this, &track](const Box& child) {
    Cursor cursor(child.body);
    switch (child.type) {
      case type_of("mdhd"): {
        const bool is_long = cursor.byte() == 1;
        cursor.skip(3 + (is_long ? 16 : 8));
        track.ticks_per_second = cursor.big_endian(4);
        break;
      }
      case type_of("hdlr"):
        cursor.skip(8);
        track.handler = cursor.big_endian(4);
        break;
      case type_of("minf"):
        each_box(child.body, Verdict::damaged, [this, &track](const Box& inner) {
          if (inner.type == type_of("stbl")) read_sample_table(inner, track);
        });
        break;
      default: break;
    }
  });
}

void FilmReader::read_sample_table(const Box& box, Track& track) {
  each_box(box.body, Verdict::damaged, [this, &track](const Box& child) {
    switch (child.type) {
      case type_of("stsd"): read_description(Cursor(child.body), track); break;
      case type_of("stts"): read_times(child.body, track); break;
      case type_of("stsz"): check_sizes(child.body); break;
      case type_of("stco"): check_offsets(child.body, 4); break;
      case type_of("co64"): check_offsets(child.body, 8); break;
      default: break;
    }
  });
}

// 8.5.2 and 12.1.3: the first entry; a picture's dimensions stand 24 bytes into what follows its head. Other kinds of
// tracks have something else there, which nobody asks for.
void FilmReader::read_description(Cursor cursor, Track& track) {
  cursor.skip(8 + 8 + 24);
  track.width_pixels = cursor.big_endian(2);
  track.height_pixels = cursor.big_endian(2);
}

// How often each duration follows one another.
void FilmReader::read_times(ByteView body, Track& track) {
  Cursor cursor(body);
  cursor.skip(4);
  const std::uint32_t entries = cursor.big_endian(4);
  for (std::uint32_t i = 0; i < entries && !fault_; ++i) {
    const std::uint32_t count = cursor.big_endian(4);
    const std::uint32_t ticks = cursor.big_endian(4);
    if (cursor.short_read()) return fail_with(Verdict::damaged);
    add_samples(track, count, ticks);
  }
}

// A file that was cut off before its end has samples beyond it.
void FilmReader::check_offsets(ByteView body, int offset_bytes) {
  Cursor cursor(body);
  cursor.skip(4);
  const std::uint32_t entries = cursor.big_endian(4);
  for (std::uint32_t i = 0; i < entries && !fault_; ++i) {
    std::uint64_t offset = cursor.big_endian(4);
    if (offset_bytes == 8) offset = offset << 32 | cursor.big_endian(4);
    if (cursor.short_read()) return fail_with(Verdict::damaged);
    if (offset >= file_.size()) fail_with(Verdict::cut_off);
  }
}

void FilmReader::check_sizes(ByteView body) {
  Cursor cursor(body);
  cursor.skip(4);
  const std::uint64_t common = cursor.big_endian(4);
  const std::uint32_t count = cursor.big_endian(4);
  std::uint64_t total = common * count;
  for (std::uint32_t i = 0; common == 0 && i < count; ++i) {
    total += cursor.big_endian(4);
    if (cursor.short_read()) return fail_with(Verdict::damaged);
  }
  if (total > file_.size()) fail_with(Verdict::cut_off);
}

// 8.8: a film that was written piece by piece has its samples in fragments.
void FilmReader::read_fragment(const Box& box) {
  each_box(box.body, Verdict::damaged, [this](const Box& child) {
    if (child.type != type_of("traf")) return;
    Track* track = nullptr;
    std::uint32_t ticks = 0;
    each_box(child.body, Verdict::damaged, [&](const Box& inner) {
      if (inner.type == type_of("tfhd")) {
        Cursor cursor(inner.body);
        const std::uint32_t flags = cursor.big_endian(4);
        track = find_track(cursor.big_endian(4));
        cursor.skip((flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0));
        ticks = flags & 0x8 ? cursor.big_endian(4) : track ? track->default_ticks : 0;
      } else if (inner.type == type_of("trun") && track) {
        read_run(inner.body, *track, ticks);
      }
    });
  });
}

void FilmReader::read_run(ByteView body, Track& track, std::uint32_t default_ticks) {
  Cursor cursor(body);
  const std::uint32_t flags = cursor.big_endian(4);
  const std::uint32_t count = cursor.big_endian(4);
  cursor.skip((flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0));
  if (!(flags & 0x100)) return add_samples(track, count, default_ticks);
  const unsigned others = (flags & 0x200 ? 4U : 0U) + (flags & 0x400 ? 4U : 0U) + (flags & 0x800 ? 4U : 0U);
  for (std::uint32_t i = 0; i < count && !fault_; ++i) {
    const std::uint32_t ticks = cursor.big_endian(4);
    cursor.skip(others);
    if (cursor.short_read()) return fail_with(Verdict::damaged);
    add_samples(track, 1, ticks);
  }
}

std::expected<FilmHeader, Verdict> FilmReader::summary() const {
  const Track* pictures = nullptr;
  const Track* sound = nullptr;
  for (const Track& track : tracks_) {
    if (track.samples == 0) continue;
    if (track.handler == type_of("vide") && !pictures) pictures = &track;
    if (track.handler == type_of("soun") && !sound) sound = &track;
  }
  const Track* main = pictures ? pictures : sound;
  if (!main || main->ticks_per_second == 0 || main->ticks == 0) return std::unexpected(Verdict::damaged);
  FilmHeader header;
  header.format = format_;
  header.has_pictures = pictures != nullptr;
  header.has_sound = sound != nullptr;
  const std::uint64_t rate = main->ticks_per_second;
  header.duration_milliseconds = main->ticks / rate * 1000 + (main->ticks % rate * 1000 + rate / 2) / rate;
  if (!pictures) return header;
  if (pictures->width_pixels == 0 || pictures->height_pixels == 0) return std::unexpected(Verdict::damaged);
  header.width_pixels = pictures->turned ? pictures->height_pixels : pictures->width_pixels;
  header.height_pixels = pictures->turned ? pictures->width_pixels : pictures->height_pixels;
  header.frame_rate =
      static_cast<double>(pictures->samples) * static_cast<double>(rate) / static_cast<double>(pictures->ticks);
  return header;
}

std::expected<FilmHeader, Verdict> FilmReader::read() {
  each_box(file_, Verdict::cut_off, [this](const Box& box) { read_top(box); });
  if (fault_) return std::unexpected(*fault_);
  return summary();
}

}  // namespace

bool looks_like_film(ByteView bytes) {
  Cursor cursor(bytes);
  cursor.skip(4);
  const BoxType first = cursor.big_endian(4);
  const BoxType brand = cursor.big_endian(4);
  if (cursor.short_read()) return false;
  if (first == kFileType) return std::ranges::find(kPictureBrands, brand) == kPictureBrands.end();
  return std::ranges::find(kFirstBoxes, first) != kFirstBoxes.end();
}

std::expected<FilmHeader, Verdict> read_film_header(ByteView bytes) {
  if (!looks_like_film(bytes)) return std::unexpected(Verdict::not_a_film);
  return FilmReader(bytes).read();
}

}  // namespace darkroom::media

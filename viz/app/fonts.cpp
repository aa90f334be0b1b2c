#include "viz/app/fonts.hpp"

#include <cmath>
#include <cstddef>
#include <map>
#include <memory>
#include <span>

#include <fcntl.h>
#include <fontconfig/fontconfig.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/messages.hpp"
#include "base/unique_fd.hpp"

namespace wirestory::viz {

namespace {

struct FontFile {
    std::string path;
    int index = 0;
};

struct PatternDeleter {
    void operator()(FcPattern* pattern) const { FcPatternDestroy(pattern); }
};
using Pattern = std::unique_ptr<FcPattern, PatternDeleter>;

// The best match for a fontconfig pattern. `needs_chinese`: nothing when the match has no Chinese characters.
FontFile find_font(const char* description, bool needs_chinese) {
    const Pattern wanted(FcNameParse(reinterpret_cast<const FcChar8*>(description)));
    if (!wanted) return {};
    FcConfigSubstitute(nullptr, wanted.get(), FcMatchPattern);
    FcDefaultSubstitute(wanted.get());
    FcResult result = FcResultNoMatch;
    const Pattern match(FcFontMatch(nullptr, wanted.get(), &result));
    if (!match) return {};
    if (needs_chinese) {
        constexpr FcChar32 kZhong = 0x4E2D;
        FcCharSet* characters = nullptr;
        if (FcPatternGetCharSet(match.get(), FC_CHARSET, 0, &characters) != FcResultMatch) return {};
        if (FcCharSetHasChar(characters, kZhong) == FcFalse) return {};
    }
    FcChar8* path = nullptr;
    FontFile file;
    if (FcPatternGetString(match.get(), FC_FILE, 0, &path) != FcResultMatch) return {};
    file.path = reinterpret_cast<const char*>(path);
    if (FcPatternGetInteger(match.get(), FC_INDEX, 0, &file.index) != FcResultMatch) file.index = 0;
    file.index &= 0xFFFF;  // the upper half names an instance of a variable font
    return file;
}

// Font files stay mapped as long as the process: atlases are rebuilt when the size changes, and of the 20 MB of a
// Chinese font few are looked at. Main thread only.
std::span<std::byte> font_bytes(const std::string& path) {
    static std::map<std::string, std::span<std::byte>> files;
    const auto [place, is_new] = files.try_emplace(path);
    if (!is_new) return place->second;
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || status.st_size <= 0) return {};
    const auto size = static_cast<std::size_t>(status.st_size);
    // Writable for ImGui's interface; it writes nothing, and nothing goes into the file.
    void* address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.get(), 0);
    if (address != MAP_FAILED) place->second = {static_cast<std::byte*>(address), size};
    return place->second;
}

ImFont* add_font(ImFontAtlas& atlas, const FontFile& file, float size_px, const ImWchar* ranges, bool merge) {
    if (file.path.empty()) return nullptr;
    const std::span<std::byte> bytes = font_bytes(file.path);
    if (bytes.empty()) return nullptr;
    ImFontConfig config;
    // ImGui scales by line height, and that of Chinese fonts is large: without this they look small beside Latin text.
    constexpr float kChineseSize = 1.22F;
    if (merge) size_px = std::round(size_px * kChineseSize);
    // An atlas up to 1.91 copies what it does not own, which for a Chinese font takes longer than all else; so it owns
    // the bytes until they are added.
    config.FontDataOwnedByAtlas = IMGUI_VERSION_NUM < 19200;
    config.FontNo = file.index;
    config.MergeMode = merge;
    config.OversampleH = 2;
    config.OversampleV = 1;
    config.PixelSnapH = merge;
    ImFont* font = atlas.AddFontFromMemoryTTF(bytes.data(), static_cast<int>(bytes.size()), size_px, &config, ranges);
#if IMGUI_VERSION_NUM < 19200
    atlas.ConfigData.back().FontDataOwnedByAtlas = false;
#endif
    return font;
}

struct Chinese {
    FontFile regular;
    FontFile bold;
};

ImFont* add_family(ImFontAtlas& atlas, const char* description, const FontFile& chinese, float size_px,
                   const ImWchar* ranges) {
    ImFont* font = add_font(atlas, find_font(description, false), size_px, ranges, false);
    if (font == nullptr) {
        ImFontConfig config;
        config.SizePixels = size_px;
        font = atlas.AddFontDefault(&config);
    }
    add_font(atlas, chinese, size_px, ranges, true);
    return font;
}

}  // namespace

std::string characters_in_use(const Recording* recording, Language language, const std::string& further) {
    std::string all = further;
    all += "中文";
    if (language == Language::kChinese) all += messages_in_chinese();
    all += "▲←→↑↓…–—·•×≥≤✓✗▸▾│─“”‘’„§µ°、。，：；（）《》！？";
    if (recording == nullptr) return all;
    const Story& story = recording->story;
    for (const Localized* localized : {&story.title, &story.lesson}) all += localized->in(language);
    for (const TourStop& stop : story.tour) all += stop.say.in(language);
    all += story.yaml;
    for (const Actor& actor : recording->actors) all += actor.name;
    // Calls show their payload escaped, save for texts in UTF-8.
    constexpr std::size_t kEnough = 1U << 20U;
    for (const Call& call : recording->calls) {
        if (all.size() < kEnough) all += call.arguments + call.returned_text;
    }
    return all;
}

Fonts build_fonts(ImFontAtlas& atlas, float size_px, const std::string& characters) {
    static const bool kReady = FcInit() != FcFalse;
    atlas.Clear();
    ImFontGlyphRangesBuilder builder;
    builder.AddRanges(atlas.GetGlyphRangesDefault());
    builder.AddText(characters.c_str(), characters.c_str() + characters.size());
    // ImGui reads the ranges when the atlas is built, so they live as long as this function.
    ImVector<ImWchar> ranges;
    builder.BuildRanges(&ranges);

    Fonts fonts;
    fonts.size_px = size_px;
    Chinese chinese;
    if (kReady) {
        chinese.regular = find_font("sans-serif:lang=zh-cn", true);
        chinese.bold = find_font("sans-serif:bold:lang=zh-cn", true);
        fonts.chinese = !chinese.regular.path.empty();
    }
    fonts.regular = add_family(atlas, "sans-serif", chinese.regular, size_px, ranges.Data);
    fonts.bold = add_family(atlas, "sans-serif:bold", chinese.bold, size_px, ranges.Data);
    fonts.italic = add_family(atlas, "sans-serif:italic", chinese.regular, size_px, ranges.Data);
    fonts.mono = add_family(atlas, "monospace", chinese.regular, size_px * 0.93F, ranges.Data);
    fonts.title = add_family(atlas, "sans-serif:bold", chinese.bold, size_px * 1.35F, ranges.Data);
    atlas.Build();
    return fonts;
}

}  // namespace wirestory::viz

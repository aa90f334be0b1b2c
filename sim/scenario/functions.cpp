#include "sim/scenario/functions.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "sim/scenario/payload_functions.hpp"

namespace wirestory::sim {
namespace {

using Arguments = std::span<const Value>;
using Computed = Result<ValueData>;

const Bytes& bytes_at(Arguments arguments, std::size_t i) { return std::get<Bytes>(arguments[i].data); }
std::string_view text_at(Arguments arguments, std::size_t i) { return as_text(bytes_at(arguments, i)); }
std::int64_t number_at(Arguments arguments, std::size_t i) { return std::get<std::int64_t>(arguments[i].data); }

tl::unexpected<Error> too_long() { return fail(tr("the values of this scenario take more than 64 MiB together")); }

Computed compute_bytes(Arguments arguments) {
    const std::int64_t count = number_at(arguments, 0);
    if (count < 0) return fail(tr("bytes takes a number that is not negative"));
    if (static_cast<std::uint64_t>(count) > kMaxValueBytes) return too_long();
    constexpr std::string_view kPattern = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    Bytes bytes(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(kPattern[i % kPattern.size()]);
    return bytes;
}

Computed compute_len(Arguments arguments) { return static_cast<std::int64_t>(bytes_at(arguments, 0).size()); }
Computed compute_md5(Arguments arguments) { return to_bytes(md5_hex(bytes_at(arguments, 0))); }

Computed compute_hex(Arguments arguments) {
    if (2 * bytes_at(arguments, 0).size() > kMaxValueBytes) return too_long();
    return to_bytes(hex_text(bytes_at(arguments, 0)));
}

Computed compute_pack(Arguments arguments) {
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 1; i < arguments.size(); ++i) numbers.push_back(number_at(arguments, i));
    auto packed = pack(text_at(arguments, 0), numbers);
    if (!packed) return tl::unexpected(packed.error());
    return std::move(*packed);
}

Computed compute_unpack(Arguments arguments) {
    const auto numbers = unpack(text_at(arguments, 0), bytes_at(arguments, 1));
    if (!numbers) return tl::unexpected(numbers.error());
    const std::int64_t wanted = arguments.size() > 2 ? number_at(arguments, 2) : 1;
    if (arguments.size() == 2 && numbers->size() > 1)
        return fail(tr_format("unpack gives {} numbers: say which", numbers->size()));
    if (wanted < 1 || wanted > static_cast<std::int64_t>(numbers->size()))
        return fail(numbers->size() == 1
                        ? tr_format("unpack gives {} number, so there is no number {}", numbers->size(), wanted)
                        : tr_format("unpack gives {} numbers, so there is no number {}", numbers->size(), wanted));
    return (*numbers)[static_cast<std::size_t>(wanted - 1)];
}

Computed compute_number(Arguments arguments) {
    const std::string_view text = text_at(arguments, 0);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return fail(tr_format("{} is no whole number", quote_bytes(as_bytes(text))));
    return number;
}

Computed compute_text(Arguments arguments) { return to_bytes(fmt::format("{}", number_at(arguments, 0))); }

// Positions count from 0, as in Python's slices; what lies behind the end is left out.
Computed compute_part(Arguments arguments) {
    const Bytes& bytes = bytes_at(arguments, 0);
    const std::int64_t begin = number_at(arguments, 1);
    const std::int64_t count = arguments.size() > 2 ? number_at(arguments, 2) : static_cast<std::int64_t>(bytes.size());
    if (begin < 0 || count < 0) return fail(tr("part takes numbers that are not negative"));
    const auto from = std::min(static_cast<std::size_t>(begin), bytes.size());
    const auto length = std::min(static_cast<std::size_t>(count), bytes.size() - from);
    const ByteView view = ByteView(bytes).subspan(from, length);
    return Bytes(view.begin(), view.end());
}

Computed compute_replace(Arguments arguments) {
    const std::string_view text = text_at(arguments, 0);
    const std::string_view from = text_at(arguments, 1);
    const std::string_view to = text_at(arguments, 2);
    if (from.empty()) return fail(tr("replace looks for a string that is not empty"));
    std::string replaced;
    for (std::size_t at = 0;;) {
        const std::size_t found = text.find(from, at);
        replaced += text.substr(at, found - at);
        if (found == std::string_view::npos) break;
        if (replaced.size() + to.size() > kMaxValueBytes) return too_long();
        replaced += to;
        at = found + from.size();
    }
    return to_bytes(replaced);
}

// Member `key` of a JSON object: a text as it is, a number, true or false as JSON writes it. Not lists and objects:
// what writes those out recurses as deep as they nest.
Computed compute_json(Arguments arguments) {
    const auto object = nlohmann::json::parse(text_at(arguments, 0), nullptr, false);
    if (!object.is_object()) return fail(tr_format("{} is no JSON object", quote_bytes(bytes_at(arguments, 0))));
    const auto member = object.find(std::string{text_at(arguments, 1)});
    if (member == object.end())
        return fail(tr_format("the JSON object has no {}", quote_bytes(bytes_at(arguments, 1))));
    if (member->is_string()) return to_bytes(member->get<std::string>());
    if (!member->is_primitive())
        return fail(tr_format("{} is no text and no number", quote_bytes(bytes_at(arguments, 1))));
    return to_bytes(member->dump());
}

Computed join(Arguments arguments) {
    Bytes joined = bytes_at(arguments, 0);
    const Bytes& more = bytes_at(arguments, 1);
    if (joined.size() + more.size() > kMaxValueBytes) return too_long();
    joined.insert(joined.end(), more.begin(), more.end());
    return joined;
}

Computed add(Arguments arguments) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(number_at(arguments, 0), number_at(arguments, 1), &sum))
        return fail(tr("the sum does not fit into 64 bits"));
    return sum;
}

Computed subtract(Arguments arguments) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(number_at(arguments, 0), number_at(arguments, 1), &difference))
        return fail(tr("the difference does not fit into 64 bits"));
    return difference;
}

constexpr auto kBytes = ValueType::kBytes;
constexpr auto kNumber = ValueType::kNumber;

const std::vector<Function>& functions() {
    static const std::vector<Function> table{
        {"bytes", {kNumber}, 1, false, kBytes, "bytes(1000) or bytes(64KiB)", compute_bytes},
        {"len", {kBytes}, 1, false, kNumber, "len(\"hello\")", compute_len},
        {"md5", {kBytes}, 1, false, kBytes, "md5(\"hello\")", compute_md5},
        {"hex", {kBytes}, 1, false, kBytes, "hex(\"hello\")", compute_hex},
        {"pack", {kBytes, kNumber}, 1, true, kBytes, "pack(\"<i\", 5)", compute_pack},
        {"unpack", {kBytes, kBytes, kNumber}, 2, false, kNumber, "unpack(\"<i\", $header)", compute_unpack},
        {"number", {kBytes}, 1, false, kNumber, "number(\"42\")", compute_number},
        {"text", {kNumber}, 1, false, kBytes, "text(42)", compute_text},
        {"part", {kBytes, kNumber, kNumber}, 2, false, kBytes, "part($line, 0, 4)", compute_part},
        {"replace", {kBytes, kBytes, kBytes}, 3, false, kBytes, "replace($line, \"a\", \"b\")", compute_replace},
        {"json", {kBytes, kBytes}, 2, false, kBytes, "json($header, \"size\")", compute_json},
        {"file", {kBytes}, 1, false, kBytes, "file(\"files/cat.png\")", nullptr},
    };
    return table;
}

}  // namespace

const Function* function_named(std::string_view name) {
    const auto& table = functions();
    const auto found = std::find_if(table.begin(), table.end(), [&](const Function& f) { return f.name == name; });
    return found != table.end() ? &*found : nullptr;
}

std::vector<std::string_view> function_names() {
    std::vector<std::string_view> names;
    for (const Function& function : functions()) names.push_back(function.name);
    return names;
}

const Function* operator_for(std::string_view symbol, ValueType left, ValueType right) {
    static const Function join_strings{"+", {kBytes, kBytes}, 2, false, kBytes, "", join};
    static const Function add_numbers{"+", {kNumber, kNumber}, 2, false, kNumber, "", add};
    static const Function subtract_numbers{"-", {kNumber, kNumber}, 2, false, kNumber, "", subtract};
    if (left != right) return nullptr;
    if (left == kNumber) return symbol == "+" ? &add_numbers : &subtract_numbers;
    return left == kBytes && symbol == "+" ? &join_strings : nullptr;
}

}  // namespace wirestory::sim

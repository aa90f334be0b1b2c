#include "analysis/fate_words.hpp"

#include <array>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace wirestory::analysis {
namespace {

constexpr std::array<const char*, kDropCauses> kCauses{tr_later("delivered"),
                                                       tr_later("dropped by rule"),
                                                       tr_later("random loss"),
                                                       tr_later("queue full"),
                                                       tr_later("link down"),
                                                       tr_later("longer than the mtu"),
                                                       tr_later("relay overloaded"),
                                                       tr_later("refused by the kernel"),
                                                       tr_later("still on its way at the end")};

class FateTeller {
public:
    FateTeller(const Recording& recording, std::size_t receivers, Language language)
        : recording_(recording), many_(receivers > 1), language_(language) {}

    void tell(const WireFate& fate) {
        if (fate.cause != DropCause::kNone) {
            return line(tr_format_in(language_, "lost on the wire: {}", cause_of(fate)), fate);
        }
        if (fate.copy != 0) return;
        if (fate.copies > 1)
            line(tr_format_in(language_, "the wire made {} copies of it", fate.copies) + rule_of(fate), fate);
        if (fate.reordered)
            line(tr_in(language_, "held back by the wire, so that others overtake it") + rule_of(fate), fate);
        if (fate.corrupted)
            line(tr_in(language_, "a bit was changed on the wire: the receiver's checksum refuses it") + rule_of(fate),
                 fate);
        if (fate.marked_ce) line(tr_in(language_, "marked CE: the queue was longer than its threshold"), fate);
        if (fate.queue_packets > 0) {
            const std::string waited = format_duration(fate.sent_ns - fate.entered_ns);
            line(tr_format_in(language_, "waited {} in the wire's queue behind {} packets", waited, fate.queue_packets),
                 fate);
        }
    }
    std::string take() { return std::move(text_); }

private:
    void line(std::string text, const WireFate& fate) {
        if (many_ && fate.to < recording_.actors.size())
            text += tr_format_in(language_, " (to {})", recording_.actors[fate.to].name);
        if (!text_.empty()) text_ += '\n';
        text_ += text;
    }
    [[nodiscard]] std::string rule_text(const WireFate& fate) const {
        const auto rule = static_cast<std::size_t>(fate.rule);
        if (fate.rule < 0 || rule >= recording_.wire_rules.size()) return {};
        return tr_format_in(language_, "rule {} ({})", rule + 1, recording_.wire_rules[rule]);
    }
    [[nodiscard]] std::string rule_of(const WireFate& fate) const {
        const std::string rule = rule_text(fate);
        return rule.empty() ? rule : ": " + rule;
    }
    [[nodiscard]] std::string cause_of(const WireFate& fate) const {
        if (fate.cause == DropCause::kRule) {
            if (std::string rule = rule_text(fate); !rule.empty()) return rule;
        }
        if (fate.cause == DropCause::kQueueFull) {
            return tr_format_in(language_, "the queue was full ({} packets, {} before it)", fate.queue_packets,
                                format_bytes(fate.queue_bytes));
        }
        return std::string(drop_cause_words(fate.cause, language_));
    }

    const Recording& recording_;
    bool many_;
    Language language_;
    std::string text_;
};

}  // namespace

std::string_view drop_cause_words(DropCause cause, Language language) {
    const auto index = static_cast<std::size_t>(cause);
    return index < kCauses.size() ? tr_in(language, kCauses[index]) : "?";
}

std::string describe_fate(const Recording& recording, const Sightings& sightings, std::uint32_t packet,
                          Language language) {
    const auto fates = sightings.fates(packet);
    std::size_t receivers = 0;
    ActorId last = kNoActor;
    for (const std::uint32_t fate : fates) {
        if (recording.fates[fate].to != last) ++receivers;
        last = recording.fates[fate].to;
    }
    FateTeller teller(recording, receivers, language);
    for (const std::uint32_t fate : fates) teller.tell(recording.fates[fate]);
    return teller.take();
}

}  // namespace wirestory::analysis

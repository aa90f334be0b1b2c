#include "viz/app/document_loader.hpp"

#include <utility>

namespace wirestory::viz {

namespace {

// Shares of the whole, roughly as the time goes.
constexpr double kReadShare = 0.2;
constexpr double kIndexedShare = 0.65;

double part(std::uint64_t done, std::uint64_t of) {
    return of == 0 ? 0 : static_cast<double>(done) / static_cast<double>(of);
}

}  // namespace

class DocumentLoader::Steps final : public OpeningSteps {
public:
    Steps(Desk& desk, WorkMeter& meter, AxisMode axis, bool wants_first)
        : desk_(desk), meter_(meter), axis_(axis), wants_first_(wants_first) {}

    [[nodiscard]] bool wants_first() const override { return wants_first_; }
    void hand_over_first(Document document) override {
        PreparedDocument prepared = prepare(std::move(document), axis_);
        const std::lock_guard lock(desk_.mutex);
        desk_.first = std::move(prepared);
    }
    bool reading(std::uint64_t packets, std::uint64_t bytes, std::uint64_t of_bytes) override {
        desk_.packets.store(packets, std::memory_order_relaxed);
        return meter_.at(kReadShare * part(bytes, of_bytes));
    }
    bool indexing(std::uint64_t packets, std::uint64_t of_packets) override {
        desk_.packets.store(packets, std::memory_order_relaxed);
        return meter_.at(kReadShare + (kIndexedShare - kReadShare) * part(packets, of_packets));
    }

private:
    Desk& desk_;
    WorkMeter& meter_;
    AxisMode axis_;
    bool wants_first_;
};

void DocumentLoader::start(const OpenDocument& open, const std::string& path, AxisMode axis, bool wants_first) {
    desk_ = std::make_shared<Desk>();
    work_.start([desk = desk_, open, path, axis, wants_first](WorkMeter& meter) -> Result<PreparedDocument> {
        Steps steps(*desk, meter, axis, wants_first);
        Result<Document> opened = open(path, steps);
        if (!opened) return tl::unexpected<Error>(std::move(opened.error()));
        double share = kIndexedShare;
        return prepare(std::move(*opened), axis, [&] { return meter.at(share += 0.06); });
    });
}

void DocumentLoader::cancel() {
    work_.cancel();
    desk_.reset();
}

LoadProgress DocumentLoader::progress() const {
    if (!work_.running() || !desk_) return {};
    return {desk_->packets.load(std::memory_order_relaxed), work_.share()};
}

std::optional<PreparedDocument> DocumentLoader::take_first() {
    if (!desk_) return std::nullopt;
    const std::lock_guard lock(desk_->mutex);
    return std::exchange(desk_->first, std::nullopt);
}

std::optional<Result<PreparedDocument>> DocumentLoader::take_whole() { return work_.take(); }

}  // namespace wirestory::viz

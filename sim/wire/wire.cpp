#include "sim/wire/wire.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <sched.h>

#include "sim/wire/packet_port.hpp"
#include "sim/wire/relay.hpp"
#include "sim/wire/sent_frames.hpp"
#include "sim/wire/topology.hpp"

namespace wirestory::sim {

class Wire::Impl {
public:
    Result<TimeNs> apply(std::function<void(Impairment&)> change) {
        (void)catch_up(kSecondNs);
        return relay->apply(std::move(change));
    }
    bool catch_up(DurationNs timeout);

    Topology topology;
    std::vector<WireHost> hosts;
    std::unique_ptr<Relay> relay;

    std::mutex sent_mutex;
    std::optional<SentFrames> sent;  // none where the kernel does not tell
    std::vector<std::uint64_t> to_await;
};

bool Wire::Impl::catch_up(DurationNs timeout) {
    constexpr DurationNs kLookAgainNs = 20 * kMicrosecondNs;
    const TimeNs deadline_ns = monotonic_now_ns() + timeout;
    const std::lock_guard lock(sent_mutex);
    if (!sent || !sent->read(to_await)) sent.reset();
    if (!sent) return false;
    for (std::size_t host = 0; host < to_await.size(); ++host) {
        while (relay->frames_of(static_cast<HostId>(host)) < to_await[host]) {
            if (monotonic_now_ns() >= deadline_ns) {
                sent.reset();  // whoever waits at each step should not wait in vain again
                return false;
            }
            std::this_thread::sleep_for(std::chrono::nanoseconds(kLookAgainNs));
        }
    }
    return true;
}

namespace {

Status open_ports(const Topology& topology, std::uint32_t mtu_bytes, std::size_t ring_bytes,
                  std::vector<PacketPort>& ports) {
    return run_in_namespace(topology.middle_namespace.get(), [&]() -> Status {
        for (const HostPlace& host : topology.hosts) {
            auto port = PacketPort::open(host.middle_device, host.middle_index, mtu_bytes, ring_bytes);
            if (!port) return tl::unexpected(port.error());
            ports.push_back(std::move(*port));
        }
        return {};
    });
}

}  // namespace

Result<Wire> Wire::open(const WireSpec& spec, const WireOptions& options) {
    if (Status status = check(spec); !status) return tl::unexpected(status.error());
    auto impl = std::make_unique<Impl>();
    auto topology = build_topology({spec.hosts, spec.mtu_bytes, spec.sysctls});
    if (!topology) return tl::unexpected(topology.error());
    impl->topology = std::move(*topology);
    std::vector<PacketPort> ports;
    const std::size_t share = kMaxRingBytes / spec.hosts.size();
    if (Status status = open_ports(impl->topology, spec.mtu_bytes, std::min(options.ring_bytes, share), ports); !status)
        return tl::unexpected(status.error());
    std::vector<MacAddress> macs;
    for (const HostPlace& host : impl->topology.hosts) {
        macs.push_back(host.mac);
        impl->hosts.push_back({host.name, host.network_namespace.get(), host.address, host.mac, kHostDevice});
    }
    auto relay = Relay::start(spec, options, std::move(ports), std::move(macs));
    if (!relay) return tl::unexpected(relay.error());
    impl->relay = std::move(*relay);
    if (auto sent = SentFrames::open(impl->topology)) impl->sent = std::move(*sent);
    return Wire(std::move(impl));
}

Wire::Wire(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Wire::Wire(Wire&&) noexcept = default;
Wire& Wire::operator=(Wire&&) noexcept = default;
Wire::~Wire() = default;

const std::vector<WireHost>& Wire::hosts() const { return impl_->hosts; }
const std::vector<RunFact>& Wire::facts() const { return impl_->topology.facts; }

Status Wire::enter_host(HostId host) const {
    if (host >= impl_->hosts.size()) return fail(fmt::format("wire: there is no host number {}", host));
    if (::setns(impl_->hosts[host].network_namespace, CLONE_NEWNET) != 0)
        return fail_errno(fmt::format("wire: join the network namespace of {}", impl_->hosts[host].name), errno);
    return {};
}

namespace {

Status check_path(const std::vector<WireHost>& hosts, HostId from, HostId to) {
    if (from < hosts.size() && to < hosts.size() && from != to) return {};
    return fail(fmt::format("wire: there is no path from host {} to host {}", from, to));
}

}  // namespace

Result<TimeNs> Wire::cut(HostId from, HostId to) {
    if (Status status = check_path(impl_->hosts, from, to); !status) return tl::unexpected(status.error());
    return impl_->apply([from, to](Impairment& model) { model.set_cut(from, to, true); });
}

Result<TimeNs> Wire::restore(HostId from, HostId to) {
    if (Status status = check_path(impl_->hosts, from, to); !status) return tl::unexpected(status.error());
    return impl_->apply([from, to](Impairment& model) { model.set_cut(from, to, false); });
}

Result<TimeNs> Wire::cut() {
    return impl_->apply([](Impairment& model) { model.set_cut_everywhere(true); });
}

Result<TimeNs> Wire::restore() {
    return impl_->apply([](Impairment& model) { model.set_cut_everywhere(false); });
}

Result<TimeNs> Wire::set_path(HostId from, HostId to, const PathSpec& path) {
    if (Status status = check_path(impl_->hosts, from, to); !status) return tl::unexpected(status.error());
    if (Status status = check(path); !status) return tl::unexpected(status.error());
    return impl_->apply([from, to, path](Impairment& model) { model.set_path(from, to, path); });
}

Result<TimeNs> Wire::set_port(HostId to, const PortSpec& port) {
    if (to >= impl_->hosts.size()) return fail(fmt::format("wire: there is no host number {}", to));
    if (Status status = check(port); !status) return tl::unexpected(status.error());
    return impl_->apply([to, port](Impairment& model) { model.set_port(to, port); });
}

Result<TimeNs> Wire::change(const WireSpec& spec) {
    WireSpec whole = spec;
    for (const WireHost& host : impl_->hosts) whole.hosts.push_back(host.name);
    if (Status status = check(whole); !status) return tl::unexpected(status.error());
    return impl_->apply([&whole](Impairment& model) { model.change(whole); });
}

void Wire::take_fates(std::vector<FateEntry>& fates) { impl_->relay->take_fates(fates); }
WireStatistics Wire::statistics() const { return impl_->relay->statistics(); }
bool Wire::catch_up(DurationNs timeout) { return impl_->catch_up(timeout); }

bool Wire::drain(DurationNs timeout) {
    (void)impl_->catch_up(std::min(timeout, kSecondNs));
    return impl_->relay->drain(timeout);
}

void Wire::close() { impl_->relay->stop(); }

}  // namespace wirestory::sim

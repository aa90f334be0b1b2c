// Kernel settings that change what a recording shows. Values are Linux's own defaults unless the reason says otherwise
// (Documentation/networking/ip-sysctl.rst): distributions and administrators change them.
#include "sim/sandbox/private_namespace.hpp"

namespace wirestory::sim {

const std::vector<PinnedSysctl>& pinned_sysctls() {
    static const std::vector<PinnedSysctl> pinned{
        // The options in each SYN.
        {"net.ipv4.tcp_timestamps", "1"},
        {"net.ipv4.tcp_sack", "1"},
        {"net.ipv4.tcp_dsack", "1"},
        {"net.ipv4.tcp_window_scaling", "1"},
        {"net.ipv4.tcp_ecn", "0"},  // 2 by default: then a peer that asks changes the flags of the handshake
        {"net.ipv4.tcp_fastopen", "1"},
        // No memory between connections: a second run must not start with the first one's round-trip time.
        {"net.ipv4.tcp_no_metrics_save", "1"},
        {"net.ipv4.tcp_slow_start_after_idle", "1"},
        // 2 by default, which makes an exception for loopback and so hides what TIME_WAIT is for.
        {"net.ipv4.tcp_tw_reuse", "0"},
        {"net.ipv4.tcp_fin_timeout", "60"},
        // 1 by default: small writes are glued when a packet still sits in a device queue, a matter of luck that would
        // be taken for Nagle.
        {"net.ipv4.tcp_autocorking", "0"},
        // Buffers and windows: one machine's memory must not show in another's picture (defaults grow with RAM).
        {"net.ipv4.tcp_rmem", "4096 131072 6291456"},
        {"net.ipv4.tcp_wmem", "4096 16384 4194304"},
        {"net.ipv4.tcp_moderate_rcvbuf", "1"},
        {"net.ipv4.tcp_adv_win_scale", "1"},
        {"net.ipv4.tcp_app_win", "31"},
        {"net.ipv4.tcp_notsent_lowat", "4294967295"},
        {"net.ipv4.udp_rmem_min", "4096"},
        // Retransmission and its timers.
        {"net.ipv4.tcp_syn_retries", "6"},
        {"net.ipv4.tcp_syn_linear_timeouts", "4"},
        {"net.ipv4.tcp_synack_retries", "5"},
        {"net.ipv4.tcp_retries1", "3"},
        {"net.ipv4.tcp_retries2", "15"},
        {"net.ipv4.tcp_early_retrans", "3"},
        {"net.ipv4.tcp_recovery", "1"},
        {"net.ipv4.tcp_frto", "2"},
        {"net.ipv4.tcp_reordering", "3"},
        {"net.ipv4.tcp_mtu_probing", "0"},
        {"net.ipv4.tcp_keepalive_time", "7200"},
        {"net.ipv4.tcp_keepalive_intvl", "75"},
        {"net.ipv4.tcp_keepalive_probes", "9"},
        // Delayed ACKs: after how many answers a connection counts as a dialogue.
        {"net.ipv4.tcp_pingpong_thresh", "1"},
        // Listeners.
        {"net.ipv4.tcp_abort_on_overflow", "0"},
        {"net.ipv4.tcp_syncookies", "1"},
        {"net.core.somaxconn", "4096"},
        // Every refusal is told: no ICMP message is left out because there were others just before.
        {"net.ipv4.icmp_ratelimit", "0"},
        {"net.ipv4.icmp_msgs_per_sec", "100000"},
        {"net.ipv4.icmp_msgs_burst", "10000"},
        // Who joins or leaves a group says so once: the repetitions come at random moments (RFC 3376 8.1, 8.11).
        {"net.ipv4.igmp_qrv", "1"},
        // Chosen ports look like those of any Linux, and never fall on a port that a story names.
        {"net.ipv4.ip_local_port_range", "32768 60999"},
        {"net.ipv4.ip_no_pmtu_disc", "0"},
        {"net.ipv4.ip_default_ttl", "64"},
    };
    return pinned;
}

}  // namespace wirestory::sim

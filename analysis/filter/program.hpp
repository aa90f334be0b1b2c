// A compiled filter: a tree of tests in one vector, with literals parsed to the type of their field. Plain data that
// the parser makes and evaluate() walks; it knows no text and no recording.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "analysis/filter/field.hpp"
#include "analysis/filter/pattern.hpp"

namespace wirestory::analysis::filter {

enum class Relation : std::uint8_t {
    kExists,
    kIsSet,  // any value is not 0
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kContains,
    kMatches,
};

// What a field is compared with, or one member of a set: a value, or all from it to `high`.
struct Literal {
    std::int64_t number = 0;
    std::int64_t number_high = 0;
    IpAddress address;
    IpAddress address_high;
    Bytes bytes;
    Bytes bytes_high;
    bool is_range = false;  // of bytes; numbers and addresses always compare as ranges
};

// Part of a field's bytes: [begin, begin + length) or to the end; a negative begin counts from the end.
struct Slice {
    std::int64_t begin = 0;
    std::optional<std::int64_t> length;
};

// A field of a packet, or a part of it.
struct Operand {
    const Field* field = nullptr;
    std::optional<Slice> slice;
    std::optional<std::int64_t> mask;  // bits kept: `tcp.flags & 0x12`
};

struct Test {
    Operand left;
    Relation relation = Relation::kExists;
    bool every = false;             // every value of the field must pass, and there must be one; else any will do
    std::vector<Literal> literals;  // any of them
    Operand right;                  // a field in their place
    std::shared_ptr<const Pattern> pattern;
};

enum class NodeKind : std::uint8_t { kTest, kAnd, kOr, kXor, kNot };

struct Node {
    NodeKind kind = NodeKind::kTest;
    std::vector<std::uint32_t> children;  // indices into Program::nodes; of a kTest the index into tests
};

struct Program {
    std::vector<Node> nodes;
    std::vector<Test> tests;
    std::uint32_t root = 0;
};

bool evaluate(const Program& program, Facts& facts);

}  // namespace wirestory::analysis::filter

#include <algorithm>
#include <compare>
#include <cstring>

#include "analysis/filter/facts.hpp"
#include "analysis/filter/program.hpp"

namespace wirestory::analysis::filter {

namespace {

std::strong_ordering order_bytes(ByteView a, ByteView b) {
    const std::size_t common = std::min(a.size(), b.size());
    const int difference = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
    if (difference != 0) return difference < 0 ? std::strong_ordering::less : std::strong_ordering::greater;
    return a.size() <=> b.size();
}

bool holds(Relation relation, std::strong_ordering order) {
    switch (relation) {
        case Relation::kEqual: return order == 0;
        case Relation::kNotEqual: return order != 0;
        case Relation::kLess: return order < 0;
        case Relation::kLessEqual: return order <= 0;
        case Relation::kGreater: return order > 0;
        case Relation::kGreaterEqual: return order >= 0;
        default: return false;
    }
}

bool contains(ByteView where, ByteView what) {
    return what.empty() || as_text(where).find(as_text(what)) != std::string_view::npos;
}

// The part of a value that the operand names; false when the value is too short to have it.
bool take_part(const Operand& operand, Value& value) {
    if (operand.mask) value.number &= *operand.mask;
    if (!operand.slice) return true;
    const auto size = static_cast<std::int64_t>(value.bytes.size());
    const std::int64_t begin = operand.slice->begin < 0 ? size + operand.slice->begin : operand.slice->begin;
    if (begin < 0 || begin >= size) return false;
    const std::int64_t length = operand.slice->length.value_or(size - begin);
    if (length > size - begin) return false;
    value.bytes = value.bytes.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(length));
    return true;
}

// Where a value stands relative to a literal's range: below, in it, above.
std::strong_ordering place(const Field& field, const Value& value, const Literal& literal) {
    const auto within = [](auto below, auto above) {
        return below < 0   ? std::strong_ordering::less
               : above > 0 ? std::strong_ordering::greater
                           : std::strong_ordering::equal;
    };
    if (is_number(field.type)) return within(value.number <=> literal.number, value.number <=> literal.number_high);
    if (is_address(field.type)) {
        return within(*value.address <=> literal.address, *value.address <=> literal.address_high);
    }
    const ByteView low(literal.bytes);
    return within(order_bytes(value.bytes, low),
                  order_bytes(value.bytes, literal.is_range ? ByteView(literal.bytes_high) : low));
}

bool passes(const Test& test, const Value& value, const Literal& literal) {
    if (test.relation == Relation::kContains) return contains(value.bytes, literal.bytes);
    return holds(test.relation, place(*test.left.field, value, literal));
}

std::strong_ordering order(FieldType type, const Value& a, const Value& b) {
    if (is_number(type)) return a.number <=> b.number;
    if (is_address(type)) return *a.address <=> *b.address;
    return order_bytes(a.bytes, b.bytes);
}

// One value of the left field against the values of the right one.
class RightSide final : public ValueSink {
public:
    RightSide(const Test& test, const Value& left) : test_(test), left_(left) {}
    void take(const Value& value) override {
        Value part = value;
        if (!take_part(test_.right, part)) return;
        const bool passed = test_.relation == Relation::kContains
                                ? contains(left_.bytes, part.bytes)
                                : holds(test_.relation, order(test_.left.field->type, left_, part));
        seen = true;
        any = any || passed;
        all = all && passed;
    }
    bool seen = false;
    bool any = false;
    bool all = true;

private:
    const Test& test_;
    const Value& left_;
};

class LeftSide final : public ValueSink {
public:
    LeftSide(const Test& test, Facts& facts) : test_(test), facts_(facts) {}
    void take(const Value& value) override {
        Value part = value;
        if (!take_part(test_.left, part)) return;
        const bool passed = compare(part);
        seen_ = true;
        any_ = any_ || passed;
        all_ = all_ && passed;
    }
    [[nodiscard]] bool result() const { return test_.every ? seen_ && all_ : any_; }

private:
    [[nodiscard]] bool compare(const Value& value) {
        if (test_.relation == Relation::kExists) return true;
        if (test_.relation == Relation::kIsSet) return value.number != 0;
        if (test_.pattern) return test_.pattern->matches(value.bytes);
        if (test_.right.field != nullptr) {
            RightSide right(test_, value);
            test_.right.field->values(facts_, right);
            return test_.every ? right.seen && right.all : right.any;
        }
        return std::any_of(test_.literals.begin(), test_.literals.end(),
                           [&](const Literal& literal) { return passes(test_, value, literal); });
    }

    const Test& test_;
    Facts& facts_;
    bool seen_ = false;
    bool any_ = false;
    bool all_ = true;
};

bool evaluate_node(const Program& program, std::uint32_t index, Facts& facts) {
    const Node& node = program.nodes[index];
    const auto holds_here = [&](std::uint32_t child) { return evaluate_node(program, child, facts); };
    switch (node.kind) {
        case NodeKind::kAnd: return std::all_of(node.children.begin(), node.children.end(), holds_here);
        case NodeKind::kOr: return std::any_of(node.children.begin(), node.children.end(), holds_here);
        case NodeKind::kXor: return std::count_if(node.children.begin(), node.children.end(), holds_here) % 2 == 1;
        case NodeKind::kNot: return !holds_here(node.children.front());
        case NodeKind::kTest: break;
    }
    const Test& test = program.tests[node.children.front()];
    LeftSide left(test, facts);
    test.left.field->values(facts, left);
    return left.result();
}

}  // namespace

bool evaluate(const Program& program, Facts& facts) { return evaluate_node(program, program.root, facts); }

}  // namespace wirestory::analysis::filter

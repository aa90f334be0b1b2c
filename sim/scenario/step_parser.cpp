#include "sim/scenario/step_parser.hpp"

#include <fmt/format.h>

#include "base/messages.hpp"
#include "sim/scenario/value_parser.hpp"

namespace wirestory::sim {
namespace {

Word word_of(const Token& token) { return {token.text, token.span}; }

std::string found(const Token& token) {
    return token.kind == TokenKind::kEnd ? std::string{tr("the end of the step")} : quoted(token.text);
}

bool parse_head(TokenCursor& cursor, ParseContext& context, CallSyntax& call) {
    if (cursor.peek().is_word() && cursor.peek(1).is("=")) {
        call.assigned = word_of(cursor.take());
        cursor.take();
    }
    if (!cursor.peek().is_word()) {
        const Token& token = cursor.peek();
        context.error(token.span, tr_format("expected a call, found {}", found(token)),
                      tr("for example send(\"hello\") = 5"));
        return false;
    }
    call.call = word_of(cursor.take());
    if (cursor.take_if(".")) {
        call.socket = call.call;
        if (!cursor.peek().is_word()) {
            context.error(cursor.peek().span, tr_format("expected a call behind `.`, found {}", found(cursor.peek())),
                          tr_format("for example {}.recv(1024)", call.socket->text.substr(0, 40)));
            return false;
        }
        call.call = word_of(cursor.take());
    }
    if (cursor.peek().is(".")) {
        context.error(cursor.peek().span, tr("too many dots"),
                      tr("a call is written `recv(1024)` or `conn.recv(1024)`; the actor stands before the colon"));
        return false;
    }
    return true;
}

bool parse_capture(TokenCursor& cursor, ParseContext& context, CallSyntax& call) {
    if (!cursor.peek().is("->") && !cursor.peek().is("->>")) return true;
    const Token& arrow = cursor.take();
    CaptureSyntax capture{arrow.is("->>"), {}, arrow.span};
    do {
        const Token& name = cursor.peek();
        if (name.kind != TokenKind::kVariable) {
            context.error(name.span, tr_format("expected a variable behind `{}`, found {}", arrow.text, found(name)),
                          tr("for example recv(1024) -> $line"));
            return false;
        }
        capture.names.push_back({name.text.substr(1), name.span});
        cursor.take();
    } while (cursor.take_if(","));
    call.capture = std::move(capture);
    return true;
}

}  // namespace

std::optional<std::vector<Value>> parse_arguments(TokenCursor& cursor, ParseContext& context) {
    std::vector<Value> arguments;
    const SourceSpan open = cursor.take().span;
    if (cursor.take_if(")")) return arguments;
    while (true) {
        std::optional<Value> value = parse_value(cursor, context);
        if (!value) return std::nullopt;
        arguments.push_back(std::move(*value));
        if (cursor.take_if(")")) return arguments;
        if (cursor.take_if(",")) continue;
        if (cursor.at_end()) {
            context.error(open, tr("`(` is never closed"), tr("a call ends with `)`"));
        } else {
            context.error(cursor.peek().span, tr_format("expected `,` or `)`, found {}", found(cursor.peek())),
                          tr("values are separated by commas"));
        }
        return std::nullopt;
    }
}

std::optional<CallSyntax> parse_call(TokenCursor& cursor, ParseContext& context) {
    CallSyntax call;
    if (!parse_head(cursor, context, call)) return std::nullopt;
    if (!cursor.peek().is("(")) {
        context.error(cursor.peek().span,
                      tr_format("expected `(` behind {}, found {}", quoted(call.call.text), found(cursor.peek())),
                      tr_format("a call has parentheses: `{}()`", call.call.text.substr(0, 40)));
        return std::nullopt;
    }
    const SourceSpan open = cursor.peek().span;
    std::optional<std::vector<Value>> arguments = parse_arguments(cursor, context);
    if (!arguments) return std::nullopt;
    call.arguments = std::move(*arguments);
    call.parentheses = join(open, cursor.previous().span);
    if (cursor.peek().is("==")) {
        context.error(cursor.peek().span, tr("a result is expected with one `=`"), tr("write `=`"));
        return std::nullopt;
    }
    if (cursor.take_if("=")) {
        if (cursor.peek().kind == TokenKind::kVariable && context.reader &&
            context.facts.variables.count({*context.reader, std::string{cursor.peek().text.substr(1)}}) == 0) {
            context.error(cursor.peek().span, tr_format("{} has no value to compare with", quoted(cursor.peek().text)),
                          tr_format("to keep the result write `-> {}`", cursor.peek().text));
            return std::nullopt;
        }
        call.expected = parse_expected(cursor, context);
        if (!call.expected) return std::nullopt;
    }
    if (cursor.peek().kind == TokenKind::kVariable && !call.expected) {
        context.error(cursor.peek().span, tr_format("{} behind the end of the step", quoted(cursor.peek().text)),
                      tr("a result is kept by an arrow: `recv(1024) -> $line`"));
        return std::nullopt;
    }
    if (!parse_capture(cursor, context, call)) return std::nullopt;
    if (!cursor.at_end()) {
        context.error(cursor.peek().span, tr_format("{} behind the end of the step", quoted(cursor.peek().text)),
                      call.expected ? tr("one step holds one call") : tr("an expected result stands behind `=`"));
        return std::nullopt;
    }
    return call;
}

}  // namespace wirestory::sim

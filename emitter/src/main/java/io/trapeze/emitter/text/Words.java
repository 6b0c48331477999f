// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import java.util.List;

/** The words of one statement, read from left to right. */
final class Words {
    private final List<Token> tokens;
    private int next;

    Words(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(next);
    }

    /** Returns the word behind the next one; the end, if there is none. */
    Token second() {
        return tokens.get(Math.min(next + 1, tokens.size() - 1));
    }

    Token take() {
        Token token = peek();
        next += token.kind() == Token.Kind.END ? 0 : 1;
        return token;
    }

    boolean accept(String sign) {
        boolean found = peek().is(sign);
        next += found ? 1 : 0;
        return found;
    }

    void expect(String sign, String where) {
        if (!accept(sign)) {
            throw new Mistake(peek(), "expected '" + sign + "' " + where + ", found " + peek().shown());
        }
    }

    boolean atEnd() {
        return peek().kind() == Token.Kind.END;
    }

    Token takeName(String what) {
        if (!peek().isName()) {
            throw new Mistake(peek(), "expected " + what + ", found " + peek().shown());
        }
        return take();
    }

    void expectEnd() {
        if (!atEnd()) {
            throw new Mistake(
                    peek(),
                    "expected the end of the statement, found " + peek().shown()
                            + ": operands are separated by commas");
        }
    }

    void skipRest() {
        next = tokens.size() - 1;
    }
}

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

    /** Returns the next word, which is left to be read. */
    Token peek() {
        return tokens.get(next);
    }

    /** Returns the word behind the next one; the end, if there is none. */
    Token second() {
        return tokens.get(Math.min(next + 1, tokens.size() - 1));
    }

    /** Returns the word that was read last. */
    Token before() {
        return tokens.get(next - 1);
    }

    Token take() {
        Token token = peek();
        next += atEnd() ? 0 : 1;
        return token;
    }

    boolean accept(String sign) {
        boolean found = peek().is(sign);
        next += found ? 1 : 0;
        return found;
    }

    /** Reads elements with commas between them, one at least. */
    void list(Runnable element) {
        do {
            element.run();
        } while (accept(","));
    }

    void expect(String sign, String where) {
        if (!accept(sign)) {
            throw expected("'" + sign + "' " + where);
        }
    }

    Token takeName(String what) {
        if (!peek().isName()) {
            throw expected(what);
        }
        return take();
    }

    void expectEnd() {
        if (!atEnd()) {
            throw expected("a comma or the end of the statement");
        }
    }

    Mistake expected(String what) {
        return peek().mistake("expected " + what + ", found " + peek().shown());
    }

    boolean atEnd() {
        return next == tokens.size() - 1;
    }

    void skipRest() {
        next = tokens.size() - 1;
    }

    /** Takes the words that are left, the end among them. */
    List<Token> rest() {
        List<Token> rest = tokens.subList(next, tokens.size());
        skipRest();
        return rest;
    }
}

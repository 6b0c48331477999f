// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

/** Where a value comes from, as far as a walk through code can tell. Equal origins stand for equal values. */
public sealed interface Origin {
    /** Returns what it is called in drawings. */
    String name();

    /** Something that was there on entry, or that the code made, and that is known by name only. */
    record Named(String name) implements Origin {}

    /**
     * What the primitive was called with.
     *
     * @param index which parameter, from 0
     */
    record Argument(int index, Signature.Parameter parameter) implements Origin {
        @Override
        public String name() {
            return parameter.name();
        }
    }

    /** What lay in memory on entry. */
    record Content(Place place, String name) implements Origin {}

    /**
     * A stack pointer rounded down.
     *
     * @param from before
     * @param alignment to a multiple of this
     */
    record Aligned(Value from, int alignment) implements Origin {
        @Override
        public String name() {
            return "aligned";
        }
    }

    /** The origin that this one was rounded down from, if it was. */
    default Origin root() {
        return this instanceof Aligned aligned ? aligned.from().origin().root() : this;
    }
}

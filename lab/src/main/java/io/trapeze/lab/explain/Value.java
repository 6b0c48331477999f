// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

/**
 * What a register or memory holds: something known, plus a number of bytes.
 *
 * @param origin what is known
 * @param offset bytes added to it
 */
public record Value(Origin origin, int offset) {
    static Value of(Origin origin) {
        return new Value(origin, 0);
    }

    static Value named(String name) {
        return of(new Origin.Named(name));
    }

    Value plus(int bytes) {
        return new Value(origin, Math.addExact(offset, bytes));
    }

    /** Returns the place in memory that this value is the address of. */
    Place place() {
        return new Place(origin, offset);
    }

    @Override
    public String toString() {
        return origin.name()
                + (offset == 0 ? "" : (offset < 0 ? " - 0x" : " + 0x") + Integer.toHexString(Math.abs(offset)));
    }
}

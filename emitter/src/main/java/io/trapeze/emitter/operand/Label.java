// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

/**
 * A position in the code of one assembler, bound or still to be bound, or a symbol defined elsewhere.
 *
 * <p>Labels come from the assembler, which alone knows where they are; another assembler refuses them.
 */
public final class Label implements Operand {
    private final Object owner;
    private final int index;
    private final String name;
    private final boolean external;

    private Label(Object owner, int index, String name, boolean external) {
        this.owner = owner;
        this.index = index;
        this.name = name;
        this.external = external;
    }

    /**
     * Makes a label; for assemblers.
     *
     * @param owner the assembler's set of labels
     * @param index the label's number there, from 0
     * @param name its name in listings; if empty, it is called {@code L} and its number
     * @param external whether the symbol is defined elsewhere
     */
    public static Label of(Object owner, int index, String name, boolean external) {
        return new Label(owner, index, name, external);
    }

    /** Whether this label was made with {@code labels} as its owner. */
    public boolean belongsTo(Object labels) {
        return owner == labels;
    }

    /** Returns the label's number in its assembler, from 0. */
    public int index() {
        return index;
    }

    /** Returns the name shown in listings. */
    public String name() {
        return name.isEmpty() ? "L" + index : name;
    }

    /** Whether the symbol is defined elsewhere, so that references to it become relocations. */
    public boolean external() {
        return external;
    }

    @Override
    public String toString() {
        return name();
    }
}

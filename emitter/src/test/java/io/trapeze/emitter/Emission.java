// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Operand;
import java.util.Arrays;

/** One instruction at a time: the encoder without labels, branches and listings, for many millions. */
public final class Emission extends Instructions {
    private int form;

    /**
     * Makes an emission.
     *
     * @param recording whether each tells its {@link #form}, as instructions that are listed do; what is only written goes another way
     */
    public Emission(boolean recording) {
        super(recording);
    }

    /** Drops the instruction, so that the next one begins at offset 0. */
    public void restart() {
        clearCode();
    }

    /** Says something of the next instruction besides its operands. */
    public void decorate(Decoration decoration) {
        decorateNext(decoration.bits());
    }

    /** Emits by name, as {@link Assembler#emit} does. */
    public void byName(String mnemonic, Operand... operands) {
        FormSelector.emit(this, mnemonic, operands);
    }

    /** Returns the id of the form that the last instruction took, if that is recorded. */
    public int form() {
        return form;
    }

    /** Returns the bytes emitted since the start, with others behind them. */
    public byte[] buffer() {
        return code();
    }

    /** Returns how many bytes there are. */
    public int length() {
        return position();
    }

    /** Returns the bytes emitted since the start. */
    public byte[] bytes() {
        return Arrays.copyOf(code(), position());
    }

    @Override
    void emitted(int id, int start, Label label, int addend) {
        form = id;
    }

    @Override
    void branch(long shortForm, long longForm, Label target) {
        throw new UnsupportedOperationException("branches need a whole program: use an Assembler");
    }

    @Override
    void labelDisplacement(int at, int end, Label label, int addend) {
        throw new UnsupportedOperationException("labels need a whole program: use an Assembler");
    }

    @Override
    void checkOwn(Label label) {
        throw new UnsupportedOperationException("labels need a whole program: use an Assembler");
    }

    @Override
    public Assembler because(String reason) {
        throw new UnsupportedOperationException("nothing is listed here: use an Assembler");
    }

    @Override
    public Assembler serves(String rule) {
        throw new UnsupportedOperationException("nothing is listed here: use an Assembler");
    }
}

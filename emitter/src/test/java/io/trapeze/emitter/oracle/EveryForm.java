// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.EncodingException;
import io.trapeze.emitter.operand.Operand;

/** Code that holds some instructions of every form there is but branches, for tests of what is made of code. */
public final class EveryForm {
    private EveryForm() {}

    /** Returns a blob with a symbol of its name at the start, and up to so many instructions of each form with memory and without. */
    public static CodeBlob blob(String name, int ofEachShape) {
        Assembler a = new Assembler();
        a.symbol(name);
        for (Shape shape : Space.shapes()) {
            Plan.Part part = Plan.Part.spread(shape, ofEachShape, 0);
            for (int i = 0; i < part.count(); i++) {
                emit(a, shape.sample(part.number(i)));
            }
        }
        return a.finish(name);
    }

    private static void emit(Assembler a, Sample sample) {
        try {
            a.decorate(sample.decoration());
            a.emit(sample.mnemonic(), sample.operands().toArray(Operand[]::new));
        } catch (EncodingException illegal) {
            // not every combination is an instruction; EveryEncodingTest looks at those
        }
    }
}

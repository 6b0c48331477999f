// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.encoding.BranchRelaxation;
import io.trapeze.emitter.encoding.LegacyOpcode;
import io.trapeze.emitter.encoding.LittleEndian;
import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.isa.InstructionTable;
import java.util.Arrays;

/** The forms that each branch may take, by the number of its gap. */
final class Branches {
    private static final int SHORT_BYTES = 2;

    private long[] shortForms = new long[16];
    private long[] longForms = new long[16];

    /** Sets the forms of branch {@code gap}; 0 where it lacks one. */
    void set(int gap, long shortForm, long longForm) {
        if (gap >= shortForms.length) {
            shortForms = Arrays.copyOf(shortForms, gap * 2);
            longForms = Arrays.copyOf(longForms, gap * 2);
        }
        shortForms[gap] = shortForm;
        longForms[gap] = longForm;
    }

    static int shortBytes(long shortForm) {
        return shortForm == 0 ? 0 : SHORT_BYTES + (Descriptor.addressSize32(shortForm) ? 1 : 0);
    }

    static int longBytes(long longForm) {
        int opcode = Descriptor.map(longForm) == 1 || Descriptor.hasFixedModRm(longForm) ? 2 : 1;
        return longForm == 0 ? 0 : opcode + Integer.BYTES;
    }

    static String mnemonic(long form) {
        return InstructionTable.shipped().form(Descriptor.id(form)).mnemonic();
    }

    /** Returns the form that branch {@code gap} has in this layout. */
    long form(int gap, BranchRelaxation layout) {
        return layout.isLong(gap) ? longForms[gap] : shortForms[gap];
    }

    /** Writes branch {@code gap} with the distance from its end to its target. */
    void write(byte[] bytes, int gap, BranchRelaxation layout, int distance) {
        long form = form(gap, layout);
        int p = LegacyOpcode.write(bytes, layout.start(gap), form, 0, false, 0);
        if (layout.isLong(gap)) {
            LittleEndian.put4(bytes, p, distance);
        } else {
            bytes[p] = (byte) distance;
        }
    }
}

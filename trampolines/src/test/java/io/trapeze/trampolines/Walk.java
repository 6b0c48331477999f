// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.formats.unwind.Formula;
import io.trapeze.formats.unwind.Rule;
import io.trapeze.formats.unwind.UnwindRow;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What somebody who walks over the stack takes the caller's state for.
 *
 * @param registers by name, with {@code rip} and {@code rsp}: a number, or 16 bytes as text
 */
record Walk(Map<String, Object> registers) {
    /** The state of a processor itself, as the start of a walk. */
    static Walk of(Processor processor, long rip) {
        Map<String, Object> registers = new TreeMap<>();
        for (int i = 0; i < 16; i++) {
            registers.put(Registers.gp64(i).name(), processor.general[i]);
        }
        for (int i = 0; i < 32; i++) {
            registers.put("xmm" + i, vector(processor.vectors[i]));
        }
        registers.put("rip", rip);
        return new Walk(registers);
    }

    /** Follows the rules of a row. */
    static Walk by(UnwindRow row, Processor processor) {
        Walk walk = of(processor, 0);
        long cfa = value(row.cfa(), processor);
        row.registers().forEach((register, rule) -> {
            if (!(rule instanceof Rule.Same)) {
                walk.registers.put(register.name(), value(register, rule, cfa, processor));
            }
        });
        walk.registers.put("rip", value(Registers.rax, row.pc(), cfa, processor));
        walk.registers.put("rsp", cfa);
        return walk;
    }

    private static Object value(Register register, Rule rule, long cfa, Processor processor) {
        if (rule instanceof Rule.Is is) {
            return value(is.value(), processor);
        }
        long address = rule instanceof Rule.AtCfa at ? cfa + at.offset() : value(((Rule.At) rule).address(), processor);
        return register.registerClass().bits() == 64
                ? (Object) processor.memory.read8(address)
                : vector(processor.memory.read(address, 16));
    }

    private static long value(Formula formula, Processor processor) {
        long value = processor.general[formula.register().number()]
                + formula.offsets().get(0);
        for (int offset : formula.offsets().subList(1, formula.offsets().size())) {
            value = processor.memory.read8(value) + offset;
        }
        return value;
    }

    static String vector(byte[] bytes) {
        return Arrays.toString(Arrays.copyOf(bytes, 16));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The unwind rules of a blob as Windows reads them: {@code UNWIND_INFO} and {@code RUNTIME_FUNCTION} ("x64 exception
 * handling" in Microsoft's documentation).
 *
 * <p>The scheme is made for functions that build a frame, work, and take it down. The primitives do not, so each stretch of
 * instructions with the same rules is a function of its own here, one without prologue: its codes hold at every
 * instruction of it. Where the caller's RSP is no register plus a constant, a machine frame must hold it.
 *
 * <p>Volatile registers are not restored, nor are vectors that lie in memory: Windows reads those with aligned moves, and a
 * Gobuf is aligned to 8. {@link #left} tells where that leaves something out.
 */
public final class UnwindInfo {
    /** {@code UWOP_ALLOC_LARGE}. */
    private static final int ALLOC_LARGE = 1;
    /** {@code UWOP_ALLOC_SMALL}. */
    private static final int ALLOC_SMALL = 2;
    /** {@code UWOP_SET_FPREG}. */
    private static final int SET_FPREG = 3;
    /** {@code UWOP_SAVE_NONVOL}. */
    private static final int SAVE_NONVOL = 4;
    /** {@code UWOP_PUSH_MACHFRAME}. */
    private static final int PUSH_MACHFRAME = 10;

    private static final int RETURN_ADDRESS = 8;

    /**
     * Instructions with the same rules.
     *
     * @param begin offset of the first
     * @param end offset behind the last
     * @param info their {@code UNWIND_INFO}, a multiple of 4 bytes
     */
    public record Range(int begin, int end, byte[] info) {
        /** Copies the bytes. */
        public Range {
            info = info.clone();
        }

        @Override
        public byte[] info() {
            return info.clone();
        }
    }

    private final List<Range> ranges = new ArrayList<>();
    private final Map<Integer, List<Register>> left = new TreeMap<>();

    private UnwindInfo(UnwindRules rules) {
        int size = rules.blob().size();
        for (int i = 0; i < rules.rows().size(); i++) {
            UnwindRow row = rules.rows().get(i);
            int end = i + 1 < rules.rows().size() ? rules.rows().get(i + 1).offset() : size;
            byte[] info = info(row);
            Range last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (last != null && java.util.Arrays.equals(last.info(), info)) {
                ranges.set(ranges.size() - 1, new Range(last.begin(), end, info));
            } else {
                ranges.add(new Range(row.offset(), end, info));
            }
        }
    }

    /**
     * Writes the rules of a blob.
     *
     * @throws UnwindException if they cannot be derived, or Windows' codes cannot say them
     */
    public static UnwindInfo of(UnwindRules rules) {
        return new UnwindInfo(rules);
    }

    /** Returns the ranges, in the order of the code. */
    public List<Range> ranges() {
        return List.copyOf(ranges);
    }

    /** Returns at which instructions a walk leaves a register of the caller's as it is, though it should be another. */
    public Map<Integer, List<Register>> left() {
        return new TreeMap<>(left);
    }

    /** Returns the {@code UNWIND_INFO} of all ranges, one behind the other. */
    public byte[] infos() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ranges.forEach(range -> all.writeBytes(range.info()));
        return all.toByteArray();
    }

    /**
     * Returns the table that {@code RtlAddFunctionTable} takes, 12 bytes for each range.
     *
     * @param code where the code is, in bytes from the base address that the table is added with
     * @param infos where {@link #infos} are, likewise; a multiple of 4
     */
    public byte[] functionTable(int code, int infos) {
        ByteBuffer table = ByteBuffer.allocate(12 * ranges.size()).order(ByteOrder.LITTLE_ENDIAN);
        int info = infos;
        for (Range range : ranges) {
            table.putInt(code + range.begin()).putInt(code + range.end()).putInt(info);
            info += range.info().length;
        }
        return table.array();
    }

    private byte[] info(UnwindRow row) {
        boolean returns = row.cfa().direct() && row.pc().equals(new Rule.AtCfa(-RETURN_ADDRESS));
        Codes codes = returns ? fromStack(row) : null;
        if (codes == null && row.machineFrame().isPresent()) {
            codes = fromMachineFrame(row, row.machineFrame().get());
        }
        if (codes == null) {
            throw new UnwindException("0x" + Integer.toHexString(row.offset())
                    + ": Windows' codes cannot say that the caller's RSP is " + row.cfa() + " and its program counter "
                    + row.pc() + "; a machine frame in memory would help");
        }
        return codes.bytes();
    }

    /** The caller's RSP is a register plus a constant, and its program counter below. */
    private Codes fromStack(UnwindRow row) {
        Codes codes = new Codes(row.cfa().register());
        return codes.registers(row) && codes.allocate(row.cfa().offsets().get(0) - RETURN_ADDRESS) ? codes : null;
    }

    private Codes fromMachineFrame(UnwindRow row, Formula frame) {
        Codes codes = new Codes(frame.register());
        boolean said = frame.direct()
                && codes.registers(row)
                && codes.allocate(frame.offsets().get(0));
        codes.code(PUSH_MACHFRAME, 0);
        return said ? codes : null;
    }

    /** Unwind codes in the order in which they are executed. */
    private final class Codes {
        private final ByteArrayOutputStream codes = new ByteArrayOutputStream();
        private final Register base;

        Codes(Register base) {
            this.base = base;
            if (base != rsp) {
                code(SET_FPREG, 0);
            }
        }

        void code(int operation, int info) {
            codes.write(0);
            codes.write(operation | info << 4);
        }

        private void words(int bytes) {
            codes.write(bytes / 8);
            codes.write(bytes / 8 >> 8);
        }

        boolean allocate(int bytes) {
            if (bytes < 0 || bytes % 8 != 0 || bytes / 8 > 0xFFFF) {
                return false;
            }
            if (bytes > 128) {
                code(ALLOC_LARGE, 0);
                words(bytes);
            } else if (bytes > 0) {
                code(ALLOC_SMALL, bytes / 8 - 1);
            }
            return true;
        }

        /** Says where the registers are; false if they are not at fixed places from the base. */
        boolean registers(UnwindRow row) {
            List<Register> omitted = new ArrayList<>();
            for (Map.Entry<Register, Rule> entry : row.registers().entrySet()) {
                if (entry.getValue() instanceof Rule.Same) {
                    continue;
                }
                int offset = offset(entry.getValue(), row.cfa());
                if (!(entry.getKey() instanceof Reg64)) {
                    omitted.add(entry.getKey());
                } else if (offset < 0 || offset % 8 != 0) {
                    return false;
                } else {
                    code(SAVE_NONVOL, entry.getKey().number());
                    words(offset);
                }
            }
            if (!omitted.isEmpty()) {
                left.put(row.offset(), omitted);
            }
            return base.number() != 0;
        }

        private int offset(Rule rule, Formula cfa) {
            if (rule instanceof Rule.AtCfa at && cfa.direct() && cfa.register() == base) {
                return cfa.offsets().get(0) + at.offset();
            }
            return rule instanceof Rule.At at
                            && at.address().direct()
                            && at.address().register() == base
                    ? at.address().offsets().get(0)
                    : -1;
        }

        /** Version 1, no flags, no prologue. */
        byte[] bytes() {
            ByteArrayOutputStream info = new ByteArrayOutputStream();
            info.write(1);
            info.write(0);
            info.write(codes.size() / 2);
            info.write(base == rsp ? 0 : base.number());
            info.writeBytes(codes.toByteArray());
            while (info.size() % 4 != 0) {
                info.write(0);
            }
            return info.toByteArray();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.formats.unwind.UnwindInfo;
import java.util.Map;

/**
 * A walk from one frame to its caller as Windows makes it: the procedure that "x64 exception handling" in Microsoft's
 * documentation describes, with the function table and unwind information in memory and nothing else to go by.
 */
final class WindowsWalk {
    private static final int INFOS = 0x1000;

    private final byte[] code;
    private final byte[] table;
    private final byte[] infos;
    private final Processor processor;
    private final Walk walk;

    private WindowsWalk(CodeBlob blob, byte[] table, byte[] infos, Processor processor, int at) {
        this.code = blob.bytes();
        this.table = table;
        this.infos = infos;
        this.processor = processor;
        this.walk = Walk.of(processor, at);
    }

    /** Walks from the instruction at an offset. */
    static Walk from(CodeBlob blob, UnwindInfo info, Processor processor, int at) {
        return from(blob, info.functionTable(0, INFOS), info.infos(), processor, at);
    }

    /** The same with a table and information of any origin; the latter is {@code 0x1000} bytes from the code. */
    static Walk from(CodeBlob blob, byte[] table, byte[] infos, Processor processor, int at) {
        WindowsWalk windows = new WindowsWalk(blob, table, infos, processor, at);
        windows.step(at);
        return windows.walk;
    }

    private void step(int at) {
        for (int entry = 0; entry < table.length; entry += 12) {
            int begin = u4(entry);
            if (at >= begin && at < u4(entry + 4)) {
                int info = u4(entry + 8) - INFOS;
                boolean inPrologue = at < begin + u1(info + 1);
                if (inPrologue || !epilogue(at)) {
                    codes(info, at - begin);
                }
                return;
            }
        }
        pop("rip"); // a leaf
    }

    /** Executes what is left of an epilogue, if the code is one: {@code add rsp} or {@code lea rsp}, pops, and a return. */
    private boolean epilogue(int at) {
        boolean adds = begins(at, 0x48, 0x83, 0xC4) || begins(at, 0x48, 0x81, 0xC4);
        int next = adds ? at + (code[at + 1] == (byte) 0x83 ? 4 : 7) : at;
        int end = next;
        while (popBytes(end) > 0) {
            end += popBytes(end);
        }
        boolean returns = begins(end, 0xC3) || begins(end, 0xC2) || begins(end, 0xF3, 0xC3);
        boolean leaves = begins(end, 0xE9)
                || begins(end, 0xEB)
                || end + 1 < code.length && begins(end, 0xFF) && (code[end + 1] & 0xF8) == 0x20;
        if (!returns && !leaves) {
            return false;
        }
        if (adds) {
            long size = code[at + 1] == (byte) 0x83
                    ? code[at + 3]
                    : LittleEndian.number(new byte[] {code[at + 3], code[at + 4], code[at + 5], code[at + 6]});
            walk.registers().put("rsp", rsp() + size);
        }
        for (; next < end; next += popBytes(next)) {
            boolean extended = popBytes(next) == 2;
            int register = extended ? (code[next + 1] & 7) + 8 : code[next] & 7;
            pop(Registers.gp64(register).name());
        }
        pop("rip");
        if (begins(end, 0xC2)) {
            walk.registers().put("rsp", rsp() + (code[end + 1] & 0xFF) + 256L * (code[end + 2] & 0xFF));
        }
        return true;
    }

    private int popBytes(int at) {
        if (at < code.length && (code[at] & 0xF8) == 0x58) {
            return 1;
        }
        return at + 1 < code.length && code[at] == 0x41 && (code[at + 1] & 0xF8) == 0x58 ? 2 : 0;
    }

    private boolean begins(int at, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (at + i >= code.length || (code[at + i] & 0xFF) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private void codes(int info, int sinceBegin) {
        if (u1(info) != 1) {
            throw new AssertionError("UNWIND_INFO of version and flags " + u1(info));
        }
        int frame = u1(info + 3) & 15;
        long base = frame == 0 ? rsp() : processor.general[frame] - 16L * (u1(info + 3) >> 4);
        boolean machineFrame = false;
        for (int i = 0; i < u1(info + 2); ) {
            int at = info + 4 + 2 * i;
            int operation = u1(at + 1) & 15;
            int register = u1(at + 1) >> 4;
            boolean done = sinceBegin >= u1(at);
            String name = Registers.gp64(register).name();
            int words = at + 4 <= infos.length ? u1(at + 2) + 256 * u1(at + 3) : 0;
            i += operation == 1 || operation == 4 || operation == 8 ? (operation == 1 && register == 1 ? 3 : 2) : 1;
            if (!done) {
                continue;
            }
            switch (operation) {
                case 0 -> pop(name);
                case 1 -> walk.registers().put("rsp", rsp() + 8L * words);
                case 2 -> walk.registers().put("rsp", rsp() + 8L * register + 8);
                case 3 -> walk.registers().put("rsp", base);
                case 4 -> walk.registers().put(name, processor.memory.read8(base + 8L * words));
                case 8 ->
                    walk.registers().put("xmm" + register, Walk.vector(processor.memory.read(base + 16L * words, 16)));
                case 10 -> {
                    long top = rsp() + 8L * register;
                    walk.registers().put("rip", processor.memory.read8(top));
                    walk.registers().put("rsp", processor.memory.read8(top + 24));
                    machineFrame = true;
                }
                default -> throw new AssertionError("unwind code " + operation + " is not among those expected");
            }
        }
        if (!machineFrame) {
            pop("rip");
        }
    }

    private void pop(String register) {
        long value = processor.memory.read8(rsp());
        walk.registers().put("rsp", rsp() + 8);
        walk.registers().put(register, value);
    }

    private long rsp() {
        return (Long) walk.registers().get("rsp");
    }

    private int u1(int at) {
        return infos[at] & 0xFF;
    }

    private int u4(int at) {
        return (int) LittleEndian.number(new byte[] {table[at], table[at + 1], table[at + 2], table[at + 3]});
    }

    /** For messages: the registers that differ. */
    static String differences(Map<String, Object> found, Map<String, Object> expected) {
        StringBuilder text = new StringBuilder();
        expected.forEach((name, value) -> {
            if (!value.equals(found.get(name))) {
                text.append("%s is %s and should be %s; ".formatted(name, shown(found.get(name)), shown(value)));
            }
        });
        return text.toString();
    }

    private static String shown(Object value) {
        return value instanceof Long number ? "0x" + Long.toHexString(number) : String.valueOf(value);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What may stand in one operand position of a form, named as the Intel manual names it. */
public enum OperandKind {
    R8("r8", RegisterClass.GP8),
    R16("r16", RegisterClass.GP16),
    R32("r32", RegisterClass.GP32),
    R64("r64", RegisterClass.GP64),
    XMM("xmm", RegisterClass.XMM),
    YMM("ymm", RegisterClass.YMM),
    ZMM("zmm", RegisterClass.ZMM),
    K("k", RegisterClass.MASK),
    ST("st(i)", RegisterClass.X87),
    MM("mm", RegisterClass.MMX),
    SREG("sreg", RegisterClass.SEGMENT),
    CR("cr", RegisterClass.CONTROL),
    DR("dr", RegisterClass.DEBUG),

    RM8("r/m8", RegisterClass.GP8),
    RM16("r/m16", RegisterClass.GP16),
    RM32("r/m32", RegisterClass.GP32),
    RM64("r/m64", RegisterClass.GP64),
    R32_M8("r32/m8", RegisterClass.GP32),
    R32_M16("r32/m16", RegisterClass.GP32),
    XMM_M8("xmm/m8", RegisterClass.XMM),
    XMM_M16("xmm/m16", RegisterClass.XMM),
    XMM_M32("xmm/m32", RegisterClass.XMM),
    XMM_M64("xmm/m64", RegisterClass.XMM),
    XMM_M128("xmm/m128", RegisterClass.XMM),
    YMM_M256("ymm/m256", RegisterClass.YMM),
    ZMM_M512("zmm/m512", RegisterClass.ZMM),
    K_M8("k/m8", RegisterClass.MASK),
    K_M16("k/m16", RegisterClass.MASK),
    K_M32("k/m32", RegisterClass.MASK),
    K_M64("k/m64", RegisterClass.MASK),

    MM_M32("mm/m32", RegisterClass.MMX),
    MM_M64("mm/m64", RegisterClass.MMX),

    M("m"),
    M8("m8"),
    M16("m16"),
    M32("m32"),
    M64("m64"),
    M80("m80"),
    M128("m128"),
    M256("m256"),
    M512("m512"),
    M16_16("m16:16"),
    M16_32("m16:32"),
    M16_64("m16:64"),

    MOFFS8("moffs8"),
    MOFFS16("moffs16"),
    MOFFS32("moffs32"),
    MOFFS64("moffs64"),

    IMM8("imm8"),
    IMM16("imm16"),
    IMM32("imm32"),
    IMM64("imm64"),
    SIMM8("simm8"),
    SIMM32("simm32"),

    REL8("rel8"),
    REL32("rel32"),

    AL("al", RegisterClass.GP8, true),
    CL("cl", RegisterClass.GP8, true),
    AX("ax", RegisterClass.GP16, true),
    EAX("eax", RegisterClass.GP32, true),
    RAX("rax", RegisterClass.GP64, true),
    DX("dx", RegisterClass.GP16, true),
    XMM0("xmm0", RegisterClass.XMM, true),
    ST0("st(0)", RegisterClass.X87, true),
    ES("es", RegisterClass.SEGMENT, true),
    SS("ss", RegisterClass.SEGMENT, true),
    DS("ds", RegisterClass.SEGMENT, true),
    FS("fs", RegisterClass.SEGMENT, true),
    GS("gs", RegisterClass.SEGMENT, true),
    ONE("1"),
    THREE("3");

    private static final Map<String, OperandKind> BY_NOTATION =
            Arrays.stream(values()).collect(Collectors.toMap(OperandKind::notation, Function.identity()));

    private final String notation;
    private final RegisterClass register;
    private final int memoryBits;
    private final int immediateBytes;
    private final boolean signed;
    private final boolean fixed;

    OperandKind(String notation) {
        this(notation, null);
    }

    OperandKind(String notation, RegisterClass register) {
        this(notation, register, notation.matches("\\d"));
    }

    /** Makes a kind of which the manual's name tells all, but for its registers. */
    OperandKind(String notation, RegisterClass register, boolean fixed) {
        String last = notation.substring(notation.indexOf('/') + 1);
        this.notation = notation;
        this.register = register;
        this.fixed = fixed;
        this.memoryBits = last.matches("m(offs)?[0-9:]*") ? bits(last) : -1;
        this.immediateBytes = last.matches("(s?imm|rel)\\d+") ? bits(last) / 8 : last.startsWith("moffs") ? 8 : 0;
        this.signed = last.matches("(simm|rel)\\d+");
    }

    /** Returns the sum of the numbers in a name. */
    private static int bits(String name) {
        return Stream.of(name.split("\\D+"))
                .filter(n -> !n.isEmpty())
                .mapToInt(Integer::parseInt)
                .sum();
    }

    /** Finds the kind a table row writes as {@code notation}. */
    public static Optional<OperandKind> of(String notation) {
        return Optional.ofNullable(BY_NOTATION.get(notation));
    }

    /** Returns the manual's name, for example {@code r/m64}. */
    public String notation() {
        return notation;
    }

    /** Returns the register class a register operand has here, if a register may stand here. */
    public Optional<RegisterClass> register() {
        return Optional.ofNullable(register);
    }

    /** Whether a memory operand may stand here, one with an address of registers. */
    public boolean allowsMemory() {
        return memoryBits >= 0 && !isOffset();
    }

    /** Returns the width of memory in bits; 0 if any width fits, or if no memory may stand here. */
    public int memoryBits() {
        return Math.max(memoryBits, 0);
    }

    /** Returns the encoded size of an immediate, branch displacement or memory offset in bytes; 0 for any other kind. */
    public int immediateBytes() {
        return immediateBytes;
    }

    /** Whether the processor sign-extends this immediate to the operand size. */
    public boolean signed() {
        return signed;
    }

    /** Whether this is an immediate, encoded or constant. */
    public boolean isImmediate() {
        return fixed ? register == null : immediateBytes > 0 && !isBranch() && !isOffset();
    }

    /** Whether this is a branch displacement. */
    public boolean isBranch() {
        return this == REL8 || this == REL32;
    }

    /** Whether this is an address that stands in the instruction itself, all 64 bits of it. */
    public boolean isOffset() {
        return notation.startsWith("moffs");
    }

    /** Whether exactly one operand fits here, so that nothing of it is encoded. */
    public boolean fixed() {
        return fixed;
    }
}

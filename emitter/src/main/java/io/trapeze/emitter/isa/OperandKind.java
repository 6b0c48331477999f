// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

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

    RM8("r/m8", RegisterClass.GP8, 8),
    RM16("r/m16", RegisterClass.GP16, 16),
    RM32("r/m32", RegisterClass.GP32, 32),
    RM64("r/m64", RegisterClass.GP64, 64),
    R32_M8("r32/m8", RegisterClass.GP32, 8),
    R32_M16("r32/m16", RegisterClass.GP32, 16),
    XMM_M8("xmm/m8", RegisterClass.XMM, 8),
    XMM_M16("xmm/m16", RegisterClass.XMM, 16),
    XMM_M32("xmm/m32", RegisterClass.XMM, 32),
    XMM_M64("xmm/m64", RegisterClass.XMM, 64),
    XMM_M128("xmm/m128", RegisterClass.XMM, 128),
    YMM_M256("ymm/m256", RegisterClass.YMM, 256),
    ZMM_M512("zmm/m512", RegisterClass.ZMM, 512),
    K_M8("k/m8", RegisterClass.MASK, 8),
    K_M16("k/m16", RegisterClass.MASK, 16),
    K_M32("k/m32", RegisterClass.MASK, 32),
    K_M64("k/m64", RegisterClass.MASK, 64),

    MM_M32("mm/m32", RegisterClass.MMX, 32),
    MM_M64("mm/m64", RegisterClass.MMX, 64),

    M("m", null, 0),
    M8("m8", null, 8),
    M16("m16", null, 16),
    M32("m32", null, 32),
    M64("m64", null, 64),
    M80("m80", null, 80),
    M128("m128", null, 128),
    M256("m256", null, 256),
    M512("m512", null, 512),
    M16_16("m16:16", null, 32),
    M16_32("m16:32", null, 48),
    M16_64("m16:64", null, 80),

    IMM8("imm8", 1, false),
    IMM16("imm16", 2, false),
    IMM32("imm32", 4, false),
    IMM64("imm64", 8, false),
    SIMM8("simm8", 1, true),
    SIMM32("simm32", 4, true),

    REL8("rel8", 1, true),
    REL32("rel32", 4, true),

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
    ONE("1", 0, false);

    private static final Map<String, OperandKind> BY_NOTATION =
            Arrays.stream(values()).collect(Collectors.toMap(OperandKind::notation, Function.identity()));

    private final String notation;
    private final RegisterClass register;
    private final int memoryBits;
    private final int immediateBytes;
    private final boolean signed;
    private final boolean fixed;

    OperandKind(String notation, RegisterClass register) {
        this(notation, register, -1, 0, false, false);
    }

    OperandKind(String notation, RegisterClass register, int memoryBits) {
        this(notation, register, memoryBits, 0, false, false);
    }

    OperandKind(String notation, int immediateBytes, boolean signed) {
        this(notation, null, -1, immediateBytes, signed, immediateBytes == 0);
    }

    OperandKind(String notation, RegisterClass register, boolean fixed) {
        this(notation, register, -1, 0, false, fixed);
    }

    OperandKind(
            String notation,
            RegisterClass register,
            int memoryBits,
            int immediateBytes,
            boolean signed,
            boolean fixed) {
        this.notation = notation;
        this.register = register;
        this.memoryBits = memoryBits;
        this.immediateBytes = immediateBytes;
        this.signed = signed;
        this.fixed = fixed;
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

    /** Whether a memory operand may stand here. */
    public boolean allowsMemory() {
        return memoryBits >= 0;
    }

    /** Returns the width of the memory operand in bits; 0 if any width fits, or if no memory may stand here. */
    public int memoryBits() {
        return Math.max(memoryBits, 0);
    }

    /** Returns the encoded size of an immediate or branch displacement in bytes; 0 for any other kind. */
    public int immediateBytes() {
        return immediateBytes;
    }

    /** Whether the processor sign-extends this immediate to the operand size. */
    public boolean signed() {
        return signed;
    }

    /** Whether this is an immediate, encoded or constant. */
    public boolean isImmediate() {
        return this == ONE || (immediateBytes > 0 && !isBranch());
    }

    /** Whether this is a branch displacement. */
    public boolean isBranch() {
        return this == REL8 || this == REL32;
    }

    /** Whether exactly one operand fits here, so that nothing of it is encoded. */
    public boolean fixed() {
        return fixed;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every register as a constant, for static import, and by number or name.
 */
public final class Registers {
    // spotless:off
    public static final IndexReg rax = new IndexReg(0, "rax");
    public static final IndexReg rcx = new IndexReg(1, "rcx");
    public static final IndexReg rdx = new IndexReg(2, "rdx");
    public static final IndexReg rbx = new IndexReg(3, "rbx");
    public static final StackPointer rsp = new StackPointer();
    public static final IndexReg rbp = new IndexReg(5, "rbp");
    public static final IndexReg rsi = new IndexReg(6, "rsi");
    public static final IndexReg rdi = new IndexReg(7, "rdi");
    public static final IndexReg r8 = new IndexReg(8, "r8");
    public static final IndexReg r9 = new IndexReg(9, "r9");
    public static final IndexReg r10 = new IndexReg(10, "r10");
    public static final IndexReg r11 = new IndexReg(11, "r11");
    public static final IndexReg r12 = new IndexReg(12, "r12");
    public static final IndexReg r13 = new IndexReg(13, "r13");
    public static final IndexReg r14 = new IndexReg(14, "r14");
    public static final IndexReg r15 = new IndexReg(15, "r15");

    public static final Reg32 eax = new Reg32(0, "eax");
    public static final Reg32 ecx = new Reg32(1, "ecx");
    public static final Reg32 edx = new Reg32(2, "edx");
    public static final Reg32 ebx = new Reg32(3, "ebx");
    public static final Reg32 esp = new Reg32(4, "esp");
    public static final Reg32 ebp = new Reg32(5, "ebp");
    public static final Reg32 esi = new Reg32(6, "esi");
    public static final Reg32 edi = new Reg32(7, "edi");
    public static final Reg32 r8d = new Reg32(8, "r8d");
    public static final Reg32 r9d = new Reg32(9, "r9d");
    public static final Reg32 r10d = new Reg32(10, "r10d");
    public static final Reg32 r11d = new Reg32(11, "r11d");
    public static final Reg32 r12d = new Reg32(12, "r12d");
    public static final Reg32 r13d = new Reg32(13, "r13d");
    public static final Reg32 r14d = new Reg32(14, "r14d");
    public static final Reg32 r15d = new Reg32(15, "r15d");

    public static final Reg16 ax = new Reg16(0, "ax");
    public static final Reg16 cx = new Reg16(1, "cx");
    public static final Reg16 dx = new Reg16(2, "dx");
    public static final Reg16 bx = new Reg16(3, "bx");
    public static final Reg16 sp = new Reg16(4, "sp");
    public static final Reg16 bp = new Reg16(5, "bp");
    public static final Reg16 si = new Reg16(6, "si");
    public static final Reg16 di = new Reg16(7, "di");
    public static final Reg16 r8w = new Reg16(8, "r8w");
    public static final Reg16 r9w = new Reg16(9, "r9w");
    public static final Reg16 r10w = new Reg16(10, "r10w");
    public static final Reg16 r11w = new Reg16(11, "r11w");
    public static final Reg16 r12w = new Reg16(12, "r12w");
    public static final Reg16 r13w = new Reg16(13, "r13w");
    public static final Reg16 r14w = new Reg16(14, "r14w");
    public static final Reg16 r15w = new Reg16(15, "r15w");

    public static final Reg8 al = new Reg8(0, "al");
    public static final Reg8 cl = new Reg8(1, "cl");
    public static final Reg8 dl = new Reg8(2, "dl");
    public static final Reg8 bl = new Reg8(3, "bl");
    public static final Reg8 spl = new Reg8(4 | Reg8.NEEDS_REX, "spl");
    public static final Reg8 bpl = new Reg8(5 | Reg8.NEEDS_REX, "bpl");
    public static final Reg8 sil = new Reg8(6 | Reg8.NEEDS_REX, "sil");
    public static final Reg8 dil = new Reg8(7 | Reg8.NEEDS_REX, "dil");
    public static final Reg8 r8b = new Reg8(8, "r8b");
    public static final Reg8 r9b = new Reg8(9, "r9b");
    public static final Reg8 r10b = new Reg8(10, "r10b");
    public static final Reg8 r11b = new Reg8(11, "r11b");
    public static final Reg8 r12b = new Reg8(12, "r12b");
    public static final Reg8 r13b = new Reg8(13, "r13b");
    public static final Reg8 r14b = new Reg8(14, "r14b");
    public static final Reg8 r15b = new Reg8(15, "r15b");
    public static final Reg8 ah = new Reg8(4 | Reg8.FORBIDS_REX, "ah");
    public static final Reg8 ch = new Reg8(5 | Reg8.FORBIDS_REX, "ch");
    public static final Reg8 dh = new Reg8(6 | Reg8.FORBIDS_REX, "dh");
    public static final Reg8 bh = new Reg8(7 | Reg8.FORBIDS_REX, "bh");

    public static final Xmm xmm0 = new Xmm(0, "xmm0");
    public static final Xmm xmm1 = new Xmm(1, "xmm1");
    public static final Xmm xmm2 = new Xmm(2, "xmm2");
    public static final Xmm xmm3 = new Xmm(3, "xmm3");
    public static final Xmm xmm4 = new Xmm(4, "xmm4");
    public static final Xmm xmm5 = new Xmm(5, "xmm5");
    public static final Xmm xmm6 = new Xmm(6, "xmm6");
    public static final Xmm xmm7 = new Xmm(7, "xmm7");
    public static final Xmm xmm8 = new Xmm(8, "xmm8");
    public static final Xmm xmm9 = new Xmm(9, "xmm9");
    public static final Xmm xmm10 = new Xmm(10, "xmm10");
    public static final Xmm xmm11 = new Xmm(11, "xmm11");
    public static final Xmm xmm12 = new Xmm(12, "xmm12");
    public static final Xmm xmm13 = new Xmm(13, "xmm13");
    public static final Xmm xmm14 = new Xmm(14, "xmm14");
    public static final Xmm xmm15 = new Xmm(15, "xmm15");
    public static final Xmm xmm16 = new Xmm(16, "xmm16");
    public static final Xmm xmm17 = new Xmm(17, "xmm17");
    public static final Xmm xmm18 = new Xmm(18, "xmm18");
    public static final Xmm xmm19 = new Xmm(19, "xmm19");
    public static final Xmm xmm20 = new Xmm(20, "xmm20");
    public static final Xmm xmm21 = new Xmm(21, "xmm21");
    public static final Xmm xmm22 = new Xmm(22, "xmm22");
    public static final Xmm xmm23 = new Xmm(23, "xmm23");
    public static final Xmm xmm24 = new Xmm(24, "xmm24");
    public static final Xmm xmm25 = new Xmm(25, "xmm25");
    public static final Xmm xmm26 = new Xmm(26, "xmm26");
    public static final Xmm xmm27 = new Xmm(27, "xmm27");
    public static final Xmm xmm28 = new Xmm(28, "xmm28");
    public static final Xmm xmm29 = new Xmm(29, "xmm29");
    public static final Xmm xmm30 = new Xmm(30, "xmm30");
    public static final Xmm xmm31 = new Xmm(31, "xmm31");

    public static final Ymm ymm0 = new Ymm(0, "ymm0");
    public static final Ymm ymm1 = new Ymm(1, "ymm1");
    public static final Ymm ymm2 = new Ymm(2, "ymm2");
    public static final Ymm ymm3 = new Ymm(3, "ymm3");
    public static final Ymm ymm4 = new Ymm(4, "ymm4");
    public static final Ymm ymm5 = new Ymm(5, "ymm5");
    public static final Ymm ymm6 = new Ymm(6, "ymm6");
    public static final Ymm ymm7 = new Ymm(7, "ymm7");
    public static final Ymm ymm8 = new Ymm(8, "ymm8");
    public static final Ymm ymm9 = new Ymm(9, "ymm9");
    public static final Ymm ymm10 = new Ymm(10, "ymm10");
    public static final Ymm ymm11 = new Ymm(11, "ymm11");
    public static final Ymm ymm12 = new Ymm(12, "ymm12");
    public static final Ymm ymm13 = new Ymm(13, "ymm13");
    public static final Ymm ymm14 = new Ymm(14, "ymm14");
    public static final Ymm ymm15 = new Ymm(15, "ymm15");
    public static final Ymm ymm16 = new Ymm(16, "ymm16");
    public static final Ymm ymm17 = new Ymm(17, "ymm17");
    public static final Ymm ymm18 = new Ymm(18, "ymm18");
    public static final Ymm ymm19 = new Ymm(19, "ymm19");
    public static final Ymm ymm20 = new Ymm(20, "ymm20");
    public static final Ymm ymm21 = new Ymm(21, "ymm21");
    public static final Ymm ymm22 = new Ymm(22, "ymm22");
    public static final Ymm ymm23 = new Ymm(23, "ymm23");
    public static final Ymm ymm24 = new Ymm(24, "ymm24");
    public static final Ymm ymm25 = new Ymm(25, "ymm25");
    public static final Ymm ymm26 = new Ymm(26, "ymm26");
    public static final Ymm ymm27 = new Ymm(27, "ymm27");
    public static final Ymm ymm28 = new Ymm(28, "ymm28");
    public static final Ymm ymm29 = new Ymm(29, "ymm29");
    public static final Ymm ymm30 = new Ymm(30, "ymm30");
    public static final Ymm ymm31 = new Ymm(31, "ymm31");

    public static final Zmm zmm0 = new Zmm(0, "zmm0");
    public static final Zmm zmm1 = new Zmm(1, "zmm1");
    public static final Zmm zmm2 = new Zmm(2, "zmm2");
    public static final Zmm zmm3 = new Zmm(3, "zmm3");
    public static final Zmm zmm4 = new Zmm(4, "zmm4");
    public static final Zmm zmm5 = new Zmm(5, "zmm5");
    public static final Zmm zmm6 = new Zmm(6, "zmm6");
    public static final Zmm zmm7 = new Zmm(7, "zmm7");
    public static final Zmm zmm8 = new Zmm(8, "zmm8");
    public static final Zmm zmm9 = new Zmm(9, "zmm9");
    public static final Zmm zmm10 = new Zmm(10, "zmm10");
    public static final Zmm zmm11 = new Zmm(11, "zmm11");
    public static final Zmm zmm12 = new Zmm(12, "zmm12");
    public static final Zmm zmm13 = new Zmm(13, "zmm13");
    public static final Zmm zmm14 = new Zmm(14, "zmm14");
    public static final Zmm zmm15 = new Zmm(15, "zmm15");
    public static final Zmm zmm16 = new Zmm(16, "zmm16");
    public static final Zmm zmm17 = new Zmm(17, "zmm17");
    public static final Zmm zmm18 = new Zmm(18, "zmm18");
    public static final Zmm zmm19 = new Zmm(19, "zmm19");
    public static final Zmm zmm20 = new Zmm(20, "zmm20");
    public static final Zmm zmm21 = new Zmm(21, "zmm21");
    public static final Zmm zmm22 = new Zmm(22, "zmm22");
    public static final Zmm zmm23 = new Zmm(23, "zmm23");
    public static final Zmm zmm24 = new Zmm(24, "zmm24");
    public static final Zmm zmm25 = new Zmm(25, "zmm25");
    public static final Zmm zmm26 = new Zmm(26, "zmm26");
    public static final Zmm zmm27 = new Zmm(27, "zmm27");
    public static final Zmm zmm28 = new Zmm(28, "zmm28");
    public static final Zmm zmm29 = new Zmm(29, "zmm29");
    public static final Zmm zmm30 = new Zmm(30, "zmm30");
    public static final Zmm zmm31 = new Zmm(31, "zmm31");

    public static final KReg k0 = new KReg(0, "k0");
    public static final KReg k1 = new KReg(1, "k1");
    public static final KReg k2 = new KReg(2, "k2");
    public static final KReg k3 = new KReg(3, "k3");
    public static final KReg k4 = new KReg(4, "k4");
    public static final KReg k5 = new KReg(5, "k5");
    public static final KReg k6 = new KReg(6, "k6");
    public static final KReg k7 = new KReg(7, "k7");

    public static final St st0 = new St(0, "st(0)");
    public static final St st1 = new St(1, "st(1)");
    public static final St st2 = new St(2, "st(2)");
    public static final St st3 = new St(3, "st(3)");
    public static final St st4 = new St(4, "st(4)");
    public static final St st5 = new St(5, "st(5)");
    public static final St st6 = new St(6, "st(6)");
    public static final St st7 = new St(7, "st(7)");

    public static final Mm mm0 = new Mm(0, "mm0");
    public static final Mm mm1 = new Mm(1, "mm1");
    public static final Mm mm2 = new Mm(2, "mm2");
    public static final Mm mm3 = new Mm(3, "mm3");
    public static final Mm mm4 = new Mm(4, "mm4");
    public static final Mm mm5 = new Mm(5, "mm5");
    public static final Mm mm6 = new Mm(6, "mm6");
    public static final Mm mm7 = new Mm(7, "mm7");

    public static final SReg es = new SReg(0, "es");
    public static final SReg cs = new SReg(1, "cs");
    public static final SReg ss = new SReg(2, "ss");
    public static final SReg ds = new SReg(3, "ds");
    public static final SReg fs = new SReg(4, "fs");
    public static final SReg gs = new SReg(5, "gs");

    public static final CReg cr0 = new CReg(0, "cr0");
    public static final CReg cr2 = new CReg(2, "cr2");
    public static final CReg cr3 = new CReg(3, "cr3");
    public static final CReg cr4 = new CReg(4, "cr4");
    public static final CReg cr8 = new CReg(8, "cr8");

    public static final DReg dr0 = new DReg(0, "dr0");
    public static final DReg dr1 = new DReg(1, "dr1");
    public static final DReg dr2 = new DReg(2, "dr2");
    public static final DReg dr3 = new DReg(3, "dr3");
    public static final DReg dr4 = new DReg(4, "dr4");
    public static final DReg dr5 = new DReg(5, "dr5");
    public static final DReg dr6 = new DReg(6, "dr6");
    public static final DReg dr7 = new DReg(7, "dr7");
    // spotless:on

    private static final List<Reg64> GP64 =
            List.of(rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15);

    private static final List<Reg32> GP32 =
            List.of(eax, ecx, edx, ebx, esp, ebp, esi, edi, r8d, r9d, r10d, r11d, r12d, r13d, r14d, r15d);

    private static final List<Reg16> GP16 =
            List.of(ax, cx, dx, bx, sp, bp, si, di, r8w, r9w, r10w, r11w, r12w, r13w, r14w, r15w);

    private static final List<Reg8> GP8 =
            List.of(al, cl, dl, bl, spl, bpl, sil, dil, r8b, r9b, r10b, r11b, r12b, r13b, r14b, r15b);

    private static final List<Reg8> HIGH8 = List.of(ah, ch, dh, bh);

    private static final List<Xmm> XMM = List.of(
            xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15, xmm16,
            xmm17, xmm18, xmm19, xmm20, xmm21, xmm22, xmm23, xmm24, xmm25, xmm26, xmm27, xmm28, xmm29, xmm30, xmm31);

    private static final List<Ymm> YMM = List.of(
            ymm0, ymm1, ymm2, ymm3, ymm4, ymm5, ymm6, ymm7, ymm8, ymm9, ymm10, ymm11, ymm12, ymm13, ymm14, ymm15, ymm16,
            ymm17, ymm18, ymm19, ymm20, ymm21, ymm22, ymm23, ymm24, ymm25, ymm26, ymm27, ymm28, ymm29, ymm30, ymm31);

    private static final List<Zmm> ZMM = List.of(
            zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15, zmm16,
            zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31);

    private static final List<KReg> MASK = List.of(k0, k1, k2, k3, k4, k5, k6, k7);

    private static final List<St> X87 = List.of(st0, st1, st2, st3, st4, st5, st6, st7);

    private static final List<Mm> MMX = List.of(mm0, mm1, mm2, mm3, mm4, mm5, mm6, mm7);

    private static final List<SReg> SEGMENT = List.of(es, cs, ss, ds, fs, gs);

    private static final List<CReg> CONTROL = List.of(cr0, cr2, cr3, cr4, cr8);

    private static final List<DReg> DEBUG = List.of(dr0, dr1, dr2, dr3, dr4, dr5, dr6, dr7);

    private static final Map<String, Register> BY_NAME = byName();

    private Registers() {}

    private static Map<String, Register> byName() {
        Map<String, Register> names = new LinkedHashMap<>();
        for (RegisterClass registerClass : RegisterClass.values()) {
            all(registerClass).forEach(register -> names.put(register.name(), register));
        }
        HIGH8.forEach(register -> names.put(register.name(), register));
        names.put("st", st0);
        return names;
    }

    /** Returns the registers of a class by ascending number; without {@code ah} to {@code bh}. */
    public static List<? extends Register> all(RegisterClass registerClass) {
        return switch (registerClass) {
            case GP8 -> GP8;
            case GP16 -> GP16;
            case GP32 -> GP32;
            case GP64 -> GP64;
            case XMM -> XMM;
            case YMM -> YMM;
            case ZMM -> ZMM;
            case MASK -> MASK;
            case X87 -> X87;
            case MMX -> MMX;
            case SEGMENT -> SEGMENT;
            case CONTROL -> CONTROL;
            case DEBUG -> DEBUG;
        };
    }

    /** Returns the register of this name in Intel syntax, in lower case; {@code st} is {@code st(0)}. */
    public static Optional<Register> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /**
     * Returns the register of a class with this {@linkplain Register#code() code}; among byte registers the mark tells
     * {@code ah} from {@code spl}.
     *
     * @throws IndexOutOfBoundsException if there is no such register
     */
    public static Register of(RegisterClass registerClass, int code) {
        int number = code & 0x1F;
        if (registerClass == RegisterClass.CONTROL) {
            return CONTROL.stream()
                    .filter(register -> register.number() == number)
                    .findFirst()
                    .orElseThrow(() -> new IndexOutOfBoundsException("there is no control register " + number));
        }
        return (code & Reg8.FORBIDS_REX) != 0
                ? high8(number)
                : all(registerClass).get(number);
    }

    /** Returns the 64-bit general register of this number, 0 ({@code rax}) to 15. */
    public static Reg64 gp64(int number) {
        return GP64.get(number);
    }

    /** Returns the 32-bit general register of this number, 0 ({@code eax}) to 15. */
    public static Reg32 gp32(int number) {
        return GP32.get(number);
    }

    /** Returns the 16-bit general register of this number, 0 ({@code ax}) to 15. */
    public static Reg16 gp16(int number) {
        return GP16.get(number);
    }

    /** Returns the 8-bit general register of this number, 0 ({@code al}) to 15; 4 to 7 are {@code spl} to {@code dil}. */
    public static Reg8 gp8(int number) {
        return GP8.get(number);
    }

    /** Returns {@code ah}, {@code ch}, {@code dh} or {@code bh} for the numbers 4 to 7. */
    public static Reg8 high8(int number) {
        return HIGH8.get(number - 4);
    }

    /** Returns the 128-bit vector register of this number, 0 to 31. */
    public static Xmm xmm(int number) {
        return XMM.get(number);
    }

    /** Returns the 256-bit vector register of this number, 0 to 31. */
    public static Ymm ymm(int number) {
        return YMM.get(number);
    }

    /** Returns the 512-bit vector register of this number, 0 to 31. */
    public static Zmm zmm(int number) {
        return ZMM.get(number);
    }

    /** Returns the mask register of this number, 0 to 7. */
    public static KReg mask(int number) {
        return MASK.get(number);
    }
}

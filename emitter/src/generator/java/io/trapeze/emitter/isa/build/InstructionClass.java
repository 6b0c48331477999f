// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa.build;

/** A class with instruction methods. The table says which method is in which; a program loads those that it uses. */
enum InstructionClass {
    INSTRUCTIONS("Instructions", """
            /**
             * One method for each instruction and combination of operand types; each emits the shortest form that fits.
             *
             * <p>What is here is what nearly all code needs: instructions between general registers and memory, control flow, moves of
             * xmm registers, control words and processor state. The others are apart, by what they are for, so that
             * a program loads no methods by the thousand that it does not call: {@link Sse}, {@link X87}, {@link Avx},
             * {@link Avx512} and {@link Supervisor}.
             *
             * <p>Every method throws {@link EncodingException}, and emits nothing, if the operands have no encoding. It returns
             * the assembler, for a note: {@code a.mov(rsp, rax).because("the switch")}.
             */
            public abstract class Instructions extends Encoder {
                private Sse sse;
                private X87 x87;
                private Avx avx;
                private Avx512 avx512;
                private Supervisor supervisor;

                Instructions(boolean recording) {
                    super(recording);
                }

                /** Returns the instructions of SSE that calculate, for this assembler: {@code a.sse().addps(xmm0, xmm1)}. */
                public final Sse sse() {
                    if (sse == null) {
                        sse = new Sse(this);
                    }
                    return sse;
                }

                /** Returns the instructions of the x87 and of MMX, for this assembler: {@code a.x87().fldcw(word(rdi))}. */
                public final X87 x87() {
                    if (x87 == null) {
                        x87 = new X87(this);
                    }
                    return x87;
                }

                /** Returns the instructions of AVX and AVX2, for this assembler: {@code a.avx().vmovdqu(ymm0, ymmword(rdi))}. */
                public final Avx avx() {
                    if (avx == null) {
                        avx = new Avx(this);
                    }
                    return avx;
                }

                /** Returns the instructions that need AVX-512, for this assembler: {@code a.avx512().vmovdqu64(zmmword(rdi), zmm0)}. */
                public final Avx512 avx512() {
                    if (avx512 == null) {
                        avx512 = new Avx512(this);
                    }
                    return avx512;
                }

                /** Returns the instructions of operating systems and hypervisors, for this assembler: {@code a.supervisor().swapgs()}. */
                public final Supervisor supervisor() {
                    if (supervisor == null) {
                        supervisor = new Supervisor(this);
                    }
                    return supervisor;
                }

                /**
                 * Notes why the last instruction is there, for the listing.
                 *
                 * @throws EncodingException if there is none
                 */
                public abstract Assembler because(String reason);

                /**
                 * Notes which rule of the ABI description the last instruction serves, such as {@code stack.shadow}.
                 *
                 * @throws EncodingException if there is none
                 */
                public abstract Assembler serves(String rule);
            """),

    SSE("Sse", """
            /**
             * The instructions of SSE to SSE4.2 that calculate, and those for AES, SHA and the like, for one assembler. Moves are methods of {@link Instructions}.
             */
            """ + beside("Sse")),

    X87("X87", """
            /** The instructions of the x87 and of MMX, whose registers are the same, for one assembler. */
            """ + beside("X87")),

    AVX("Avx", """
            /**
             * The instructions of AVX and AVX2, FMA among them, for one assembler: all with a VEX prefix but those between general registers, which are
             * methods of {@link Instructions}. The upper sixteen vector registers and addresses of AVX-512's kind are taken where there is an EVEX form, too.
             */
            """ + beside("Avx")),

    SUPERVISOR("Supervisor", """
            /** The instructions of operating systems, hypervisors and enclaves, for one assembler. */
            """ + beside("Supervisor")),

    AVX512("Avx512", """
            /**
             * The instructions that need AVX-512, for one assembler: one method for each combination of operand types of which all
             * forms have an EVEX prefix or a mask register, and once more each that has an EVEX form besides others, for a mask or a
             * rounding to stand before it: {@code a.avx512().k(k1).vaddpd(xmm0, xmm1, xmm2)}. {@link Assembler#avx512()} returns them, and
             * whatever can be said of such an instruction only.
             */
            """ + beside("Avx512") + """

                /** Leaves elements of the next instruction's result as they are where the mask has a 0: {@code a.avx512().k(k1).vaddpd(…)}. */
                public Avx512 k(KReg mask) {
                    return mask(mask, 0);
                }

                /** Makes elements of the next instruction's result 0 where the mask has a 0. */
                public Avx512 kz(KReg mask) {
                    return mask(mask, Decoration.ZEROING);
                }

                private Avx512 mask(KReg mask, int zeroing) {
                    if (mask.number() == 0) {
                        throw assembler.refused(
                                "k0 cannot be a write mask: its number means that there is none; use k1 to k7");
                    }
                    return decorate(mask.number() | zeroing);
                }

                /** Makes the next instruction round to the nearest, ties to even, whatever MXCSR says; no exception is raised. */
                public Avx512 rnSae() {
                    return decorate(Decoration.RN_SAE);
                }

                /** Makes the next instruction round down, whatever MXCSR says; no exception is raised. */
                public Avx512 rdSae() {
                    return decorate(Decoration.RD_SAE);
                }

                /** Makes the next instruction round up, whatever MXCSR says; no exception is raised. */
                public Avx512 ruSae() {
                    return decorate(Decoration.RU_SAE);
                }

                /** Makes the next instruction round towards zero, whatever MXCSR says; no exception is raised. */
                public Avx512 rzSae() {
                    return decorate(Decoration.RZ_SAE);
                }

                /** Keeps the next instruction from raising floating-point exceptions. */
                public Avx512 sae() {
                    return decorate(Decoration.SAE);
                }

                private Avx512 decorate(int bits) {
                    assembler.decorateNext(bits);
                    return this;
                }
            """);

    private final String javaName;
    private final String head;

    InstructionClass(String javaName, String head) {
        this.javaName = javaName;
        this.head = head;
    }

    String javaName() {
        return javaName;
    }

    /** Returns the source up to the first instruction's method. */
    String head() {
        return head;
    }

    /** Returns the beginning of a class whose methods write with another's assembler. */
    private static String beside(String javaName) {
        return """
                public final class <name> {
                    private final Instructions assembler;

                    <name>(Instructions assembler) {
                        this.assembler = assembler;
                    }
                """.replace("<name>", javaName);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.isa.RegisterClass;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg8;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;

/** Ways to make an instruction wrong. What comes out may be right by accident: others are to judge that. */
enum Blunder {
    REGISTER_OF_ANOTHER_SIZE((line, random) -> change(line, random, Register.class, r -> register(random))),
    MEMORY_OF_ANOTHER_SIZE((line, random) -> change(line, random, Mem.class, m -> Mem.of(bits(random), m.address()))),
    MEMORY_WITHOUT_A_SIZE((line, random) -> change(line, random, Mem.class, m -> Mem.of(0, m.address()))),
    REGISTER_FOR_MEMORY((line, random) -> change(line, random, Mem.class, m -> register(random))),
    MEMORY_FOR_A_REGISTER((line, random) -> change(line, random, Register.class, r -> memory(random))),
    IMMEDIATE_FOR_A_REGISTER((line, random) -> change(line, random, Register.class, r -> immediate(random))),
    REGISTER_FOR_AN_IMMEDIATE((line, random) -> change(line, random, Immediate.class, i -> register(random))),
    IMMEDIATE_OUT_OF_RANGE((line, random) -> change(line, random, Immediate.class, i -> immediate(random))),
    TOO_MANY_OPERANDS((line, random) -> Optional.of(line.plus(any(random)))),
    TOO_FEW_OPERANDS((line, random) ->
            line.operands().isEmpty() ? Optional.empty() : Optional.of(line.without(pick(line, random)))),
    TWO_IN_MEMORY((line, random) -> line.operands().size() < 2
            ? Optional.empty()
            : Optional.of(line.with(0, memory(random)).with(1, memory(random)))),
    LOCK((line, random) -> Optional.of(line.locked())),
    HIGH_BYTE((line, random) -> change(line, random, Reg8.class, r -> Registers.high8(4 + random.nextInt(4)))),
    UPPER_VECTOR((line, random) -> change(
            line, random, Register.class, r -> r.registerClass().vector() ? upper(r, random) : register(random))),
    OTHER_MNEMONIC((line, random) -> {
        List<Shape> shapes = Space.shapes();
        return Optional.of(line.named(
                Utterance.of(shapes.get(random.nextInt(shapes.size())).sample(0))
                        .mnemonic()));
    }),

    STACK_POINTER_AS_INDEX((line, random) -> address(line, random, "[%s + rsp*%d]")),
    BAD_SCALE((line, random) -> address(
            line,
            random,
            "[%s + " + gp64(random) + "*" + List.of(3, 5, 6, 7, 9, 16, 0).get(random.nextInt(7)) + "]")),
    MIXED_ADDRESS((line, random) -> address(line, random, "[%s + " + Registers.gp32(random.nextInt(16)) + "*%d]")),
    SHORT_ADDRESS((line, random) -> address(line, random, "[" + Registers.gp16(8 + random.nextInt(8)) + "]")),
    BYTE_ADDRESS((line, random) -> address(line, random, "[" + Registers.gp8(random.nextInt(16)) + " + %2$d]")),
    THREE_REGISTERS((line, random) -> address(line, random, "[%s + " + gp64(random) + " + " + gp64(random) + "*%d]")),
    TWO_SCALES((line, random) -> address(line, random, "[%s*2 + " + gp64(random) + "*%d]")),
    BASE_BESIDE_RIP((line, random) -> address(line, random, "[rip + %s]")),
    FAR_DISPLACEMENT((line, random) -> address(line, random, "[%s + 0x1" + hex(random) + "]")),
    VECTOR_INDEX((line, random) -> address(line, random, "[%s + " + Registers.xmm(random.nextInt(16)) + "*%d]")),
    SUBTRACTED_REGISTER((line, random) -> address(line, random, "[%s - " + gp64(random) + "]")),
    OPEN_BRACKET((line, random) -> address(line, random, "[%s + 8")),
    NO_BRACKET((line, random) -> address(line, random, "%s + 8]")),

    MASK_ZERO((line, random) -> decorate(line, "{k0}")),
    ZEROING_ALONE((line, random) -> decorate(line, "{z}")),
    MASK((line, random) -> decorate(line, "{k" + (1 + random.nextInt(7)) + "}")),
    MASK_AND_ZEROING((line, random) -> decorate(line, "{k" + (1 + random.nextInt(7)) + "}{z}")),
    WRONG_MASK((line, random) ->
            decorate(line, List.of("{k8}", "{rax}", "{k1", "{xmm1}", "{}").get(random.nextInt(5)))),
    BROADCAST((line, random) -> text(
            line,
            random,
            Operand.class,
            o -> o
                    + List.of("{1to3}", "{1to2}", "{1to4}", "{1to8}", "{1to16}", "{1to32}")
                            .get(random.nextInt(6)))),
    ROUNDING((line, random) -> Optional.of(line.with(
            line.operands().size(),
            List.of("{rn-sae}", "{sae}", "{rz-sae}", "{rx-sae}").get(random.nextInt(4))))),

    MISSPELT_MNEMONIC((line, random) -> Optional.of(line.named(misspelt(line.mnemonic(), random)))),
    DOUBLE_COMMA((line, random) -> text(line, random, Operand.class, o -> ", " + o)),
    JUNK((line, random) -> text(
            line,
            random,
            Operand.class,
            o -> o + " " + List.of("$", "\\", "]", ")", "}", "{", "?").get(random.nextInt(7)))),
    UNKNOWN_SIZE((line, random) -> text(
            line,
            random,
            Mem.class,
            m -> List.of("oword ptr ", "bytes ptr ", "qword ptr qword ptr ", "ptr ptr ", "word dword ptr ")
                            .get(random.nextInt(5))
                    + m.address()));

    private final BiFunction<Utterance, Random, Optional<Utterance>> mutation;

    Blunder(BiFunction<Utterance, Random, Optional<Utterance>> mutation) {
        this.mutation = mutation;
    }

    /** Returns the line made wrong; empty if it offers nothing to this. */
    Optional<Utterance> in(Utterance line, Random random) {
        return mutation.apply(line, random);
    }

    private interface Change<T, R> {
        R of(T operand);
    }

    private static int pick(Utterance line, Random random) {
        return random.nextInt(line.operands().size());
    }

    private static <T extends Operand> Optional<Utterance> change(
            Utterance line, Random random, Class<T> type, Change<T, Operand> change) {
        return find(line, random, type).map(i -> line.with(i, change.of(type.cast(operand(line, i)))));
    }

    private static <T extends Operand> Optional<Utterance> text(
            Utterance line, Random random, Class<T> type, Change<T, String> change) {
        return find(line, random, type).map(i -> line.with(i, change.of(type.cast(operand(line, i)))));
    }

    private static Operand operand(Utterance line, int i) {
        return line.typed().orElseThrow().get(i);
    }

    private static Optional<Integer> find(Utterance line, Random random, Class<?> type) {
        if (line.operands().isEmpty()) {
            return Optional.empty();
        }
        int first = pick(line, random);
        for (int n = 0; n < line.operands().size(); n++) {
            int i = (first + n) % line.operands().size();
            if (type.isInstance(operand(line, i))) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    /** Replaces the address; the pattern may have a base register and a scale. */
    private static Optional<Utterance> address(Utterance line, Random random, String pattern) {
        return text(line, random, Mem.class, m -> {
            String whole = m.toString();
            return whole.substring(0, whole.indexOf('[')) + pattern.formatted(gp64(random), 1 << random.nextInt(4));
        });
    }

    private static Optional<Utterance> decorate(Utterance line, String decoration) {
        return line.operands().isEmpty()
                ? Optional.empty()
                : Optional.of(line.with(0, line.operands().get(0) + decoration));
    }

    private static Operand any(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> register(random);
            case 1 -> memory(random);
            default -> immediate(random);
        };
    }

    private static Register register(Random random) {
        RegisterClass[] classes = RegisterClass.values();
        while (true) {
            RegisterClass registerClass = classes[random.nextInt(classes.length)];
            try {
                return Registers.of(registerClass, random.nextInt(registerClass.vector() ? 32 : 16));
            } catch (IndexOutOfBoundsException e) {
                continue; // there are fewer of this class
            }
        }
    }

    private static Register upper(Register register, Random random) {
        return Registers.of(register.registerClass(), 16 + random.nextInt(16));
    }

    private static Register gp64(Random random) {
        return Registers.gp64(random.nextInt(16));
    }

    private static int bits(Random random) {
        return List.of(8, 16, 32, 64, 80, 128, 256, 512).get(random.nextInt(8));
    }

    private static Mem memory(Random random) {
        return Mem.of(bits(random), Address.of(Registers.gp64(random.nextInt(16)), random.nextInt(300) - 150));
    }

    private static Immediate immediate(Random random) {
        return new Immediate(
                random.nextLong() >> List.of(0, 16, 24, 28, 40, 47, 52).get(random.nextInt(7)));
    }

    private static String hex(Random random) {
        return "%08x".formatted(random.nextInt());
    }

    private static String misspelt(String mnemonic, Random random) {
        int at = random.nextInt(mnemonic.length());
        char letter = (char) ('a' + random.nextInt(26));
        return switch (random.nextInt(3)) {
            case 0 -> mnemonic.substring(0, at) + letter + mnemonic.substring(at);
            case 1 -> mnemonic.substring(0, at) + letter + mnemonic.substring(at + 1);
            default -> mnemonic.substring(0, at) + mnemonic.substring(at + 1) + letter;
        };
    }
}

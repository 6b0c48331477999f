// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import io.trapeze.emitter.isa.Encoding.Prefixing;
import java.util.List;

/** What every row must satisfy: operands, Op/En and encoding have to tell the same story. */
final class FormRules {
    private FormRules() {}

    /**
     * Checks one form.
     *
     * @throws IllegalArgumentException with the first contradiction found
     */
    static void check(Form form) {
        Encoding encoding = form.encoding();
        OpEn opEn = form.opEn();
        List<OperandSpec> operands = form.operands();
        long encoded = operands.stream().filter(o -> !o.kind().fixed()).count();
        require(
                encoded == opEn.fields().length(),
                "Op/En " + opEn + " places " + opEn.fields().length() + " operands, the signature has " + encoded);
        int immediateBytes = 0;
        for (int i = 0; i < operands.size(); i++) {
            OperandKind kind = operands.get(i).kind();
            boolean fits = switch (form.field(i)) {
                case 'M' -> kind.allowsMemory() || kind.register().isPresent();
                case 'R', 'V', 'O', 'S' -> kind.register().isPresent() && !kind.allowsMemory();
                case 'I' -> kind.isImmediate();
                case 'D' -> kind.isBranch() || kind.isOffset();
                default -> true;
            };
            require(fits, "operand " + kind.notation() + " cannot go to field " + form.field(i));
            immediateBytes += form.field(i) == 'S' ? 1 : kind.immediateBytes();
        }
        require(
                immediateBytes == encoding.immediateBytes(),
                "the operands need " + immediateBytes + " immediate bytes, the encoding has "
                        + encoding.immediateBytes());
        require(opEn.has('M') == encoding.modRm(), "a ModRM byte is written exactly when an operand goes to ModRM.rm");
        require(
                !encoding.modRm() || opEn.has('R') != encoding.digit().isPresent(),
                "ModRM.reg holds either a register (/r) or a digit");
        require(!encoding.addressSize32() || opEn == OpEn.D, "A32 stands before branches only");
        require(opEn.has('O') == encoding.opcodeRegister(), "+r stands exactly when an operand goes to the opcode");
        require(!opEn.has('V') || encoding.prefixing() != Prefixing.LEGACY, "vvvv exists only with VEX or EVEX");
        boolean legacy = encoding.prefixing() == Prefixing.LEGACY;
        require(legacy || encoding.map() != 0, "a VEX or EVEX prefix names an opcode map: 0F, 0F38 or 0F3A");
        require(legacy || !encoding.operandSize16(), "O16 has no place beside a VEX or EVEX prefix: they have pp");
        require(encoding.length() < 2 || encoding.prefixing() == Prefixing.EVEX, "512 bits need EVEX");
        int widest = operands.stream()
                .flatMap(o -> o.kind().register().stream())
                .filter(RegisterClass::vector)
                .mapToInt(RegisterClass::bits)
                .max()
                .orElse(0);
        require(
                widest <= 128 << encoding.length(),
                "a " + widest + "-bit register does not fit a vector length of " + (128 << encoding.length()));
        marks(form);
        require(
                !form.lockable()
                        || operands.stream()
                                .anyMatch(o ->
                                        o.kind().allowsMemory() && o.access().writes()),
                "lock needs an operand that may be memory and is written");
        require(
                !form.segmentable() || operands.stream().noneMatch(o -> o.kind().memoryBits() > 0),
                "segment is for memory that is no operand: an operand has a segment of its own");
    }

    /** What stands beside the operands needs EVEX, and a place where it has a meaning (SDM vol. 2, section 2.7). */
    private static void marks(Form form) {
        boolean rounds = form.allows(Mark.ER) || form.allows(Mark.SAE);
        boolean any = rounds || form.allows(Mark.K) || form.allows(Mark.Z) || form.broadcastBits() > 0;
        require(!any || form.encoding().prefixing() == Prefixing.EVEX, "masks, broadcast and rounding need EVEX");
        require(!form.allows(Mark.ER) || !form.allows(Mark.SAE), "{er} says {sae} as well: write one");
        require(
                !rounds || form.encoding().length() == 2 || form.encodingText().contains("LLIG"),
                "rounding takes the place of the vector length, so it needs 512 bits or LLIG");
        require(Integer.bitCount(form.displacementUnit()) == 1, "N is no power of two");
        for (int i = 0; i < form.operands().size(); i++) {
            OperandSpec operand = form.operands().get(i);
            require(
                    operand.broadcastBits() == 0 || form.field(i) == 'M' && operand.lanes() > 1,
                    "a broadcast element needs a wider memory operand in ModRM.rm: " + operand);
            require(!operand.marks().contains(Mark.Z) || operand.marks().contains(Mark.K), "{z} needs {k}: " + operand);
            require(
                    !operand.marks().contains(Mark.K) || operand.access().writes(),
                    "{k} needs an operand that is written: " + operand);
            require(
                    !operand.marks().contains(Mark.Z)
                            || operand.kind()
                                    .register()
                                    .filter(RegisterClass::vector)
                                    .isPresent(),
                    "{z} needs a vector register: " + operand);
        }
    }

    private static void require(boolean condition, String reason) {
        if (!condition) {
            throw new IllegalArgumentException(reason);
        }
    }
}

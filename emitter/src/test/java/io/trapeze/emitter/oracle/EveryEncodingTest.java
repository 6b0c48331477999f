// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.decode.FormDecoder;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Guard;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Register;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EveryEncodingTest {
    private static final InstructionTable TABLE = InstructionTable.shipped();

    private static final List<String> NOT_AS_TYPED = new ArrayList<>();
    private static final List<String> NOT_AS_DECODED = new ArrayList<>();
    private static final BitSet CHOSEN = new BitSet();

    /** Encodes everything once, for the tests to look at what came of it. */
    @BeforeAll
    static void encodeEverything() {
        TypedMethods methods = new TypedMethods();
        Batch.forEach(batch -> {
            Assembler assembler = new Assembler(false);
            batch.samples().forEach(sample -> sample.emitTyped(assembler, methods));
            byte[] typed = assembler.finish("typed").bytes();
            for (int i = 0; i < batch.samples().size(); i++) {
                Sample sample = batch.samples().get(i);
                Instruction instruction = batch.instructions().get(i);
                CHOSEN.set(instruction.form().orElseThrow().id());
                int start = instruction.offset();
                int end = start + instruction.size();
                if (end > typed.length || !Arrays.equals(typed, start, end, instruction.bytes(), 0, end - start)) {
                    NOT_AS_TYPED.add(sample.toString());
                }
                DecodedInstruction decoded =
                        FormDecoder.decode(instruction.form().orElseThrow(), instruction.bytes());
                if (decoded.lock() != sample.lock() || !sameOperands(decoded, sample)) {
                    NOT_AS_DECODED.add(sample + " came back as " + decoded);
                }
            }
        });
    }

    @Test
    void typedMethodsAndEmissionByNameMakeTheSameBytes() {
        assertThat(NOT_AS_TYPED.stream().limit(20)).isEmpty();
    }

    @Test
    void decodingGivesBackWhatWasEmitted() {
        assertThat(NOT_AS_DECODED.stream().limit(20)).isEmpty();
    }

    @Test
    void everyFormIsChosenForSomeOperands() {
        List<Form> never = TABLE.forms().stream()
                .filter(form -> !EveryEncoding.isBranch(form) && !CHOSEN.get(form.id()))
                .toList();
        assertThat(never).as("forms that another one always precedes").isEmpty();
    }

    @Test
    void everyNameOfAnInstructionMakesTheSameBytes() {
        TypedMethods methods = new TypedMethods();
        for (Form form : TABLE.forms()) {
            List<Sample> samples = new ArrayList<>();
            if (!EveryEncoding.isBranch(form)) {
                EveryEncoding.of(form, samples::add);
            }
            for (String name : form.names()) {
                for (Sample sample : samples.subList(0, Math.min(3, samples.size()))) {
                    Sample renamed = new Sample(name, sample.operands(), sample.lock());
                    assertThat(bytes(renamed, methods)).as(renamed.toString()).isEqualTo(bytes(sample, methods));
                }
            }
        }
    }

    private static byte[] bytes(Sample sample, TypedMethods methods) {
        Assembler assembler = new Assembler();
        sample.emitTyped(assembler, methods);
        sample.emitByName(assembler);
        Instruction instruction = assembler.finish("both").instructions().get(0);
        return instruction.bytes();
    }

    /** Immediates are the same if the bits that are encoded are; an exchange may have its operands in either order. */
    private static boolean sameOperands(DecodedInstruction decoded, Sample sample) {
        List<Operand> own = sample.operands();
        if (decoded.form().mnemonic().equals("xchg") && own.stream().allMatch(Register.class::isInstance)) {
            return Set.copyOf(decoded.operands()).equals(Set.copyOf(own));
        }
        for (int i = 0; i < own.size(); i++) {
            Operand back = decoded.operands().get(i);
            boolean same = own.get(i) instanceof Immediate expected && back instanceof Immediate actual
                    ? sameBits(decoded.form(), i, expected.value(), actual.value())
                    : Objects.equals(own.get(i), back);
            if (!same) {
                return false;
            }
        }
        return own.size() == decoded.operands().size();
    }

    private static boolean sameBits(Form form, int operand, long expected, long actual) {
        int bytes = form.operands().get(operand).kind().immediateBytes();
        int bits = Guard.of(form, operand) == Guard.NONE ? 8 * bytes : form.operandBits();
        return expected << 64 - bits == actual << 64 - bits;
    }

    @Test
    void mnemonicsAreSpelledAsTheTypedMethodsExpect() {
        Set<String> odd = TABLE.mnemonics().stream()
                .filter(name -> !name.matches("[a-z][a-z0-9]*(_[a-z]+)?"))
                .collect(Collectors.toSet());
        assertThat(odd).isEmpty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Emission;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.operand.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EveryEncodingTest {
    private static final int OF_EACH_SHAPE = 400;
    private static final InstructionTable TABLE = InstructionTable.shipped();

    private static final Batch SOME = new Batch();

    /** Encodes some operands of every form through the typed methods. */
    @BeforeAll
    static void encode() {
        Generator generator = new Generator(SOME);
        for (Shape shape : Space.shapes()) {
            Plan.Part part = Plan.Part.spread(shape, OF_EACH_SHAPE, 0);
            for (int i = 0; i < part.count(); i++) {
                generator.add(shape, part.number(i));
            }
        }
    }

    @Test
    void typedMethodsAndEmissionByNameMakeTheSameBytes() {
        Emission emission = new Emission(true);
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < SOME.size(); i++) {
            byte[] named = bytes(emission, SOME.sample(i));
            if (!Arrays.equals(named, SOME.code(i))) {
                differences.add(SOME.text(i) + ": by name " + HexFormat.of().formatHex(named));
            }
        }
        assertThat(differences.stream().limit(20)).isEmpty();
        assertThat(SOME.size()).isGreaterThan(200_000);
    }

    @Test
    void everyFormIsChosenForSomeOperands() {
        BitSet chosen = new BitSet();
        for (int i = 0; i < SOME.size(); i++) {
            chosen.set(SOME.form(i).id());
        }
        List<Form> never = TABLE.forms().stream()
                .filter(form -> !Space.isBranch(form) && !chosen.get(form.id()))
                .toList();
        assertThat(never).as("forms that another one always precedes").isEmpty();
    }

    @Test
    void everyNameOfAnInstructionMakesTheSameBytes() {
        TypedMethods methods = new TypedMethods();
        Emission emission = new Emission(true);
        for (int i = 0; i < SOME.size(); i += 10) {
            Sample sample = SOME.sample(i);
            List<String> names = SOME.form(i).names();
            for (String name : names.subList(1, names.size())) {
                Sample renamed = new Sample(name, sample.operands(), sample.decoration());
                assertThat(bytes(emission, renamed)).as(renamed.toString()).isEqualTo(SOME.code(i));
                emission.restart();
                renamed.emitTyped(emission, methods);
                assertThat(emission.bytes()).as(renamed.toString()).isEqualTo(SOME.code(i));
            }
        }
    }

    @Test
    void whatTakesAMaskBesidesMakesTheSameBytesWhereMasksStand() {
        TypedMethods methods = new TypedMethods();
        Emission emission = new Emission(true);
        int twins = 0;
        for (int i = 0; i < SOME.size(); i += 10) {
            Sample sample = SOME.sample(i);
            Optional<TypedMethods.Call> twin = methods.findTwin(sample.mnemonic(), sample.operands());
            if (twin.isPresent()) {
                emission.restart();
                emission.decorate(sample.decoration());
                twin.get().on(emission, sample.operands().toArray(Operand[]::new));
                assertThat(emission.bytes()).as(sample.toString()).isEqualTo(SOME.code(i));
                twins++;
            }
        }
        assertThat(twins).isGreaterThan(5_000);
    }

    private static byte[] bytes(Emission emission, Sample sample) {
        emission.restart();
        sample.emitByName(emission);
        return emission.bytes();
    }

    @Test
    void mnemonicsAreSpelledAsTheTypedMethodsExpect() {
        Set<String> odd = TABLE.mnemonics().stream()
                .filter(name -> !name.matches("[a-z][a-z0-9]*(_[a-z]+)?"))
                .collect(Collectors.toSet());
        assertThat(odd).isEmpty();
    }
}

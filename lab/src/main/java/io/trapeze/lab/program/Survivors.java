// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.xmmword;
import static io.trapeze.emitter.operand.Registers.rbp;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.trampolines.VectorMove;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The registers whose values an ABI has calls keep, as a row of 8-byte words: general registers, vectors as wide as they are
 * preserved, masks, and those that are zero at calls.
 *
 * <p>Emits its way from memory into the processor and back. Offsets are bytes from the row's start.
 */
final class Survivors {
    private final List<IndexReg> general;
    private final List<PreservedVector> vectors;
    private final List<KReg> masks;
    private final List<Register> zero;
    private final Map<String, String> rules = new LinkedHashMap<>();
    private final int vectorsAt;
    private final int masksAt;
    private final int zeroAt;

    /**
     * @param goroutine the register that holds the goroutine: no body can write it
     */
    Survivors(Abi abi, IndexReg goroutine) {
        this.general = new ArrayList<>(abi.preservedGeneral());
        general.remove(goroutine);
        general.forEach(r -> rules.put(r.name(), AbiField.PRESERVED_GENERAL.of(r)));
        if (abi.preservesRbp()) {
            general.add(rbp);
            rules.put(rbp.name(), AbiField.PRESERVED_RBP.is(true));
        }
        this.vectorsAt = 8 * rules.size();
        this.vectors = abi.preservedVectors();
        vectors.forEach(v -> words(v.register().name(), v.bits(), AbiField.PRESERVED_VECTORS.of(v)));
        this.masksAt = 8 * rules.size();
        this.masks = abi.preserved().masks();
        masks.forEach(k -> rules.put(k.name(), AbiField.PRESERVED_MASKS.of(k)));
        this.zeroAt = 8 * rules.size();
        this.zero = abi.calls().zero();
        zero.forEach(r -> words(r.name(), r instanceof Xmm ? 128 : 64, AbiField.CALLS_ZERO.of(r)));
    }

    private void words(String name, int bits, String rule) {
        for (int bit = 0; bit < bits; bit += 64) {
            rules.put(bits == 64 ? name : name + ", bits " + bit + " to " + (bit + 63), rule);
        }
    }

    /** The name of each word, in order. */
    List<String> names() {
        return List.copyOf(rules.keySet());
    }

    /** The rule of the ABI that a word's value survives by; empty for what is no such word. */
    String rule(String name) {
        return rules.getOrDefault(name, "");
    }

    int words() {
        return rules.size();
    }

    int bytes() {
        return 8 * words();
    }

    /** Bytes of the words that can have any value; those behind them are always zero. */
    int patternedBytes() {
        return zeroAt;
    }

    /** Names them all, for people. */
    List<String> describe() {
        List<String> parts = new ArrayList<>();
        general.forEach(r -> parts.add(r.name()));
        vectors.forEach(v -> parts.add(v.name()));
        masks.forEach(k -> parts.add(k.name()));
        zero.forEach(r -> parts.add(r.name() + " = 0"));
        return parts;
    }

    // spotless:off
    /** Emits the load of everything but what is zero from {@code [block + offset]}; {@code block} comes last if it is one of them. */
    void load(GoroutineAssembler a, IndexReg block, int offset) {
        int at = offset + vectorsAt;
        for (PreservedVector vector : vectors) {
            VectorMove.load(a, block, at, vector);
            at += vector.bytes();
        }
        for (int i = 0; i < masks.size(); i++) {
            a.avx512().kmovq(masks.get(i), qword(block, offset + masksAt + 8 * i));
        }
        for (int i = 0; i < general.size(); i++) {
            if (general.get(i) != block) {
                a.mov(general.get(i), qword(block, offset + 8 * i));
            }
        }
        if (general.contains(block)) {
            a.mov(block, qword(block, offset + 8 * general.indexOf(block)));
        }
    }

    /** Emits the store of everything to {@code [base + offset]}; changes nothing else. */
    void store(GoroutineAssembler a, Reg64 base, int offset) {
        for (int i = 0; i < general.size(); i++) {
            a.mov(qword(base, offset + 8 * i), general.get(i));
        }
        int at = offset + vectorsAt;
        for (PreservedVector vector : vectors) {
            VectorMove.store(a, base, at, vector);
            at += vector.bytes();
        }
        for (int i = 0; i < masks.size(); i++) {
            a.avx512().kmovq(qword(base, offset + masksAt + 8 * i), masks.get(i));
        }
        at = offset + zeroAt;
        for (Register register : zero) {
            if (register instanceof Xmm vector) {
                a.movdqu(xmmword(base, at), vector);
                at += 16;
            } else {
                a.mov(qword(base, at), (IndexReg) register);
                at += 8;
            }
        }
    }
    // spotless:on
}

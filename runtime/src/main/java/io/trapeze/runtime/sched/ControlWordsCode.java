// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.ControlWords;

/**
 * The emitted code that keeps a goroutine's control words, MXCSR and that of x87, to itself: Java and the hot path run with those
 * that a process starts with.
 */
final class ControlWordsCode {
    /** MXCSR as a process starts with it (psABI, section 3.4.1). */
    static final int DEFAULT_MXCSR = 0x1F80;
    /** The x87 control word as a process starts with it. */
    static final int DEFAULT_X87 = 0x037F;

    private final Assembler a;
    private final ControlWords preserved;
    private final Gobuf gobuf;
    private final IndexReg goroutine;
    private final Label defaults;

    ControlWordsCode(Assembler a, Records records) {
        this.a = a;
        this.preserved = records.abi().controlWords();
        this.gobuf = records.g().gobuf();
        this.goroutine = records.goroutine();
        this.defaults = a.label("default_control_words");
    }

    // spotless:off
    /** Emits the words' way into the running goroutine's Gobuf, and the defaults in their place, as far as its ABI preserves them. */
    void putAside() {
        if (preserved.mxcsr()) {
            a.stmxcsr(gobuf.mxcsr(goroutine));
        }
        if (preserved.x87()) {
            a.fnstcw(gobuf.x87(goroutine));
        }
        setDefaults(preserved);
    }

    /** Emits the running goroutine's words' way back, as far as its ABI preserves them. */
    void takeBack() {
        if (preserved.mxcsr()) {
            a.ldmxcsr(gobuf.mxcsr(goroutine));
        }
        if (preserved.x87()) {
            a.fldcw(gobuf.x87(goroutine));
        }
    }

    /** Emits the defaults, as the host's code expects them, whatever the goroutines' ABI preserves. */
    void setDefaults() {
        setDefaults(ControlWords.PRESERVED);
    }

    private void setDefaults(ControlWords which) {
        if (which.mxcsr()) {
            a.ldmxcsr(dword(defaults));
        }
        if (which.x87()) {
            a.fldcw(word(Address.rip(defaults).plus(4)));
        }
    }

    /** Emits the words that all this reads; nothing may run into them. */
    void data() {
        a.align(8);
        a.bind(defaults);
        a.dd(DEFAULT_MXCSR, DEFAULT_X87);
    }
    // spotless:on
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.decode.DecodedInstruction;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.RegisterClass;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.trampolines.OutgoingCall;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.StackRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The assembler for a goroutine's body, with what only goroutines can do.
 *
 * <p>The body is a function of the ABI that its scheduler was built for. It begins with its arguments where that ABI puts them,
 * by the host's own always in {@code rdi rsi rdx rcx r8 r9}, on a stack of its own aligned as after a call, and ends by {@code ret}, by
 * {@link #exit} or by falling off its end. It may use every register but {@code r14}, which holds the goroutine
 * ({@link #goroutine} tells under any ABI); a body that writes it is refused.
 *
 * <p>{@link #yield}, {@link #park} and {@link #callJava} are calls by that ABI, {@link #callNative} by the host's:
 * callee-saved registers survive them, all others and the flags may change. Preemption changes nothing at all; a body that
 * loads x87 registers, which it does not save, is not preempted.
 */
public final class GoroutineAssembler extends Assembler {
    static final String YIELD = "goroutine_yield";
    static final String PARK = "goroutine_park";
    /** The rule that instructions serve which set r14 on purpose. */
    static final String PIN = "pinned.g";

    /** Instructions after which the control words may not be what a process starts with. */
    private static final Set<String> CHANGE_CONTROL_WORDS = Set.of(
            "ldmxcsr",
            "vldmxcsr",
            "fldcw",
            "fninit",
            "fldenv",
            "frstor",
            "fnsave",
            "fnstenv",
            "fxrstor",
            "fxrstor64",
            "xrstor",
            "xrstor64",
            "xrstors",
            "xrstors64");

    /** Instructions without an x87 opcode that load the x87 registers all the same. */
    private static final Set<String> RESTORE_X87 =
            Set.of("fxrstor", "fxrstor64", "xrstor", "xrstor64", "xrstors", "xrstors64");

    /** Instructions with an x87 opcode after which the x87 registers hold nothing that they did not hold before. */
    private static final Set<String> LEAVE_X87 =
            Set.of("fldcw", "fnclex", "fninit", "fnop", "fnsave", "fnstcw", "fnstenv", "fnstsw");

    private record Callback(Label label, Consumer<GoroutineAssembler> code) {}

    private final Records records;
    private final StackHeader header;
    private final List<Upcall> upcalls = new ArrayList<>();
    private final List<Callback> callbacks = new ArrayList<>();
    private boolean callsForeignCode;

    GoroutineAssembler(Records records, long slotSize) {
        this.records = records;
        this.header = new StackHeader(slotSize);
    }

    // spotless:off
    /** Lets the other goroutines of this carrier run. Changes the registers that a call may change. */
    public void yield() {
        Label next = label();
        lea(records.convention().resume(), ptr(next)) .because("where to go on");
        jmp(external(YIELD))                          .because("the others' turn");
        bind(next);
    }

    /** Waits until somebody {@linkplain Scheduler#ready makes this goroutine ready}, or goes on if somebody has already. */
    public void park() {
        call(external(PARK)) .because("until made ready");
    }

    /**
     * Makes a goroutine of the same scheduler ready, as {@link Scheduler#ready}. Changes the registers that a call may change.
     * That goroutine must not have ended yet: another one may have its place then, and would get the permit.
     */
    public void ready(Goroutine goroutine) {
        List<IndexReg> kept = records.isForeign() ? EntryCode.CHANGED.stream().filter(this::isKept).toList() : List.of();
        kept.forEach(this::push);
        mov(records.host().integerArguments().get(0), goroutine.address());
        mov(records.host().integerArguments().get(1), goroutine.scheduler().sharedAddress());
        call(external("ready")) .because("now or at its next park");
        for (int i = kept.size() - 1; i >= 0; i--) {
            pop(kept.get(i))    .serves(PIN);
        }
        OutgoingCall.zero(this, records.abi());
    }

    /** Whether a body finds in a register after a call what was in there before. */
    private boolean isKept(IndexReg register) {
        return records.abi().preserves(register) || records.abi().pinned().all().contains(register);
    }

    /**
     * Puts the body's first argument into a register, wherever the ABI has it, before the body has changed it.
     *
     * @param pushed bytes by which the body has moved RSP since it began
     */
    public void argument(IndexReg target, int pushed) {
        List<IndexReg> passed = records.convention().passed();
        if (passed.isEmpty()) {
            mov(target, Mem.qword(rsp, pushed + 8 + records.abi().stack().shadow())) .because("the first argument");
        } else if (passed.get(0) != target) {
            mov(target, passed.get(0)) .because("the first argument");
        }
    }

    /** Ends the goroutine. */
    public void exit() {
        jmp(external("goexit")) .because("ends the goroutine");
    }

    /** Calls Java, without arguments or result. */
    public void callJava(Runnable upcall) {
        callJava((a0, a1, a2) -> {
            upcall.run();
            return 0;
        });
    }

    /**
     * Calls Java with the values of {@code rdi}, {@code rsi} and {@code rdx}; its result comes back in the ABI's register for
     * results, {@code rax} on System V. Changes {@code rax} under any ABI.
     *
     * @throws BodyException if the ABI has another meaning for one of the four
     */
    public void callJava(Upcall upcall) {
        List.of(rdi, rsi, rdx, rax).forEach(this::requireWithoutMeaning);
        mov(eax, upcalls.size());
        upcalls.add(upcall);
        call(external("upcall")) .because("systemstack, then Java");
    }

    /**
     * Calls a C function on this goroutine's stack, with the arguments that the registers hold. Its result is in {@code rax}.
     * It runs with the stack that the goroutine has left, and is not preempted.
     */
    public void callNative(NativeFunction function) {
        callNative(function.address());
    }

    /** Calls a C function by its address; see {@link #callNative(NativeFunction)}. */
    public void callNative(long function) {
        callsForeignCode = true;
        push(rbp);
        mov(rbp, rsp);
        StackRules rules = records.host().stack();
        and(rsp, -rules.alignment()) .because("aligned, wherever the body left the stack");
        if (rules.shadow() > 0) {
            sub(rsp, rules.aligned(rules.shadow())) .because("shadow space");
        }
        records.convention().clearDirection(this);
        mov(r11, function);
        xor(eax, eax) .because("no vector arguments, if the function is variadic");
        call(r11);
        leave();
        if (records.isForeign()) {
            pinAnew();
            OutgoingCall.zero(this, records.abi());
        }
    }

    /**
     * Calls the host's kernel, with what the registers hold: the result is in {@code rax}. Changes {@code rax},
     * {@code rcx} and {@code r11} as far as the ABI does not pin them.
     */
    public void systemCall() {
        syscall();
        pinAnew();
        OutgoingCall.zero(this, records.abi());
    }

    /** Emits the pinned registers' way back, as far as the host's code may change them. */
    private void pinAnew() {
        if (!records.host().preserves(goroutine())) {
            header.goroutine(this, goroutine());
        }
        records.abi().pinned().m().filter(m -> !records.host().preserves(m)).ifPresent(m ->
            mov(m, machine()) .serves(PIN));
    }

    /**
     * Returns the label of a function that foreign code can call back on this goroutine's stack, by the rules of C. It may
     * yield, park and call Java as the body itself; it ends by falling off its end, with RSP as it found it.
     *
     * <p>The code is placed behind the body. It must keep the callee-saved registers, but for {@code r14}, which is set to
     * the goroutine for it and given back.
     *
     * @throws BodyException if goroutines live by another ABI than the host's
     */
    public Label callback(Consumer<GoroutineAssembler> code) {
        if (records.isForeign()) {
            throw new BodyException("a callback follows the host's ABI '" + records.host().name()
                    + "', and what it calls here follows '" + records.abi().name()
                    + "': schedule by the host's ABI where foreign code calls back");
        }
        Label label = label("callback" + callbacks.size());
        callbacks.add(new Callback(label, code));
        callsForeignCode = true;
        return label;
    }

    /** Puts a handle of this goroutine into a register: what {@link Upcall}s can be told, and {@code r14} always holds. */
    public void self(Reg64 target) {
        mov(target, goroutine());
    }

    /**
     * Returns the field of this goroutine that holds the address of M, the record of the carrier it runs on.
     *
     * <p>What is read from it goes stale whenever the goroutine may be moved to another carrier: by a yield, a park or a
     * preemption. The same holds for any address that belongs to a thread.
     */
    public Mem.Qword machine() {
        return records.g().at(goroutine(), GoroutineField.M);
    }

    /** Returns the field of the M at {@code machine} that holds the kernel's number of its thread, as gettid returns it. */
    public Mem.Qword thread(Reg64 machine) {
        return records.m().at(machine, MachineField.THREAD);
    }

    /** Returns the field of the M at {@code machine} that holds its thread's pointer, which that thread finds at fs:[0]. */
    public Mem.Qword threadPointer(Reg64 machine) {
        return records.m().at(machine, MachineField.THREAD_POINTER);
    }

    /** Returns the field of this goroutine that counts how often it was preempted. */
    public Mem.Qword preemptions() {
        return records.g().at(goroutine(), GoroutineField.PREEMPTIONS);
    }

    /** Returns the ABI that the body lives by; its {@code pinned.g} is set where the scheduler had to choose a register for that. */
    public Abi abi() {
        return records.abi();
    }

    /** Returns the register that holds the goroutine: {@code r14} on System V. */
    public IndexReg goroutine() {
        return records.goroutine();
    }

    List<Upcall> upcalls() {
        return List.copyOf(upcalls);
    }

    /** Ends the body and returns it. */
    CodeBlob finishBody(String name) {
        jmp(external("goexit")) .because("the body ends here if nothing ended it before");
        for (int i = 0; i < callbacks.size(); i++) {
            Callback callback = callbacks.get(i);
            bind(callback.label());
            push(goroutine()) .because("the caller's");
            header.goroutine(this, goroutine());
            callback.code().accept(this);
            pop(goroutine())  .serves(PIN);
            ret();
        }
        return finish(name);
    }
    // spotless:on

    /** Whether the body could leave the control words other than it found them, so that its yields must carry them. */
    boolean mayChangeControlWords(CodeBlob body) {
        return callsForeignCode
                || body.instructions().stream()
                        .flatMap(i -> i.form().stream())
                        .anyMatch(f -> CHANGE_CONTROL_WORDS.contains(f.mnemonic()) || callsThroughRegister(f));
    }

    /** Whether preemption saves all that the body may hold: the x87 and MMX registers, which are the same, are not among it. */
    static boolean isPreemptible(CodeBlob body) {
        return body.instructions().stream().flatMap(i -> i.form().stream()).noneMatch(GoroutineAssembler::loadsX87);
    }

    /** Opcodes D8H to DFH are those of x87 (SDM vol. 2, appendix A.2.1). */
    private static boolean loadsX87(Form form) {
        boolean x87 = form.encoding().map() == 0 && (form.encoding().opcode() & 0xF8) == 0xD8;
        boolean mmx = form.operands().stream()
                .anyMatch(o ->
                        o.kind().register().filter(c -> c == RegisterClass.MMX).isPresent());
        return x87 && !LEAVE_X87.contains(form.mnemonic()) || mmx || RESTORE_X87.contains(form.mnemonic());
    }

    private static boolean callsThroughRegister(Form form) {
        return form.mnemonic().equals("call")
                && form.operands().stream().noneMatch(o -> o.kind().isBranch());
    }

    /**
     * Checks that a body leaves the register alone that holds the goroutine.
     *
     * @throws BodyException if an instruction of its own writes it
     */
    void requirePinIntact(CodeBlob body) {
        for (Instruction instruction : body.instructions()) {
            instruction
                    .decoded()
                    .filter(d -> writesPinned(d) && !isOwn(instruction))
                    .ifPresent(d -> {
                        throw new BodyException("'" + instruction.text() + "' at offset 0x"
                                + Integer.toHexString(instruction.offset()) + line(instruction) + " writes "
                                + pinnedName(d)
                                + survivors());
                    });
        }
    }

    /** The line of a source, which its reader notes as the rule that the instruction serves. */
    private static String line(Instruction instruction) {
        return instruction.rule().startsWith("line ") ? ", " + instruction.rule() + "," : "";
    }

    private static boolean writes(DecodedInstruction decoded, IndexReg register) {
        for (int i = 0; i < decoded.operands().size(); i++) {
            boolean same = decoded.operands().get(i) instanceof Register r
                    && r.registerClass().bits() <= 64
                    && r.registerClass() != RegisterClass.MASK
                    && r.number() == register.number();
            if (same && decoded.form().operands().get(i).access().writes()) {
                return true;
            }
        }
        return false;
    }

    private boolean writesPinned(DecodedInstruction decoded) {
        return writes(decoded, goroutine())
                || records.abi().pinned().m().filter(m -> writes(decoded, m)).isPresent();
    }

    private String pinnedName(DecodedInstruction decoded) {
        return writes(decoded, goroutine())
                ? goroutine() + ", which holds the goroutine"
                : records.abi().pinned().m().orElseThrow() + ", which holds the carrier";
    }

    /** What to use instead, of which there may be nothing. */
    private String survivors() {
        List<String> names = records.abi().preservedGeneral().stream()
                .filter(r -> r != goroutine())
                .map(IndexReg::name)
                .toList();
        int last = names.size() - 1;
        return names.isEmpty()
                ? ""
                : ": use " + (last == 0 ? "" : String.join(", ", names.subList(0, last)) + " or ") + names.get(last)
                        + ", which survive" + (last == 0 ? "s" : "") + " a yield just as well";
    }

    private void requireWithoutMeaning(IndexReg register) {
        boolean taken = register == goroutine()
                || records.abi().pinned().all().contains(register)
                || records.abi().calls().zero().contains(register);
        if (taken) {
            throw new BodyException("callJava takes its values in rdi, rsi and rdx and needs rax, but ABI '"
                    + records.abi().name() + "' has another meaning for " + register);
        }
    }

    /** The entry and end of a callback write r14, and are marked by the rule they serve. */
    private static boolean isOwn(Instruction instruction) {
        return instruction.rule().equals(PIN);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.mutate;

import io.trapeze.testkit.check.Subject;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.abi.AbiField;
import java.util.Optional;

/** Why a mutant does what the right code does, whatever the state: each reason is one that holds for the place, not for a list. */
final class Equivalence {
    private Equivalence() {}

    static Optional<String> of(Subject subject, Mutant mutant) {
        String[] change = mutant.change().split(" → ", 2);
        return switch (mutant.fault()) {
            case REMOVED -> removed(subject, change[0]).or(() -> seenByWalks(subject, change[0]));
            case WRONG_SLOT -> seenByWalks(subject, change[0]);
            case WRONG_NUMBER -> wrongNumber(subject, mutant.change());
            default -> Optional.empty();
        };
    }

    private static Optional<String> removed(Subject subject, String text) {
        boolean preempt = subject.primitive() == Primitive.ASYNC_PREEMPT;
        if (text.equals("vzeroupper")) {
            return Optional.of("all vectors are stored before it and loaded after it; it is for the callee's speed");
        }
        if (text.equals("ud2") && subject.primitive() == Primitive.MCALL) {
            return Optional.of("fn must not return, so nothing comes there");
        }
        if (text.startsWith("fldcw") && subject.saveSet().x87() && preempt) {
            return Optional.of("frstor has loaded the same control word");
        }
        boolean restoresRbp =
                subject.primitive() == Primitive.SYSTEMSTACK && text.startsWith("mov rbp, qword ptr [rsp");
        return restoresRbp && subject.abi().preservesRbp()
                ? Optional.of("the callee preserves rbp, which has the same value")
                : Optional.empty();
    }

    private static Optional<String> wrongNumber(Subject subject, String change) {
        if (change.equals("push 0x0 → push 0x8")) {
            return Optional.of("bit 3 of RFLAGS is reserved and reads as 0 whatever is written to it");
        }
        if (subject.abi().stack().alignment() > 8) {
            return Optional.empty();
        }
        return switch (change) {
            case "and rsp, 0xfffffffffffffff8 → and rsp, 0xfffffffffffffff0" ->
                Optional.of("what is aligned to 16 is aligned to 8");
            case "sub rsp, 0x10 → sub rsp, 0x18" -> Optional.of("8 bytes more than are needed, and still aligned to 8");
            default -> Optional.empty();
        };
    }

    /** Stores for debuggers and exceptions: no code reads them, and no register depends on them. */
    private static Optional<String> seenByWalks(Subject subject, String text) {
        boolean walked = subject.code().instructions().stream()
                .filter(i -> i.text().equals(text))
                .anyMatch(i -> i.rule().equals(AbiField.STACK_MACHINE_FRAMES.is(true))
                        || i.reason().contains("walk over the stack"));
        return walked
                ? Optional.of("it is stored for walks over the stack alone; no code reads it, here or 8 bytes away")
                : Optional.empty();
    }
}

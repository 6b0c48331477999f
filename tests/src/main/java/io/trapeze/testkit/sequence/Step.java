// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.sequence;

import java.util.List;
import java.util.stream.Collectors;

/** Something that a goroutine does, or that is done to it. */
public sealed interface Step {
    /** It works with its stack. */
    record Work(List<StackOp> ops) implements Step {
        /** Copies the list. */
        public Work {
            ops = List.copyOf(ops);
        }

        @Override
        public String toString() {
            return "work {" + StackOp.text(ops) + "}";
        }
    }

    /** It calls {@code mcall}; others run, and {@code gogo} resumes it. */
    record Yield() implements Step {
        @Override
        public String toString() {
            return "yield";
        }
    }

    /** It yields, and another carrier resumes it: in another thread, with another thread block and another g0. */
    record Hop() implements Step {
        @Override
        public String toString() {
            return "hop";
        }
    }

    /**
     * It calls {@code systemstack}. What runs there works with g0's stack; who is there already and wants to be calls
     * what he wants directly, so that what is nested here takes no primitive.
     *
     * @param inner {@link Work} and {@link OnG0} only
     */
    record OnG0(List<Step> inner) implements Step {
        /** Copies the list. */
        public OnG0 {
            inner = List.copyOf(inner);
            if (!inner.stream().allMatch(step -> step instanceof Work || step instanceof OnG0)) {
                throw new IllegalArgumentException("on g0's stack there is no goroutine to switch or to interrupt: "
                        + inner + " may have work and systemstack only");
            }
        }

        @Override
        public String toString() {
            return "systemstack {" + text(inner) + "}";
        }
    }

    /**
     * It is interrupted while it works, and sent to {@code async_preempt}.
     *
     * @param during what it works
     * @param at before which of its instructions, from 0 on; counted on from the first where there are fewer
     * @param meanwhile what is done before it goes on: other goroutines run at any rate
     */
    record Preempt(Work during, int at, List<Step> meanwhile) implements Step {
        /** Copies the list. */
        public Preempt {
            meanwhile = List.copyOf(meanwhile);
        }

        @Override
        public String toString() {
            return "preempt at instruction " + at + " of " + during
                    + (meanwhile.isEmpty() ? "" : ", {" + text(meanwhile) + "}");
        }
    }

    /** Tells of several. */
    static String text(List<? extends Step> steps) {
        return steps.stream().map(Object::toString).collect(Collectors.joining("; "));
    }

    /** Returns how many there are, those within others included, and what they work. */
    static int count(List<? extends Step> steps) {
        int count = 0;
        for (Step step : steps) {
            if (step instanceof Work work) {
                count += 1 + StackOp.count(work.ops());
            } else if (step instanceof OnG0 onG0) {
                count += 1 + count(onG0.inner());
            } else if (step instanceof Preempt preempt) {
                count += 2 + StackOp.count(preempt.during().ops()) + count(preempt.meanwhile());
            } else {
                count += step instanceof Hop ? 2 : 1;
            }
        }
        return count;
    }
}

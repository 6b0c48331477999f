// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.runtime.code.JniEnvironment;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens if an exception leaves an upcall although all are caught there, as one for a full stack can. */
@Tag("S34")
class EscapedExceptionTest {
    private static final class LeakyGate {
        private final AtomicInteger calls = new AtomicInteger();

        @SuppressWarnings("unused") // by emitted code
        private long call(long goroutine, long index, long a0, long a1, long a2) {
            int call = calls.incrementAndGet();
            if (a0 == 1) {
                throw new StackOverflowError("call " + call);
            }
            return 1000 + a0;
        }
    }

    @Test
    void anExceptionThatPassesTheGateEndsItsGoroutineAndNoOther() {
        JniEnvironment jni = JniEnvironment.instance();
        LeakyGate gate = new LeakyGate();
        long handle = jni.newGlobalRef(gate);
        List<Throwable> told = new ArrayList<>();
        try (Scheduler scheduler = Scheduler.builder()
                .carriers(1)
                .onFailure((g, thrown) -> told.add(thrown))
                .build()) {
            scheduler.directUpcalls(
                    handle,
                    jni.methodId(
                            LeakyGate.class,
                            "call",
                            MethodType.methodType(
                                    long.class, long.class, long.class, long.class, long.class, long.class)));
            Body calls = scheduler.compile("calls", body -> {
                body.callJava(() -> {});
                body.yield();
            });
            Goroutine first = scheduler.go(calls, 0);
            Goroutine throwing = scheduler.go(calls, 1);
            Goroutine last = scheduler.go(calls, 2);
            scheduler.run();

            assertThat(first.failure()).isEmpty();
            assertThat(last.failure()).isEmpty();
            assertThat(throwing.failure().orElseThrow().getCause())
                    .isInstanceOf(StackOverflowError.class)
                    .hasMessage("call 2");
            assertThat(told).containsExactly(throwing.failure().orElseThrow().getCause());
            assertThat(gate.calls).hasValue(3);
        } finally {
            jni.deleteGlobalRef(handle);
        }
    }

    @Test
    void aFailureHandlerThatThrowsWhatItWasToldDisturbsNobody() {
        RuntimeException cause = new RuntimeException("told");
        try (Scheduler scheduler = Scheduler.builder()
                .carriers(1)
                .onFailure((g, thrown) -> {
                    throw cause;
                })
                .build()) {
            Goroutine fails = scheduler.go(body -> body.callJava(() -> {
                throw cause;
            }));
            AtomicInteger calls = new AtomicInteger();
            scheduler.go(body -> body.callJava(calls::incrementAndGet));
            scheduler.run();
            assertThat(fails.failure().orElseThrow().getCause()).isSameAs(cause).hasNoSuppressedExceptions();
            assertThat(calls).hasValue(1);
        }
    }
}

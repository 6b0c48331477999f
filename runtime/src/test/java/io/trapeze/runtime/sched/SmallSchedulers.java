// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.trapeze.emitter.operand.Label;
import java.util.concurrent.FutureTask;

/** Schedulers with little room, and what tests of their lives do with them. */
final class SmallSchedulers {
    private SmallSchedulers() {}

    static SchedulerBuilder small() {
        return Scheduler.builder().carriers(2).maxGoroutines(16).onFailure((goroutine, thrown) -> {});
    }

    static FutureTask<Throwable> runInThread(Scheduler scheduler) {
        FutureTask<Throwable> run = new FutureTask<>(() -> catchThrowable(scheduler::run));
        Thread thread = new Thread(run, "runner");
        thread.setDaemon(true);
        thread.start();
        return run;
    }

    static Body spinning(Scheduler scheduler, Runnable first) {
        return scheduler.compile("spins", a -> {
            a.callJava(first);
            Label forever = a.here();
            a.inc(rbx);
            a.jmp(forever);
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.bench.sampling.Measure;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.sched.MappedPrimitives;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That each measure does what it counts: it checks that itself, and throws if not. What it costs is no matter here. */
class MeasuresTest {
    private static final long TIMES = 1_000;

    @BeforeEach
    void assumeThatCodeRunsHere() {
        Platform here = Platform.current();
        assumeTrue(here.isX64() && here.isLinux(), "code runs on Linux on x86-64 only, and this is " + here);
    }

    private static void takeTwice(Measure measure) {
        for (int i = 0; i < 2; i++) {
            Measure.Elapsed elapsed = measure.take(TIMES);
            assertThat(elapsed.count()).as("things done").isBetween(TIMES * 9 / 10, TIMES * 2);
            assertThat(elapsed.nanos()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource
    void directSwitchesReachThePartner(HandOver handOver) {
        OperatingSystem os = OperatingSystem.current();
        try (CodeArena arena = CodeArena.open(os)) {
            MappedPrimitives primitives = MappedPrimitives.map(arena, Abi.SYSTEM_V, SaveSet.SSE);
            try (DirectSwitch measure = DirectSwitch.open(os, arena, primitives, handOver)) {
                takeTwice(measure);
            }
        }
    }

    @Test
    void systemstackRunsTheThunkAsOftenAsAsked() {
        OperatingSystem os = OperatingSystem.current();
        try (CodeArena arena = CodeArena.open(os)) {
            MappedPrimitives primitives = MappedPrimitives.map(arena, Abi.SYSTEM_V, SaveSet.SSE);
            try (StackSwitch measure = StackSwitch.open(os, arena, primitives)) {
                takeTwice(measure);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 100})
    void yieldsAreCountedByTheScheduler(int n) {
        try (RingYield measure = new RingYield(n, false)) {
            takeTwice(measure);
        }
    }

    @Test
    void yieldsThatCarryControlWordsAreCountedAsWell() {
        try (RingYield measure = new RingYield(2, true)) {
            takeTwice(measure);
        }
    }

    @Test
    void upcallsArrive() {
        try (JavaUpcall measure = new JavaUpcall()) {
            takeTwice(measure);
        }
    }

    @Test
    void enteringWithNothingToRunComesBack() {
        try (EnterLeave measure = new EnterLeave()) {
            takeTwice(measure);
        }
    }

    @Test
    void functionsReturnWhatTheyShouldInEveryWayOfCallingThem() {
        OperatingSystem os = OperatingSystem.current();
        takeTwice(FunctionCall.bound(os));
        takeTwice(FunctionCall.jnaFunction(os));
        takeTwice(FunctionCall.jnaDirect());
    }

    @Test
    void theForeignFunctionInterfaceIsMeasuredWhereThereIsOne() {
        Optional<Measure> measure = ForeignFunctionCall.open();
        assumeTrue(measure.isPresent(), "JDK " + Runtime.version().feature() + " has no java.lang.foreign");
        takeTwice(measure.orElseThrow());
    }
}

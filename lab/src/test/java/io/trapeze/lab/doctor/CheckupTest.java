// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.SignalAction;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A checkup")
class CheckupTest {
    private static Exam exam(String area, Supplier<List<Finding>> look) {
        return new Exam() {
            @Override
            public String area() {
                return area;
            }

            @Override
            public boolean runsCode() {
                return false;
            }

            @Override
            public List<Finding> look() {
                return look.get();
            }
        };
    }

    private static Diagnosis look(Supplier<List<Finding>> one) {
        return new Checkup(List.of(exam("one", one), exam("two", () -> List.of(Finding.fine("sun", true))))).look();
    }

    @Test
    void worksWhileNothingIsBroken() {
        Diagnosis diagnosis =
                look(() -> List.of(Finding.poorer("rain", 3, "take a coat"), Finding.absent("coat", "buy one")));
        assertThat(diagnosis.works()).isTrue();
        assertThat(diagnosis.areas()).extracting(Diagnosis.Area::area).containsExactly("one", "two");
    }

    @Test
    void takesAnExceptionForABrokenAreaAndGoesOn() {
        Diagnosis diagnosis = look(() -> {
            throw new IllegalStateException("mmap failed. Ask for less.");
        });
        assertThat(diagnosis.works()).isFalse();
        assertThat(diagnosis.findings(State.BROKEN))
                .containsExactly(Finding.broken("one", "refused", "mmap failed. Ask for less."));
        assertThat(diagnosis.findings(State.FINE)).containsExactly(Finding.fine("sun", true));
    }

    @Test
    void saysWhatToDoWhereTheNativeLibraryCannotBeLoaded() {
        Finding finding = look(() -> {
                    throw new UnsatisfiedLinkError("no jnidispatch");
                })
                .findings(State.BROKEN)
                .findFirst()
                .orElseThrow();
        assertThat(finding.found()).isEqualTo("can't be loaded: no jnidispatch");
        assertThat(finding.advice()).contains("-Djna.tmpdir=");
    }

    @Test
    void countsTheStacksThatAKernelWithoutGuardPagesAllows() {
        List<Finding> findings = StackExam.look(kernel(false, 65_000));
        assertThat(findings.get(1).state()).isEqualTo(State.POORER);
        assertThat(findings.get(1).advice()).contains("at most 32500 goroutines", "vm.max_map_count", "Linux 6.13");
        assertThat(findings.get(2)).isEqualTo(Finding.fine("mappings left", 65_000L, "of vm.max_map_count"));
        assertThat(StackExam.look(kernel(true, Long.MAX_VALUE))).allMatch(finding -> finding.state() == State.FINE);
    }

    @Test
    void takesAnUntestedSystemThatWasAskedForAsPoorer() {
        String system = System.getProperty("os.name");
        System.setProperty("os.name", "Windows 11");
        System.setProperty(Platform.UNTESTED, "true");
        try {
            Finding found = new HostExam().look().get(0);
            assertThat(found.state()).isEqualTo(State.POORER);
            assertThat(found.advice())
                    .contains("has never run on it", "-Dtrapeze.untested-host=true", "docs/platforms.md");
        } finally {
            System.setProperty("os.name", system);
            System.clearProperty(Platform.UNTESTED);
        }
        assertThat(new HostExam().look().get(0).state()).isEqualTo(State.FINE);
    }

    private static OperatingSystem kernel(boolean guardPages, long mappingsLeft) {
        Map<String, Object> answers =
                Map.of("pageSize", 4096, "hasKernelGuardPages", guardPages, "mappingsLeft", mappingsLeft);
        return (OperatingSystem) Proxy.newProxyInstance(
                OperatingSystem.class.getClassLoader(),
                new Class<?>[] {OperatingSystem.class},
                (proxy, method, arguments) -> answers.get(method.getName()));
    }

    @Test
    void noticesThatSomebodyHandlesTheSignal() {
        assertThat(SignalExam.sigurg(new SignalAction(SignalAction.DEFAULT, 0, 0))
                        .state())
                .isEqualTo(State.FINE);
        Finding taken = SignalExam.sigurg(SignalAction.handledAt(0x7f00_1234L));
        assertThat(taken.state()).isEqualTo(State.POORER);
        assertThat(taken.found()).isEqualTo("handled at 0x7f001234");
    }

    @Test
    void noticesOptionsOfTheJvmThatMatter() {
        assertThat(JavaExam.checks(List.of("-Xcheck:jni")).state()).isEqualTo(State.POORER);
        assertThat(JavaExam.checks(List.of("-Xmx1g")).state()).isEqualTo(State.FINE);
        assertThat(JavaExam.nativeAccess(17, false).state()).isEqualTo(State.FINE);
        assertThat(JavaExam.nativeAccess(25, true).state()).isEqualTo(State.FINE);
        assertThat(JavaExam.nativeAccess(25, false).advice()).contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void writesEveryKindOfFindingForAReader() {
        assertThat(Finding.fine("a", true).text()).isEqualTo("yes");
        assertThat(Finding.fine("a", 65_530, "mappings").text()).isEqualTo("65,530 mappings");
        assertThat(Finding.fine("a", 12.345, "ms").text()).isEqualTo("12.3 ms");
        assertThat(Finding.fine("a", List.of("sse", "avx")).text()).isEqualTo("sse, avx");
        assertThat(Finding.absent("a", "advice").text()).isEqualTo("not found");
    }
}

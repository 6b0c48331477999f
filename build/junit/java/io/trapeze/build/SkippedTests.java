// SPDX-License-Identifier: Apache-2.0
package io.trapeze.build;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Says at the end of a module's tests which of them did not run, and why: a test that is skipped in silence looks just like one
 * that passed.
 *
 * <p>Every module compiles this class among its tests, and the JUnit launcher finds it as a service.
 */
public final class SkippedTests implements TestExecutionListener {
    private static final String ASSUMPTION = "Assumption failed: ";

    private final Map<String, String> reasons = new ConcurrentSkipListMap<>();
    private TestPlan plan;

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            skipped(test, result.getThrowable().map(Throwable::getMessage).orElse(""));
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan finished) {
        if (reasons.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder("Skipped in %s: %d%n"
                .formatted(Path.of(System.getProperty("basedir", "")).getFileName(), reasons.size()));
        reasons.forEach((test, reason) -> text.append("  skipped: %s: %s%n".formatted(test, reason)));
        System.out.print(text);
    }

    private void skipped(TestIdentifier test, String reason) {
        String said = reason == null || reason.isBlank() ? "no reason given" : reason.strip();
        said = said.startsWith(ASSUMPTION) ? said.substring(ASSUMPTION.length()) : said;
        if (plan.getChildren(test).isEmpty()) {
            reasons.put(name(test), said);
        } else {
            plan.getChildren(test).forEach(child -> skipped(child, reason));
        }
    }

    private static String name(TestIdentifier test) {
        return test.getSource()
                .map(source -> source instanceof MethodSource method
                        ? simple(method.getClassName()) + " > " + test.getDisplayName()
                        : source instanceof ClassSource type ? simple(type.getClassName()) : null)
                .orElse(test.getDisplayName());
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/** The JVM, and those of its options that matter here. */
final class JavaExam implements Exam {
    /** The release from which on Java warns of native calls that nobody allowed (JEP 472). */
    private static final int WARNS_OF_NATIVE_ACCESS = 24;

    @Override
    public String area() {
        return "java";
    }

    @Override
    public boolean runsCode() {
        return false;
    }

    @Override
    public List<Finding> look() {
        List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments();
        return List.of(
                Finding.fine("version", Runtime.version() + ", " + System.getProperty("java.vm.name")),
                Finding.fine("home", System.getProperty("java.home")),
                mode(options),
                Finding.fine(
                        "collectors",
                        ManagementFactory.getGarbageCollectorMXBeans().stream()
                                .map(GarbageCollectorMXBean::getName)
                                .toList()),
                checks(options),
                nativeAccess(Runtime.version().feature(), isNativeAccessEnabled()));
    }

    private static Finding mode(List<String> options) {
        String mode = System.getProperty("java.vm.info", "unknown");
        return options.contains("-Xint")
                ? Finding.poorer("mode", mode, "Java's part is interpreted, far slower than usual. Leave out -Xint.")
                : Finding.fine("mode", mode);
    }

    static Finding checks(List<String> options) {
        return options.contains("-Xcheck:jni")
                ? Finding.poorer("-Xcheck:jni", true, "Calls into Java are checked, and slower. Measure without it.")
                : Finding.fine("-Xcheck:jni", false);
    }

    static Finding nativeAccess(int release, boolean enabled) {
        return enabled || release < WARNS_OF_NATIVE_ACCESS
                ? Finding.fine("native access", enabled)
                : Finding.poorer(
                        "native access",
                        false,
                        "This Java warns at the first native call, and a later one will refuse it. Start it with"
                                + " --enable-native-access=ALL-UNNAMED; `java -jar trapeze.jar` needs no option.");
    }

    /** Before JDK 22 there was nothing to enable, and no method to ask. */
    private static boolean isNativeAccessEnabled() {
        try {
            return (boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(JavaExam.class.getModule());
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}

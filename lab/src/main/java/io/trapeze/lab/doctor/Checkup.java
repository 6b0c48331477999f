// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import io.trapeze.lab.doctor.Diagnosis.Area;
import io.trapeze.runtime.os.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All there is to look at. */
public final class Checkup {
    private final List<Exam> exams;

    Checkup(List<Exam> exams) {
        this.exams = List.copyOf(exams);
    }

    /**
     * Looks at this machine. On a host that code can't run on, no native library is touched.
     *
     * @param environment the variables of the process; {@code PATH} tells where tools are
     */
    public static Diagnosis here(Map<String, String> environment) {
        // The startup exam comes before all that would warm the JVM up for it.
        return new Checkup(List.of(
                        new HostExam(),
                        new StartupExam(),
                        new ProcessorExam(),
                        new CodeExam(),
                        new StackExam(),
                        new SignalExam(),
                        new JavaExam(),
                        new ToolExam(environment)))
                .look();
    }

    Diagnosis look() {
        boolean supported = isSupported();
        List<Area> areas = new ArrayList<>();
        for (Exam exam : exams) {
            if (supported || !exam.runsCode()) {
                areas.add(new Area(exam.area(), findings(exam)));
            }
        }
        return Diagnosis.of(areas);
    }

    private static boolean isSupported() {
        return HostExam.obstacle(Platform.current()).isEmpty();
    }

    private static List<Finding> findings(Exam exam) {
        try {
            return exam.look();
        } catch (LinkageError e) {
            return List.of(Finding.broken(
                    "native library",
                    "can't be loaded: " + e.getMessage(),
                    "JNA unpacks its library into a temporary folder and loads it from there. Give it a folder that may hold"
                            + " programs: TRAPEZE_JAVA_OPTS=-Djna.tmpdir=/some/folder."));
        } catch (RuntimeException e) {
            return List.of(Finding.broken(exam.area(), "refused", String.valueOf(e.getMessage())));
        }
    }
}

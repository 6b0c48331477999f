// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static io.trapeze.lab.render.Table.Align.LEFT;

import io.trapeze.lab.doctor.Diagnosis;
import io.trapeze.lab.doctor.Diagnosis.Area;
import io.trapeze.lab.doctor.Finding;
import io.trapeze.lab.doctor.State;
import io.trapeze.lab.render.Style;
import io.trapeze.lab.render.Table;
import java.util.Iterator;

/** A diagnosis as text: areas, a line for each finding, and advice below those that need it. */
final class DoctorReport {
    private DoctorReport() {}

    static String text(Diagnosis diagnosis, Style style) {
        Table table = new Table(LEFT, LEFT, LEFT);
        for (Area area : diagnosis.areas()) {
            area.findings().forEach(finding -> table.row(mark(finding.state(), style), finding.what(), finding.text()));
        }
        Iterator<String> lines = table.text().lines().iterator();
        StringBuilder text = new StringBuilder();
        for (Area area : diagnosis.areas()) {
            text.append(style.strong(area.area())).append('\n');
            for (Finding finding : area.findings()) {
                text.append("  ").append(lines.next()).append('\n');
                if (!finding.advice().isEmpty()) {
                    text.append("          ").append(finding.advice()).append('\n');
                }
            }
        }
        return text.append(verdict(diagnosis, style)).append('\n').toString();
    }

    private static String mark(State state, Style style) {
        return switch (state) {
            case FINE -> style.good("ok");
            case POORER -> style.doubtful("poorer");
            case ABSENT -> style.faint("absent");
            case BROKEN -> style.bad("BROKEN");
        };
    }

    private static String verdict(Diagnosis diagnosis, Style style) {
        if (!diagnosis.works()) {
            return style.bad("Code can't run here") + ", because of what is marked BROKEN. `trapeze emit` works.";
        }
        long poorer = diagnosis.findings(State.POORER).count();
        return style.good("Everything works here")
                + (poorer == 0 ? "." : ", though not all of it as well as it could.");
    }
}

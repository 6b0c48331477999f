// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One thing that was looked at.
 *
 * @param what its name
 * @param found text, number, truth or list of texts
 * @param unit of a number; empty for anything else
 * @param state how good that is
 * @param advice why it is not fine, and what to do about it; empty if it is
 */
public record Finding(String what, Object found, String unit, State state, String advice) {
    /** All is well with it. */
    public static Finding fine(String what, Object found) {
        return new Finding(what, found, "", State.FINE, "");
    }

    /** All is well with a number. */
    public static Finding fine(String what, Number found, String unit) {
        return new Finding(what, found, unit, State.FINE, "");
    }

    /** It works, but it could work better. */
    public static Finding poorer(String what, Object found, String advice) {
        return new Finding(what, found, "", State.POORER, advice);
    }

    /** It is not there. */
    public static Finding absent(String what, String advice) {
        return new Finding(what, "not found", "", State.ABSENT, advice);
    }

    /** It keeps code from running. */
    public static Finding broken(String what, Object found, String advice) {
        return new Finding(what, found, "", State.BROKEN, advice);
    }

    /** What was found, for a reader. */
    public String text() {
        if (found instanceof Boolean truth) {
            return truth ? "yes" : "no";
        } else if (found instanceof List<?> list) {
            return list.stream().map(Object::toString).collect(Collectors.joining(", "));
        } else if (found instanceof Double number) {
            return String.format(Locale.ROOT, "%.1f %s", number, unit).strip();
        } else if (found instanceof Number number) {
            return String.format(Locale.ROOT, "%,d %s", number.longValue(), unit)
                    .strip();
        }
        return found.toString();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import java.math.BigInteger;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads numbers and truth values, and says in words, not in Java's types, what one is. */
final class PlainValue {
    private PlainValue() {}

    /** Has a command and those below it read by this. */
    static void readBy(CommandLine line) {
        ITypeConverter<Integer> small = text -> (int) number(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
        ITypeConverter<Long> large = text -> number(text, Long.MIN_VALUE, Long.MAX_VALUE);
        line.registerConverter(Integer.class, small)
                .registerConverter(int.class, small)
                .registerConverter(Long.class, large)
                .registerConverter(long.class, large)
                .registerConverter(Boolean.class, PlainValue::truth)
                .registerConverter(boolean.class, PlainValue::truth);
    }

    private static long number(String text, long least, long most) {
        if (!text.matches("[+-]?[0-9]+")) {
            throw new TypeConversionException("'" + text + "' is no whole number");
        }
        BigInteger number = new BigInteger(text);
        if (number.compareTo(BigInteger.valueOf(least)) < 0 || number.compareTo(BigInteger.valueOf(most)) > 0) {
            throw new TypeConversionException("'" + text + "' is no whole number from " + least + " to " + most);
        }
        return number.longValueExact();
    }

    private static boolean truth(String text) {
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw new TypeConversionException("'" + text + "' is neither true nor false: the option stands alone");
        }
        return Boolean.parseBoolean(text);
    }
}

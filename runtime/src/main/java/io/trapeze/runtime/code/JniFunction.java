// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

/**
 * The functions of the Java Native Interface that Trapeze calls, with their places in the table that a {@code JNIEnv} begins
 * with (Java Native Interface Specification, chapter 4, "JNI Functions"; each function's "LINKAGE" gives its index).
 *
 * <p>Emitted code calls one as {@code mov rax, [env]} and {@code call [rax + offset]}.
 */
public enum JniFunction {
    GET_VERSION(4),
    FROM_REFLECTED_METHOD(7),
    EXCEPTION_CLEAR(17),
    NEW_GLOBAL_REF(21),
    DELETE_GLOBAL_REF(22),
    CALL_LONG_METHOD_A(54),
    CALL_VOID_METHOD_A(63),
    CALL_STATIC_LONG_METHOD_A(134),
    CALL_STATIC_VOID_METHOD_A(143),
    REGISTER_NATIVES(215),
    EXCEPTION_CHECK(228);

    private final int index;

    JniFunction(int index) {
        this.index = index;
    }

    /** Its index in the table. */
    public int index() {
        return index;
    }

    /** Its offset in the table, in bytes. */
    public int offset() {
        return index * Long.BYTES;
    }
}

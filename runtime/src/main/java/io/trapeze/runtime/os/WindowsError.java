// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/**
 * The error numbers of Windows that the calls made here can leave (winerror.h, "System Error Codes"), with their text in English
 * whatever the language of the system.
 */
enum WindowsError {
    ERROR_ACCESS_DENIED(5, "access is denied"),
    ERROR_INVALID_HANDLE(6, "the handle is invalid"),
    ERROR_NOT_ENOUGH_MEMORY(8, "not enough memory"),
    ERROR_GEN_FAILURE(31, "the thread has ended, or cannot be reached"),
    ERROR_NOT_SUPPORTED(50, "not supported"),
    ERROR_INVALID_PARAMETER(87, "a parameter is wrong"),
    ERROR_MOD_NOT_FOUND(126, "the module is not there"),
    ERROR_PROC_NOT_FOUND(127, "the function is not there"),
    ERROR_INVALID_ADDRESS(487, "the address is in use, or none"),
    ERROR_COMMITMENT_LIMIT(1455, "the paging file is too small for more memory"),
    ERROR_NO_SYSTEM_RESOURCES(1450, "the system lacks resources"),
    ERROR_DYNAMIC_CODE_BLOCKED(1655, "this process must not make code");

    final int number;
    private final String text;

    WindowsError(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** Name and text of an error number, known here or not. */
    static String describe(int number) {
        for (WindowsError error : values()) {
            if (error.number == number) {
                return error.name() + " (" + error.text + ")";
            }
        }
        return "Windows error " + number;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

/** Thrown where code can't be mapped because of a symbol: one that nobody defines, or one that is out of reach. */
public final class LinkException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LinkException(String message) {
        super(message);
    }
}

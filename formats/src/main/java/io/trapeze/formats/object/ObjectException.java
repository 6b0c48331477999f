// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.object;

/** Code that the file format asked for cannot hold; the message names the blob or symbol and says what to do. */
public final class ObjectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ObjectException(String message) {
        super(message);
    }
}

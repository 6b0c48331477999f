// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

/**
 * A 64-bit general register that may be an index in an address: every one but {@code rsp}, whose number means "no index" there
 * (SDM vol. 2, table 2-3).
 */
public final class IndexReg extends Reg64 {
    IndexReg(int code, String name) {
        super(code, name);
    }
}
